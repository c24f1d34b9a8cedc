//! Workarounds for code that wasmi 2.0.0 executes incorrectly, or not at all.
//!
//! It fuses a comparison of a local with zero and the `select` that follows (`try_fuse_select` in its translator): it
//! omits the comparison, and the select should read the local instead. But it reads the register of the comparison's
//! result, which holds something else. So
//!
//! ```wat
//! (select (local.get $a) (local.get $b) (i32.eqz (local.get $c)))
//! ```
//!
//! chooses unpredictably. An instruction in between keeps the two apart: `i32.popcnt` is one byte, and is zero for zero
//! only, which is all that a `select` tests.
//!
//! Its translator panics at a store of an address to that address itself, if the memory is not the first, or the offset
//! has more than 16 bits: both are in the same register, and for integers there is no such instruction.
//!
//! ```wat
//! (i32.store offset=65536 (local.tee $a (i32.add (local.get $b) (i32.const 4))) (local.get $a))
//! ```
//!
//! A bitwise `or` with zero in between gives the value another place.
//!
//! Validation finds where that may happen: [`super::validate::ModuleFacts`].

use std::borrow::Cow;

use wasm_encoder::{CodeSection, Encode as _, Module, RawSection};
use wasmparser::{BinaryReader, CodeSectionReader, Parser};

/// The section of code; core specification, section 5.5.2.
pub const CODE: u8 = 10;
const POPCNT: u8 = 0x69;
const OR_ZERO_I32: [u8; 3] = [0x41, 0, 0x72];
const OR_ZERO_I64: [u8; 3] = [0x42, 0, 0x84];
const LOCAL_GET: u8 = 0x20;

/// Separates the fusible selects of a valid module.
///
/// # Errors
///
/// If the module cannot be read; a valid one can.
pub fn separate_fused_selects<'a>(wasm: &'a [u8], fusible: &[u64]) -> wasmparser::Result<Cow<'a, [u8]>> {
    if fusible.is_empty() {
        return Ok(wasm.into());
    }
    let mut module = Module::new();
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload?;
        let Some((id, range)) = payload.as_section() else { continue };
        let data = &wasm[range.start as usize..range.end as usize];
        let separated =
            if id == CODE { separate_fused_selects_in_code(data, range.start, fusible)? } else { data.into() };
        module.section(&RawSection { id, data: &separated });
    }
    Ok(module.finish().into())
}

/// Separates the fusible selects in the contents of a code section, which begin at an offset in the module.
///
/// # Errors
///
/// If it cannot be read; in a valid module, it can.
pub fn separate_fused_selects_in_code<'a>(
    section: &'a [u8],
    start: u64,
    mut fusible: &[u64],
) -> wasmparser::Result<Cow<'a, [u8]>> {
    if fusible.is_empty() {
        return Ok(section.into());
    }
    let mut code = CodeSection::new();
    for body in CodeSectionReader::new(BinaryReader::new(section, start))? {
        let body = body?;
        let (bytes, range) = (body.as_bytes(), body.range());
        let (here, later) = fusible.split_at(fusible.partition_point(|place| *place < range.end));
        let mut separated = Vec::with_capacity(bytes.len() + here.len());
        let mut from = 0;
        for place in here {
            let place = (place - range.start) as usize;
            separated.extend_from_slice(&bytes[from..place]);
            separated.extend_from_slice(separator(bytes[place]));
            from = place;
        }
        separated.extend_from_slice(&bytes[from..]);
        code.raw(&separated);
        fusible = later;
    }
    let mut bytes = Vec::with_capacity(section.len() + section.len() / 64);
    code.encode(&mut bytes);
    // The encoder writes the section's size first.
    let mut reader = BinaryReader::new(&bytes, 0);
    reader.read_var_u32()?;
    Ok(bytes.split_off(reader.original_position() as usize).into())
}

/// What keeps an instruction apart from the one before it.
fn separator(instruction: u8) -> &'static [u8] {
    match instruction {
        0x36 | 0x3A | 0x3B => &OR_ZERO_I32,
        0x37 | 0x3C..=0x3E => &OR_ZERO_I64,
        _ => &[POPCNT],
    }
}

