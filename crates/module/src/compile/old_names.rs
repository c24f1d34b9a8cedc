//! Former names in the text format, and their replacements.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The current name for a former one.
pub(super) fn new_name(word: &str) -> Option<&'static str> {
    RENAMED.get(word).map(String::as_str)
}

/// How to write what a removed instruction did.
pub(super) fn removed(word: &str) -> Option<&'static str> {
    REMOVED.iter().find(|(old, _)| *old == word).map(|(_, how)| *how)
}

/// Names that were renamed individually; for the others, see [`families`].
const SINGLE: &[(&str, &str)] = &[
    // Until 2018: variables, memories and references.
    ("get_local", "local.get"),
    ("set_local", "local.set"),
    ("tee_local", "local.tee"),
    ("get_global", "global.get"),
    ("set_global", "global.set"),
    ("current_memory", "memory.size"),
    ("grow_memory", "memory.grow"),
    ("anyfunc", "funcref"),
    // Until 2016.
    ("load_global", "global.get"),
    ("store_global", "global.set"),
    ("memory_size", "memory.size"),
    ("resize_memory", "memory.grow"),
    ("tableswitch", "br_table"),
    ("i32.select", "select"),
    ("i64.select", "select"),
    ("f32.select", "select"),
    ("f64.select", "select"),
    // Bulk memory and reference types, while they were proposals.
    ("memory.drop", "data.drop"),
    ("table.drop", "elem.drop"),
    ("ref.isnull", "ref.is_null"),
    ("get_table", "table.get"),
    ("set_table", "table.set"),
    // Threads.
    ("wake", "memory.atomic.notify"),
    ("atomic.wake", "memory.atomic.notify"),
    ("atomic.notify", "memory.atomic.notify"),
    ("i32.wait", "memory.atomic.wait32"),
    ("i64.wait", "memory.atomic.wait64"),
    ("i32.atomic.wait", "memory.atomic.wait32"),
    ("i64.atomic.wait", "memory.atomic.wait64"),
    // SIMD.
    ("v8x16.shuffle", "i8x16.shuffle"),
    ("v8x16.swizzle", "i8x16.swizzle"),
    ("v8x16.load_splat", "v128.load8_splat"),
    ("v16x8.load_splat", "v128.load16_splat"),
    ("v32x4.load_splat", "v128.load32_splat"),
    ("v64x2.load_splat", "v128.load64_splat"),
    ("i8x16.load_splat", "v128.load8_splat"),
    ("i16x8.load_splat", "v128.load16_splat"),
    ("i32x4.load_splat", "v128.load32_splat"),
    ("i64x2.load_splat", "v128.load64_splat"),
    ("v32x4.load_zero", "v128.load32_zero"),
    ("v64x2.load_zero", "v128.load64_zero"),
    ("f32x4.demote_zero_f64x2", "f32x4.demote_f64x2_zero"),
    ("f32x4.demote_f64x2", "f32x4.demote_f64x2_zero"),
    ("f64x2.promote_f32x4", "f64x2.promote_low_f32x4"),
    ("i32x4.dot_i8x16_i7x16_add_s", "i32x4.relaxed_dot_i8x16_i7x16_add_s"),
    ("i16x8.dot_i8x16_i7x16_s", "i16x8.relaxed_dot_i8x16_i7x16_s"),
    // Garbage collection.
    ("extern.externalize", "extern.convert_any"),
    ("extern.internalize", "any.convert_extern"),
    ("i31.new", "ref.i31"),
    ("struct.new_canon", "struct.new"),
    ("struct.new_canon_default", "struct.new_default"),
    ("struct.new_default_with_rtt", "struct.new_default"),
    ("array.new_canon", "array.new"),
    ("array.new_canon_default", "array.new_default"),
    ("array.new_canon_fixed", "array.new_fixed"),
    ("array.new_canon_data", "array.new_data"),
    ("array.new_canon_elem", "array.new_elem"),
    ("array.init_from_data", "array.new_data"),
    ("array.init_from_elem", "array.new_elem"),
    ("array.init_static", "array.new_fixed"),
    ("br_on_null_ref", "br_on_null"),
];

/// Names that were removed without an equivalent.
const REMOVED: &[(&str, &str)] = &[
    ("call_import", "an imported function is called like any other: `call $name`"),
    ("br_unless", "negate the condition: `(br_if $label (i32.eqz ...))`"),
    ("if_else", "it is written `(if ... (then ...) (else ...))` now"),
    ("has_feature", "a module that needs a proposal is invalid without it"),
    ("page_size", "a page has 65536 bytes: `(i32.const 65536)`"),
    ("br_on_exn", "catch with `try_table`, of the exception-handling proposal, which does not run here"),
    ("let", "declare the local, `(local $x i32)`, and set it: `local.set $x`"),
    ("func.bind", "no instruction took its place; pass the values as arguments"),
    ("rtt.canon", "types are no longer values: remove it, and use `struct.new`"),
    ("rtt.sub", "types are no longer values: remove it, and use `struct.new`"),
    ("struct.new_with_rtt", "it is `struct.new` now, without the runtime type operand"),
    ("array.new_with_rtt", "it is `array.new` now, without the runtime type operand"),
    ("i64x2.trunc_s/f64x2:sat", "no instruction took its place; convert lane by lane with `i64.trunc_sat_f64_s`"),
    ("i64x2.trunc_u/f64x2:sat", "no instruction took its place; convert lane by lane with `i64.trunc_sat_f64_u`"),
    ("f64x2.convert_s/i64x2", "no instruction took its place; convert lane by lane with `f64.convert_i64_s`"),
    ("f64x2.convert_u/i64x2", "no instruction took its place; convert lane by lane with `f64.convert_i64_u`"),
    ("i8x16.mul", "multiply the halves as 16 bits: `i16x8.extmul_low_i8x16_s` and `i16x8.extmul_high_i8x16_s`"),
];

