//! Modules as large as they may be, and one larger: the same, plain and instrumented.

use std::path::Path;

use super::{file, folder, text, wasmoscope};

/// Code, and both outputs.
type Ran = (Option<i32>, String, String);

/// What a run of a file comes to, plain and instrumented.
fn both(folder: &Path, flags: &[&str], name: &str) -> [Ran; 2] {
    [&["run"][..], &["run", "--instrumented"]].map(|command| {
        let output = wasmoscope(folder, &[command, flags, &[name]].concat(), "");
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    })
}

fn repeated(count: usize, what: &str) -> String {
    what.repeat(count)
}

/// What is limited, in a module with so many of it; the limit; what the message and the help say.
type Size = (&'static str, fn(usize) -> String, usize, [&'static str; 2]);

const SIZES: [Size; 7] = [
    (
        "memories",
        |count| format!("(module\n{} (func (export \"main\")))", repeated(count, "(memory 0)\n")),
        99,
        ["more memories than this interpreter supports (99)", "into one"],
    ),
    (
        "tables",
        |count| format!("(module\n{} (func (export \"main\")))", repeated(count, "(table 0 funcref)\n")),
        97,
        ["more tables than this interpreter supports (97)", "into one"],
    ),
    (
        "locals",
        |count| {
            format!(
                "(module (func (export \"main\")\n(local {}) (local.set {} (i64.const 1))))",
                repeated(count, "i64 "),
                count - 1
            )
        },
        30_000,
        ["30001 parameters and locals", "split the function"],
    ),
    (
        "targets",
        |count| {
            format!("(module (func (export \"main\")\n(block (br_table {} 0 (i32.const 0)))))", repeated(count, "0 "))
        },
        131_072,
        ["the `br_table` has 131073 targets", "split it"],
    ),
    (
        "operands",
        |count| {
            format!(
                "(module (func (export \"main\")\n{}{}))",
                repeated(count, "(i32.const 1)\n"),
                repeated(count, "drop\n")
            )
        },
        65_000,
        ["needs 65001 slots for its parameters, locals and operands", "split the function"],
    ),
    (
        "locals and operands",
        |count| {
            format!(
                "(module (func (export \"main\") (local {})\n{}{}))",
                repeated(20_000, "f32 "),
                repeated(count, "(i32.const 1)\n"),
                repeated(count, "drop\n")
            )
        },
        25_000,
        ["needs 65001 slots for its parameters, locals and operands", "split the function"],
    ),
    (
        "vectors",
        |count| format!("(module (func (export \"main\")\n(local i32 i32 {})))", repeated(count, "v128 ")),
        21_665,
        ["needs 65002 slots for its parameters, locals and operands", "split the function"],
    ),
];

#[test]
fn what_runs_plain_runs_instrumented_up_to_the_same_size() {
    let folder = folder("sizes");
    for (what, module, limit, [message, help]) in SIZES {
        file(&folder, "most.wat", &module(limit));
        for ran in both(&folder, &[], "most.wat") {
            assert_eq!(ran, (Some(0), String::new(), String::new()), "{limit} {what}");
        }
        file(&folder, "more.wat", &module(limit + 1));
        let [plain, instrumented] = both(&folder, &[], "more.wat");
        assert_eq!(plain, instrumented, "{what}");
        assert_eq!(plain.0, Some(2), "{what}: {}", plain.2);
        // Where, what and what to do.
        assert!(plain.2.starts_with("more.wat:") && plain.2.contains(" | "), "{what}: {}", plain.2);
        assert!(plain.2.contains(message), "{what}: {}", plain.2);
        let helped = plain.2.lines().any(|line| line.starts_with("help: ") && line.contains(help));
        assert!(helped, "{what}: {}", plain.2);
        let validated = wasmoscope(&folder, &["validate", "more.wat"], "");
        assert_eq!(validated.status.code(), Some(1), "{what}");
        assert!(text(&validated.stderr).contains(message), "{what}");
        // It is WebAssembly all the same, and can be built for elsewhere.
        assert_eq!(wasmoscope(&folder, &["wat", "more.wat", "-o", "more.wasm"], "").status.code(), Some(0), "{what}");
    }
}