/// Whether wasmi may translate two adjacent instructions incorrectly: the first is given by its first byte, the second
/// by all of them. Core specification, section 5.4.
pub fn may_be_fused(before: u8, instruction: &[u8]) -> bool {
    let [first, immediates @ ..] = instruction else { return false };
    is_fused_select(before, *first) || before == LOCAL_GET && is_wide_store(*first, immediates)
}

/// Whether an instruction stores an integer, and not to the first 64 KiB from an address of the first memory.
fn is_wide_store(instruction: u8, immediates: &[u8]) -> bool {
    const HAS_MEMORY: u32 = 1 << 6;
    if !matches!(instruction, 0x36 | 0x37 | 0x3A..=0x3E) {
        return false;
    }
    let mut reader = BinaryReader::new(immediates, 0);
    let Ok(flags) = reader.read_var_u32() else { return false };
    flags & HAS_MEMORY != 0 || reader.read_var_u64().is_ok_and(|offset| offset > u64::from(u16::MAX))
}

/// Whether the second of two instructions is a `select`, and what the first pushes may be a comparison of a local with
/// zero, or passed on from one. The instructions are given by their first bytes; core specification, section 5.4.
fn is_fused_select(before: u8, instruction: u8) -> bool {
    const SELECT: u8 = 0x1B;
    const SELECT_OF_TYPE: u8 = 0x1C;
    matches!(instruction, SELECT | SELECT_OF_TYPE) && !is_apart(before)
}