static RENAMED: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    let mut names: BTreeMap<String, String> =
        SINGLE.iter().map(|(old, new)| ((*old).to_owned(), (*new).to_owned())).collect();
    families(&mut names);
    names
});

fn families(names: &mut BTreeMap<String, String>) {
    let mut add = |old: String, new: String| names.insert(old, new);
    // Conversions had their operand's type after a slash.
    for (old, new) in [
        ("i32.wrap/i64", "i32.wrap_i64"),
        ("f32.demote/f64", "f32.demote_f64"),
        ("f64.promote/f32", "f64.promote_f32"),
        ("i32.reinterpret/f32", "i32.reinterpret_f32"),
        ("i64.reinterpret/f64", "i64.reinterpret_f64"),
        ("f32.reinterpret/i32", "f32.reinterpret_i32"),
        ("f64.reinterpret/i64", "f64.reinterpret_i64"),
    ] {
        add(old.to_owned(), new.to_owned());
    }
    for sign in ["s", "u"] {
        add(format!("i64.extend_{sign}/i32"), format!("i64.extend_i32_{sign}"));
        for int in ["i32", "i64"] {
            for float in ["f32", "f64"] {
                add(format!("{int}.trunc_{sign}/{float}"), format!("{int}.trunc_{float}_{sign}"));
                add(format!("{int}.trunc_{sign}:sat/{float}"), format!("{int}.trunc_sat_{float}_{sign}"));
                add(format!("{float}.convert_{sign}/{int}"), format!("{float}.convert_{int}_{sign}"));
            }
        }
        // SIMD.
        let trunc = format!("i32x4.trunc_sat_f32x4_{sign}");
        add(format!("i32x4.trunc_{sign}/f32x4:sat"), trunc.clone());
        add(format!("i32x4.trunc_{sign}:sat/f32x4"), trunc);
        add(format!("i32x4.trunc_sat_f64x2_zero_{sign}"), format!("i32x4.trunc_sat_f64x2_{sign}_zero"));
        add(format!("i32x4.relaxed_trunc_f64x2_zero_{sign}"), format!("i32x4.relaxed_trunc_f64x2_{sign}_zero"));
        add(format!("f32x4.convert_{sign}/i32x4"), format!("f32x4.convert_i32x4_{sign}"));
        for (wide, narrow) in [("i16x8", "i8x16"), ("i32x4", "i16x8"), ("i64x2", "i32x4")] {
            for half in ["low", "high"] {
                let new = format!("{wide}.extend_{half}_{narrow}_{sign}");
                add(format!("{wide}.widen_{half}_{narrow}_{sign}"), new.clone());
                add(format!("{wide}.widen_{half}_{sign}/{narrow}"), new);
            }
        }
        for (narrow, wide) in [("i8x16", "i16x8"), ("i16x8", "i32x4")] {
            add(format!("{narrow}.narrow_{sign}/{wide}"), format!("{narrow}.narrow_{wide}_{sign}"));
            for operation in ["add", "sub"] {
                let new = format!("{narrow}.{operation}_sat_{sign}");
                add(format!("{narrow}.{operation}_saturate_{sign}"), new);
            }
        }
        for (shape, load) in [("i16x8", "load8x8"), ("i32x4", "load16x4"), ("i64x2", "load32x2")] {
            add(format!("{shape}.{load}_{sign}"), format!("v128.{load}_{sign}"));
        }
    }
    for shape in ["i8x16", "i16x8", "i32x4", "i64x2"] {
        add(format!("{shape}.any_true"), "v128.any_true".to_owned());
        add(format!("{shape}.laneselect"), format!("{shape}.relaxed_laneselect"));
    }
    for shape in ["f32x4", "f64x2"] {
        for (olds, new) in [(["qfma", "relaxed_fma"], "relaxed_madd"), (["qfms", "relaxed_fms"], "relaxed_nmadd")] {
            for old in olds {
                add(format!("{shape}.{old}"), format!("{shape}.{new}"));
            }
        }
    }
    // Read-modify-write instructions had their sign after the width.
    for (ty, widths) in [("i32", &["8", "16"][..]), ("i64", &["8", "16", "32"])] {
        for width in widths {
            for operation in ["add", "sub", "and", "or", "xor", "xchg", "cmpxchg"] {
                add(format!("{ty}.atomic.rmw{width}_u.{operation}"), format!("{ty}.atomic.rmw{width}.{operation}_u"));
            }
        }
    }
}

#[cfg(test)]
pub(super) fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    RENAMED.iter().map(|(old, new)| (old.as_str(), new.as_str()))
}

#[cfg(test)]
pub(super) fn all_removed() -> impl Iterator<Item = (&'static str, &'static str)> {
    REMOVED.iter().copied()
}