/// The copy finds its place in a function by a `br_table`, which has a largest size too.
#[test]
fn a_function_of_very_many_calls_runs_instrumented() {
    let folder = folder("many-calls");
    let program = format!(
        "(module (global $g (mut i32) (i32.const 0))
           (func $f (global.set $g (i32.add (global.get $g) (i32.const 1))))
           (func (export \"main\") (result i32) {} (global.get $g)))",
        repeated(150_000, "(call $f)")
    );
    file(&folder, "calls.wat", &program);
    for ran in both(&folder, &[], "calls.wat") {
        assert_eq!(ran, (Some(0), "150000\n".to_owned(), String::new()));
    }
}

#[test]
fn a_memory_that_is_too_large_is_reported_with_its_size_and_the_limit() {
    let folder = folder("large-memories");
    for (memory, flags, message) in [
        ("(memory 65536)", &[][..], "the program asked for 4 GiB of memory, and the limit is 1 GiB"),
        ("(memory 65535)", &[], "the program asked for 3.9 GiB of memory, and the limit is 1 GiB"),
        ("(memory 1000) (memory 20000)", &[], "the program asked for 1.2 GiB of memory, and the limit is 1 GiB"),
        ("(memory 0xffffffff (pagesize 1))", &[], "the program asked for 3.9 GiB of memory, and the limit is 1 GiB"),
        ("(memory i64 281474976710656)", &[], "of memory, and the limit is 1 GiB"),
        ("(memory i64 281474976710656)", &["--max-memory", "18446744073709551615"], "the module starts with"),
    ] {
        file(&folder, "large.wat", &format!("(module {memory} (func (export \"main\")))"));
        let [plain, instrumented] = both(&folder, flags, "large.wat");
        assert_eq!(plain, instrumented, "{memory}");
        assert_eq!(plain.0, Some(134), "{memory}: {}", plain.2);
        assert!(plain.2.contains(message) && plain.2.contains("help: raise the memory limit"), "{memory}: {}", plain.2);
    }
    // What it may grow to is another matter.
    file(&folder, "grows.wat", "(module (memory 1 65536) (memory i64 0 281474976710656) (func (export \"main\")))");
    for ran in both(&folder, &[], "grows.wat") {
        assert_eq!(ran, (Some(0), String::new(), String::new()));
    }
}

/// The specification leaves open which NaN an instruction makes; here it is the same one on each machine and in each
/// way to run.
#[test]
fn every_nan_that_an_instruction_makes_is_the_canonical_one() {
    let folder = folder("nans");
    let mut functions = String::new();
    let mut expected = Vec::new();
    let mut add = |body: String, ty: &str| {
        let (bits, canonical) = if ty == "f32" { ("i32", 0x7FC0_0000_i64) } else { ("i64", 0x7FF8_0000_0000_0000) };
        let name = format!("f{}", expected.len());
        functions.push_str(&format!(
            "(func (export \"{name}\") (param i32) (result {bits}) (local $zero {ty}) (local $nan {ty}) (local $one {ty})
               (local.set $one ({ty}.const 1))
               (local.set $nan ({ty}.const -nan:0x{:x})) ({bits}.reinterpret_{ty} {body}))\n",
            if ty == "f32" { 0x20_0001_i64 } else { 0x4_0000_0000_0001 }
        ));
        expected.push((name, body, canonical.to_string()));
    };
    for ty in ["f32", "f64"] {
        for operation in ["add", "sub", "mul", "div", "min", "max"] {
            for operands in [
                "(local.get $nan) (local.get $one)".to_owned(),
                "(local.get $one) (local.get $nan)".to_owned(),
                "(local.get $nan) (local.get $nan)".to_owned(),
                format!("(local.get $nan) ({ty}.const 2)"),
                format!("({ty}.const 2) (local.get $nan)"),
                format!("({ty}.const -nan) ({ty}.const 2)"),
                format!("({ty}.mul (local.get $nan) (local.get $one)) ({ty}.neg (local.get $nan))"),
            ] {
                add(format!("({ty}.{operation} {operands})"), ty);
            }
        }
        for operation in ["sqrt", "ceil", "floor", "trunc", "nearest"] {
            add(format!("({ty}.{operation} (local.get $nan))"), ty);
            add(format!("({ty}.{operation} ({ty}.const -nan))"), ty);
        }
        // Made of what is none, as the reported one was.
        add(format!("({ty}.add ({ty}.div (local.get $zero) (local.get $zero)) (local.get $zero))"), ty);
        add(format!("({ty}.div (local.get $zero) ({ty}.const 0))"), ty);
        add(format!("({ty}.div ({ty}.const 0) ({ty}.const 0))"), ty);
        add(format!("({ty}.sub ({ty}.const inf) ({ty}.const inf))"), ty);
        add(format!("({ty}.mul (local.get $zero) ({ty}.const inf))"), ty);
        add(format!("({ty}.sqrt ({ty}.const -1))"), ty);
        let (shape, add_lanes) = if ty == "f32" { ("f32x4", 4) } else { ("f64x2", 2) };
        for operation in ["add", "sub", "mul", "div", "min", "max"] {
            let vector =
                format!("({shape}.{operation} ({shape}.splat (local.get $nan)) ({shape}.splat (local.get $one)))");
            add(format!("({shape}.extract_lane {} {vector})", add_lanes - 1), ty);
        }
    }
    add("(f32.demote_f64 (f64.const -nan:0x4000000000001))".to_owned(), "f32");
    add("(f64.promote_f32 (f32.const -nan:0x200001))".to_owned(), "f64");
    // Moving a NaN and changing its sign are no arithmetic.
    let kept =
        "(func (export \"kept\") (param i32) (result i32) (local $nan f32) (local.set $nan (f32.const -nan:0x200001))
        (i32.reinterpret_f32 (f32.neg (f32.abs (f32.copysign (local.get $nan) (f32.const -1))))))";
    expected.push(("kept".to_owned(), "kept".to_owned(), i64::from(0xFFA0_0001_u32.cast_signed()).to_string()));
    let mut script = format!("(module {functions}{kept})\n");
    for (name, _, bits) in &expected {
        let ty = if bits.len() > 12 { "i64" } else { "i32" };
        script.push_str(&format!("(assert_return (invoke \"{name}\" (i32.const 0)) ({ty}.const {bits}))\n"));
    }
    file(&folder, "nans.wast", &script);
    for command in [&["wast", "nans.wast"][..], &["wast", "--instrumented", "nans.wast"]] {
        let output = wasmoscope(&folder, command, "");
        let told = format!("nans.wast: {} passed, 0 failed\n", expected.len());
        assert_eq!(text(&output.stdout), told, "{}", text(&output.stderr));
    }
    let reported = "(module (func (export \"f\") (param f32 f32 f32 f32) (result i32)
        (i32.reinterpret_f32 (f32.add (f32.div (local.get 2) (local.get 2)) (local.get 3)))))";
    file(&folder, "reported.wat", reported);
    for flags in [&["run"][..], &["run", "--instrumented"]] {
        let arguments = [flags, &["--invoke", "f", "reported.wat", "0", "0", "0", "0"]].concat();
        assert_eq!(text(&wasmoscope(&folder, &arguments, "").stdout), "2143289344\n", "{flags:?}");
    }
}
