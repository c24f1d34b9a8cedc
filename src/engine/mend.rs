//! Code that wasmi 2.0.0 gets wrong, written in another way.
//!
//! It fuses a comparison of a local with zero and the `select` that follows (`try_fuse_select` in its translator): the
//! comparison is left out, and the select is to look at the local instead. But it looks at the register in which the
//! result of the comparison would have been, and that has something else in it. So
//!
//! ```wat
//! (select (local.get $a) (local.get $b) (i32.eqz (local.get $c)))
//! ```
//!
//! chooses by chance. An instruction in between keeps the two apart. `i32.popcnt` is one byte, takes any number, and
//! leaves zero zero and everything else something else, which is all that a `select` wants to know.

use std::borrow::Cow;

use wasm_encoder::{CodeSection, Encode as _, Module, RawSection};
use wasmparser::{BinaryReader, CodeSectionReader, FunctionBody, Operator, Parser};

/// The section of code; core specification, section 5.5.2.
pub const CODE: u8 = 10;
const POPCNT: u8 = 0x69;
const SELECT: u8 = 0x1B;
const TYPED_SELECT: u8 = 0x1C;

/// Mends a valid module.
///
/// # Errors
///
/// Where the module cannot be read; a valid module always can.
pub fn mend(wasm: &[u8]) -> wasmparser::Result<Cow<'_, [u8]>> {
    let mut module = Module::new();
    let mut is_whole = true;
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload?;
        let Some((id, range)) = payload.as_section() else { continue };
        let data = &wasm[range.start as usize..range.end as usize];
        let mended = if id == CODE { mend_code(data)? } else { data.into() };
        is_whole &= matches!(mended, Cow::Borrowed(_));
        module.section(&RawSection { id, data: &mended });
    }
    Ok(if is_whole { wasm.into() } else { module.finish().into() })
}

/// Mends the contents of a section of code.
///
/// # Errors
///
/// Where it cannot be read; that of a valid module always can.
pub fn mend_code(section: &[u8]) -> wasmparser::Result<Cow<'_, [u8]>> {
    let mut code = CodeSection::new();
    let mut is_whole = true;
    for body in CodeSectionReader::new(BinaryReader::new(section, 0))? {
        let body = body?;
        let bytes = body.as_bytes();
        let places = places(&body)?;
        is_whole &= places.is_empty();
        let mut mended = Vec::with_capacity(bytes.len() + places.len());
        let mut from = 0;
        for place in places {
            mended.extend_from_slice(&bytes[from..place]);
            mended.push(POPCNT);
            from = place;
        }
        mended.extend_from_slice(&bytes[from..]);
        code.raw(&mended);
    }
    if is_whole {
        return Ok(section.into());
    }
    let mut bytes = Vec::with_capacity(section.len() + section.len() / 64);
    code.encode(&mut bytes);
    // The encoder writes the section's size first.
    let mut reader = BinaryReader::new(&bytes, 0);
    reader.read_var_u32()?;
    Ok(bytes.split_off(reader.original_position() as usize).into())
}

/// Where in a body a `select` may be fused with what is before it.
fn places(body: &FunctionBody<'_>) -> wasmparser::Result<Vec<usize>> {
    let mut places = Vec::new();
    // Most functions have none, and need not be decoded to know that.
    if !body.as_bytes().iter().any(|byte| matches!(*byte, SELECT | TYPED_SELECT)) {
        return Ok(places);
    }
    let start = body.range().start;
    let mut is_apart = true;
    for read in body.get_operators_reader()?.into_iter_with_offsets() {
        let (operator, offset) = read?;
        let is_select =
            matches!(operator, Operator::Select | Operator::TypedSelect { .. } | Operator::TypedSelectMulti { .. });
        if is_select && !is_apart {
            places.push((offset - start) as usize);
        }
        is_apart = is_apart_from_comparisons(&operator);
    }
    Ok(places)
}

/// Whether what the instruction pushes is surely no comparison of a local with zero, nor passed on from one.
fn is_apart_from_comparisons(operator: &Operator<'_>) -> bool {
    use Operator as O;
    matches!(
        operator,
        O::LocalGet { .. }
            | O::GlobalGet { .. }
            | O::I32Const { .. }
            | O::Call { .. }
            | O::CallIndirect { .. }
            | O::I32Load { .. }
            | O::I32Load8S { .. }
            | O::I32Load8U { .. }
            | O::I32Load16S { .. }
            | O::I32Load16U { .. }
            | O::I32LtS
            | O::I32LtU
            | O::I32GtS
            | O::I32GtU
            | O::I32LeS
            | O::I32LeU
            | O::I32GeS
            | O::I32GeU
            | O::I64LtS
            | O::I64LtU
            | O::I64GtS
            | O::I64GtU
            | O::I64LeS
            | O::I64LeU
            | O::I64GeS
            | O::I64GeU
            | O::F32Eq
            | O::F32Ne
            | O::F32Lt
            | O::F32Gt
            | O::F32Le
            | O::F32Ge
            | O::F64Eq
            | O::F64Ne
            | O::F64Lt
            | O::F64Gt
            | O::F64Le
            | O::F64Ge
    )
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use wasmi::{Engine, Instance, Store};

    use super::*;

    /// What `main` of a module gives for an argument, in wasmi alone.
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

    /// A version of wasmi in which this fails needs no mending any more.
    #[test]
    fn wasmi_alone_chooses_by_chance() {
        let wasm = choosing("local.get 0 i32.eqz");
        assert_eq!(call(&wasm, 0), call(&wasm, 1), "wasmi has learned to choose: this file can go");
    }

    #[test]
    fn every_way_to_compare_with_zero_is_mended() {
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
            let mended = mend(&wasm).expect("it can be read");
            for argument in [0, 1, 256, -1] {
                let expected = if (argument == 0) == is_for_zero { 1 } else { 2 };
                assert_eq!(call(&mended, argument), expected, "{condition} of {argument}");
            }
        }
    }

    #[test]
    fn what_needs_no_mending_stays_as_it_is() {
        for (condition, is_whole) in [
            ("local.get 0", true),
            ("local.get 0 i32.const 4 i32.lt_s", true),
            ("local.get 0 f32.convert_i32_s f32.const 4 f32.eq", true),
            ("local.get 0 i32.const 4 i32.eq", false),
        ] {
            let wasm = choosing(condition);
            assert_eq!(matches!(mend(&wasm), Ok(Cow::Borrowed(_))), is_whole, "{condition}");
        }
        let without = wat::parse_str("(module (func (result i32) (i32.const 27)) (memory 1))").expect("it is text");
        assert!(matches!(mend(&without), Ok(Cow::Borrowed(_))));
    }
}