/// Whether what the instruction pushes is surely no such comparison.
fn is_apart(instruction: u8) -> bool {
    match instruction {
        // `call`, `call_indirect`, `local.get`, `global.get`, `i32.const`.
        0x10 | 0x11 | 0x20 | 0x23 | 0x41 => true,
        // `i32.load` and those of parts.
        0x28 | 0x2C..=0x2F => true,
        // Comparisons of integers but for `eqz`, `eq` and `ne`, and of numbers with a point.
        0x48..=0x4F | 0x53..=0x66 => true,
        _ => false,
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use wasmi::{Engine, Instance, Store};

    use super::*;
    use crate::validate::{Validity, validate};

    fn separated(wasm: &[u8]) -> Cow<'_, [u8]> {
        let Validity::Valid(facts) = validate(wasm) else { panic!("the module is valid") };
        let separated = separate_fused_selects(wasm, &facts.fusible).expect("it can be read");
        assert!(matches!(validate(&separated), Validity::Valid(_)));
        separated
    }

    /// The result of a module's `main` for an argument, in wasmi without the workaround.
    fn call(wasm: &[u8], argument: i32) -> i32 {
        let engine = Engine::default();
        let module = wasmi::Module::new(&engine, wasm).expect("the module is valid");
        let mut store = Store::new(&engine, ());
        let instance = Instance::new(&mut store, &module, &[]).expect("it imports nothing");
        let main = instance.get_typed_func::<i32, i32>(&store, "main").expect("it exports it");
        main.call(&mut store, argument).expect("it does not trap")
    }

    fn choosing(condition: &str) -> Vec<u8> {
        let text = format!(
            "(module (func (export \"main\") (param i32) (result i32) (local i32)
                i32.const 1 i32.const 2 {condition} select))"
        );
        wat::parse_str(&text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    fn storing(store: &str) -> Vec<u8> {
        let text = format!(
            "(module (memory 2) (memory $second 2) (memory $long i64 2)
              (func (export \"main\") (param i32) (result i32) (local $a i32) (local $b i64)
                (local.set $a (i32.add (local.get 0) (i32.const 4)))
                (local.set $b (i64.add (i64.extend_i32_u (local.get 0)) (i64.const 4)))
                {store}))"
        );
        wat::parse_str(&text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    /// Stores of an address to itself, each with how to read it again.
    const STORES: [&str; 5] = [
        "(i32.store offset=65536 (local.tee $a (i32.add (local.get 0) (i32.const 4))) (local.get $a))
            (i32.load offset=65540 (i32.const 0))",
        "(local.set $a (i32.sub (local.get 0) (i32.const -4))) (i32.store $second (local.get $a) (local.get $a))
            (i32.load $second (i32.const 4))",
        "(i32.store8 $second (local.tee $a (i32.add (local.get 0) (i32.const 4))) (local.get $a))
            (i32.load $second (i32.const 4))",
        "(i64.store $long (local.tee $b (i64.add (local.get $b) (i64.const 0))) (local.get $b))
            (i32.load $long (i64.const 4))",
        "(i64.store16 $long (local.tee $b (i64.add (local.get $b) (i64.const 0))) (local.get $b))
            (i32.load $long (i64.const 4))",
    ];

    #[test]
    fn an_address_is_stored_at_itself() {
        for store in STORES {
            assert_eq!(call(&separated(&storing(store)), 0), 4, "{store}");
        }
    }

    /// If this fails with a new version of wasmi, the workaround is no longer needed.
    #[test]
    fn wasmi_alone_panics() {
        for store in STORES {
            let wasm = storing(store);
            let compiled = std::panic::catch_unwind(|| {
                let mut config = wasmi::Config::default();
                // Not in the first call, where a panic would end the process.
                config.compilation_mode(wasmi::CompilationMode::Eager);
                wasmi::Module::new(&Engine::new(&config), &wasm).map(drop)
            });
            assert!(compiled.is_err(), "{store}");
        }
    }

    /// If this fails with a new version of wasmi, the workaround is no longer needed.
    #[test]
    fn wasmi_alone_chooses_by_chance() {
        let wasm = choosing("local.get 0 i32.eqz");
        assert_eq!(call(&wasm, 0), call(&wasm, 1), "wasmi has learned to choose: this file can go");
    }

    #[test]
    fn every_comparison_with_zero_is_separated() {
        for (condition, is_for_zero) in [
            ("local.get 0 i32.eqz", true),
            ("local.get 0 i32.const 0 i32.eq", true),
            ("i32.const 0 local.get 0 i32.eq", true),
            ("local.get 0 i32.const 0 i32.ne", false),
            ("local.get 0 i32.eqz i32.eqz", false),
            ("local.get 0 i32.eqz i32.eqz i32.eqz", true),
            ("local.get 0 i32.const 0 i32.ne i64.extend_i32_u i64.eqz", true),
            ("local.get 0 i32.eqz nop", true),
            ("local.get 0 i32.eqz i32.const 5 drop", true),
            ("local.get 0 i32.eqz i32.const 0 i32.or", true),
            ("local.get 0 i32.eqz i32.const 0 i32.add", true),
            ("local.get 0 i32.eqz i32.const -1 i32.and", true),
            ("block (result i32) local.get 0 i32.eqz end", true),
            ("local.get 0 i32.eqz local.tee 1", true),
            ("local.get 0 i32.eqz i32.const 7 local.set 1", true),
            ("local.get 0 i32.const 1 i32.lt_u", true),
            ("i32.const 0 local.get 0 i32.ge_u", true),
            ("local.get 0 i32.const 0 i32.le_u", true),
            ("local.get 0 i32.const 0 i32.gt_u", false),
            ("local.get 0 i64.extend_i32_s i64.const 1 i64.lt_u", true),
            ("local.get 0 f32.convert_i32_s f32.const 0 f32.eq", true),
        ] {
            let wasm = choosing(condition);
            let separated = separated(&wasm);
            for argument in [0, 1, 256, -1] {
                let expected = if (argument == 0) == is_for_zero { 1 } else { 2 };
                assert_eq!(call(&separated, argument), expected, "{condition} of {argument}");
            }
        }
    }

    #[test]
    fn other_code_is_unchanged() {
        for (condition, is_whole) in [
            ("local.get 0", true),
            ("local.get 0 i32.const 4 i32.lt_s", true),
            ("local.get 0 f32.convert_i32_s f32.const 4 f32.eq", true),
            ("local.get 0 i32.const 4 i32.eq", false),
        ] {
            let wasm = choosing(condition);
            assert_eq!(matches!(separated(&wasm), Cow::Borrowed(_)), is_whole, "{condition}");
        }
        let without = wat::parse_str("(module (func (result i32) (i32.const 27)) (memory 1))").expect("it is text");
        assert!(matches!(separated(&without), Cow::Borrowed(_)));
    }
}
