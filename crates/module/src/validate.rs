//! Checks whether a module is valid, and whether the interpreter supports the proposals it needs.

use wasmparser::{
    FuncValidator, FuncValidatorAllocations, FunctionBody, Parser, ValType, ValidPayload, Validator,
    ValidatorResources, WasmFeatures,
};

pub use super::interpreter_limits::ExceededLimit;

use super::interpreter_limits;
use super::wasmi_workarounds;

/// The result of [`validate`].
#[derive(Debug)]
pub enum Validity {
    /// Valid, and the interpreter can run it.
    Valid(ModuleFacts),
    /// Valid WebAssembly that needs unsupported proposals; `at` is the first position that needs one.
    NeedsProposals { proposals: Vec<&'static str>, at: ValidationError },
    /// Valid, but larger than the interpreter can run, plain or instrumented.
    TooLarge(Vec<ExceededLimit>),
    /// Not valid: one error in the module's structure, or one for each function that has one.
    Invalid(Vec<ValidationError>),
}

/// What validation records about the code of a module for running it: reading the code again would be expensive.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ModuleFacts {
    /// The offsets of `select` instructions that wasmi may fuse with the one before, in bytes from the start of the
    /// module: for [`separate_fused_selects`](super::wasmi_workarounds::separate_fused_selects).
    pub fusible: Vec<u64>,
    /// Whether there is a `table.grow`: wasmi 2.0.0 cannot go on in one that runs out of fuel.
    pub grows_tables: bool,
}

/// A violation of a validation rule (core specification, chapter 3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValidationError {
    /// In bytes from the start of the module.
    pub offset: u64,
    pub message: String,
    /// How to fix it, if validation knows.
    pub help: Option<String>,
}

impl From<wasmparser::BinaryReaderError> for ValidationError {
    fn from(error: wasmparser::BinaryReaderError) -> Self {
        Self { offset: error.offset(), message: error.message().to_owned(), help: None }
    }
}

/// The features that wasmi supports in this project's configuration: WebAssembly 2.0 with tail calls, multiple
/// memories, memory64, extended constants and relaxed SIMD.
pub fn supported() -> WasmFeatures {
    WasmFeatures::WASM2
        | WasmFeatures::TAIL_CALL
        | WasmFeatures::EXTENDED_CONST
        | WasmFeatures::MULTI_MEMORY
        | WasmFeatures::MEMORY64
        | WasmFeatures::RELAXED_SIMD
        | WasmFeatures::CUSTOM_PAGE_SIZES
        | WasmFeatures::WIDE_ARITHMETIC
}

/// Proposals that wasmi does not support, by their names in the WebAssembly community.
const PROPOSALS: [(WasmFeatures, &str); 11] = [
    (WasmFeatures::EXCEPTIONS, "exception-handling"),
    (WasmFeatures::LEGACY_EXCEPTIONS, "legacy exception-handling"),
    (WasmFeatures::THREADS, "threads"),
    (WasmFeatures::SHARED_EVERYTHING_THREADS, "shared-everything-threads"),
    (WasmFeatures::FUNCTION_REFERENCES, "function-references"),
    (WasmFeatures::GC, "garbage collection"),
    (WasmFeatures::STACK_SWITCHING, "stack-switching"),
    (WasmFeatures::MEMORY_CONTROL, "memory-control"),
    (WasmFeatures::CUSTOM_DESCRIPTORS, "custom-descriptors"),
    (WasmFeatures::COMPACT_IMPORTS, "compact-import-section"),
    (WasmFeatures::ACQUIRE_RELEASE_ATOMICS, "acquire-release-atomics"),
];

/// At most this many errors are reported; more usually have one cause.
const MAX_ERRORS: usize = 20;

/// Validates a core module.
pub fn validate(wasm: &[u8]) -> Validity {
    let Reading { errors, facts, exceeded_limits } = read(wasm, supported());
    let Some(first) = errors.first() else {
        return if exceeded_limits.is_empty() { Validity::Valid(facts) } else { Validity::TooLarge(exceeded_limits) };
    };
    let mut needed = PROPOSALS.iter().fold(supported(), |features, (feature, _)| features | *feature);
    let has_errors = |features| !read(wasm, features).errors.is_empty();
    if has_errors(needed) {
        return Validity::Invalid(errors);
    }
    // Some proposals have parts in common (both exception proposals have tags), so none of them alone is what is
    // missing: proposals that are not needed are dropped one by one, newest first.
    for (feature, _) in PROPOSALS.iter().rev() {
        if !has_errors(needed - *feature) {
            needed -= *feature;
        }
    }
    let proposals = PROPOSALS.iter().filter(|(feature, _)| needed.contains(*feature)).map(|(_, name)| *name).collect();
    Validity::NeedsProposals { proposals, at: first.clone() }
}

/// What reading a module found, up to its last error.
#[derive(Default)]
struct Reading {
    errors: Vec<ValidationError>,
    facts: ModuleFacts,
    exceeded_limits: Vec<ExceededLimit>,
}

fn read(wasm: &[u8], features: WasmFeatures) -> Reading {
    let mut reading = Reading::default();
    let mut validator = Validator::new_with_features(features);
    let mut allocations = FuncValidatorAllocations::default();
    let mut counts = interpreter_limits::Counts::default();
    // The parser has features of its own: left alone it reads an import section that no validator looks at again.
    let mut parser = Parser::new(0);
    parser.set_features(features);
    for payload in parser.parse_all(wasm) {
        let validated = payload.and_then(|payload| {
            let validated = validator.payload(&payload)?;
            counts.add(&payload, &mut reading.exceeded_limits)?;
            Ok(validated)
        });
        match validated {
            Ok(ValidPayload::Func(function, body)) => {
                let mut function = function.into_validator(allocations);
                if let Err(error) = read_function(&mut function, &body, &mut reading) {
                    reading.errors.push(of_function(error, &function, &body));
                }
                allocations = function.into_allocations();
                if reading.errors.len() >= MAX_ERRORS {
                    break;
                }
            }
            Ok(_) => {}
            // After an error in the structure, nothing that follows can be trusted.
            Err(error) => {
                reading.errors.push(error.into());
                break;
            }
        }
    }
    reading.exceeded_limits.truncate(MAX_ERRORS);
    reading
}

/// An error in a function, with what its validator knows about it.
fn of_function(
    error: wasmparser::BinaryReaderError,
    function: &FuncValidator<ValidatorResources>,
    body: &FunctionBody<'_>,
) -> ValidationError {
    let mut error = ValidationError::from(error);
    if error.message.contains("values remaining on stack") {
        values_left(&mut error, function);
    } else if error.message.contains("global is immutable") {
        error.help = immutable_global(error.offset, function, body);
    }
    error
}

/// Says which values are left where a block or function ends: the validator has taken its results by then.
fn values_left(error: &mut ValidationError, function: &FuncValidator<ValidatorResources>) {
    /// More types than this do not help.
    const MOST: usize = 8;
    let Some(frame) = function.get_control_frame(0) else { return };
    let left = (function.operand_stack_height() as usize).saturating_sub(frame.height);
    // The first that was pushed is the deepest.
    let types: Vec<String> = (0..left.min(MOST))
        .rev()
        .map(|depth| match function.get_operand_type(depth).flatten() {
            Some(ty) => ty.to_string(),
            None => "any type".to_owned(),
        })
        .collect();
    let more = if left > MOST { ", and others below" } else { "" };
    let values = if left == 1 { "1 value is".to_owned() } else { format!("{left} values are") };
    let below = match results(frame, function) {
        0 => "",
        1 => ", below its result",
        _ => ", below its results",
    };
    let block = if function.control_stack_height() == 1 { "function" } else { "block" };
    let list = types.join(", ");
    error.message = format!("type mismatch: {values} left on the stack at the end of the {block}{below}: {list}{more}");
    let place = if left == 1 {
        "it after the instruction that leaves it"
    } else {
        "one after each instruction that leaves one"
    };
    error.help =
        Some(format!("`drop` removes one value: put {place}, or declare these values as results of the {block}"));
}

/// How many results a block has.
fn results(frame: &wasmparser::Frame, function: &FuncValidator<ValidatorResources>) -> usize {
    use wasmparser::{BlockType, CompositeInnerType, WasmModuleResources};
    match frame.block_type {
        BlockType::Empty => 0,
        BlockType::Type(_) => 1,
        BlockType::FuncType(index) => {
            match function.resources().sub_type_at(index).map(|ty| &ty.composite_type.inner) {
                Some(CompositeInnerType::Func(ty)) => ty.results().len(),
                _ => 0,
            }
        }
    }
}

fn immutable_global(
    offset: u64,
    function: &FuncValidator<ValidatorResources>,
    body: &FunctionBody<'_>,
) -> Option<String> {
    use wasmparser::{Operator, WasmModuleResources};
    let mut operators = body.get_operators_reader().ok()?.into_iter_with_offsets().map_while(Result::ok);
    let (operator, _) = operators.find(|(_, at)| *at == offset)?;
    let Operator::GlobalSet { global_index } = operator else { return None };
    let ty = function.resources().global_at(global_index)?.content_type;
    Some(format!("declare the global with `(mut {ty})` instead of `{ty}`, also if it is imported"))
}

fn read_function(
    function: &mut FuncValidator<ValidatorResources>,
    body: &FunctionBody<'_>,
    reading: &mut Reading,
) -> wasmparser::Result<()> {
    let code = body.as_bytes();
    let start = body.range().start;
    let mut reader = body.get_binary_reader();
    function.read_locals(&mut reader)?;
    let locals = function.len_locals();
    let too_many = interpreter_limits::locals(locals, start);
    let has_too_many = too_many.is_some();
    reading.exceeded_limits.extend(too_many);
    let mut highest = (0, start);
    let mut before = 0;
    while !reader.eof() {
        let offset = reader.original_position();
        // Only here is it known that this byte begins an instruction: it may occur in a constant, too.
        let instruction = &code[(offset - start) as usize..];
        if wasmi_workarounds::may_be_fused(before, instruction) {
            reading.facts.fusible.push(offset);
        }
        reading.facts.grows_tables |= is_table_grow(instruction);
        if instruction[0] == interpreter_limits::BR_TABLE {
            reading.exceeded_limits.extend(interpreter_limits::targets(instruction, offset));
        }
        before = instruction[0];
        reader.visit_operator(&mut function.visitor(offset))??;
        let height = function.operand_stack_height();
        if height > highest.0 && function.get_control_frame(0).is_some_and(|frame| !frame.unreachable) {
            highest = (height, offset);
        }
    }
    // Too many locals are reported as such.
    if !has_too_many {
        let slots = interpreter_limits::local_slots(locals, vector_locals(function, body)?);
        reading.exceeded_limits.extend(interpreter_limits::slots(slots, highest));
    }
    let end = reader.original_position();
    reader.finish_expression(&function.visitor(end))
}

/// How many parameters and locals are vectors.
fn vector_locals(function: &FuncValidator<ValidatorResources>, body: &FunctionBody<'_>) -> wasmparser::Result<u32> {
    let (mut declared, mut vectors) = (0_u32, 0_u32);
    for group in body.get_locals_reader()? {
        let (count, ty) = group?;
        declared = declared.saturating_add(count);
        if ty == ValType::V128 {
            vectors = vectors.saturating_add(count);
        }
    }
    let params = function.len_locals().saturating_sub(declared);
    let vector_params = (0..params).filter(|local| function.get_local_type(*local) == Some(ValType::V128)).count();
    Ok(vectors.saturating_add(vector_params as u32))
}

/// `table.grow`, core specification, section 5.4.6: 15 after a prefix, which may be written with more bytes than it needs.
fn is_table_grow(instruction: &[u8]) -> bool {
    const PREFIX: u8 = 0xFC;
    const TABLE_GROW: u32 = 15;
    let [PREFIX, number @ ..] = instruction else { return false };
    let mut reader = wasmparser::BinaryReader::new(number, 0);
    reader.read_var_u32().is_ok_and(|number| number == TABLE_GROW)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    fn facts(wasm: &[u8]) -> ModuleFacts {
        match validate(wasm) {
            Validity::Valid(facts) => facts,
            other => panic!("it is valid, but: {other:?}"),
        }
    }

    #[test]
    fn a_table_that_grows_is_seen() {
        let text = "(module (table 1 funcref) (func (drop (table.grow (ref.null func) (i32.const 1)))))";
        let mut wasm = wat::parse_str(text).unwrap();
        assert!(facts(&wasm).grows_tables);
        // Written with two bytes more than it takes.
        let at = wasm.windows(2).position(|bytes| bytes == [0xFC, 15]).unwrap();
        wasm.splice(at + 1..at + 2, [0x8F, 0x80, 0x00]);
        // The body is longer by two bytes, and so is its section.
        let code = wasm.iter().position(|byte| *byte == 10).unwrap();
        (wasm[code + 1], wasm[code + 3]) = (wasm[code + 1] + 2, wasm[code + 3] + 2);
        assert!(facts(&wasm).grows_tables);
    }

    #[test]
    fn constants_that_look_like_instructions_are_none() {
        // -132 is 0xFC 0x7E, 0x7FC is 0xFC 0x0F, and 27 is the byte of a `select`.
        let text = "(module (table 1 funcref)
            (func (drop (i32.const 0x7FC)) (drop (i32.const -132)) (drop (i32.const 27)) (drop (i32.const 28))))";
        let wasm = wat::parse_str(text).unwrap();
        assert!(wasm.windows(2).any(|bytes| bytes == [0xFC, 15]));
        assert_eq!(facts(&wasm), ModuleFacts::default());
    }

    #[test]
    fn a_fusible_select_is_recorded_with_its_offset() {
        let text = "(module (func (param i32) (result i32) i32.const 1 i32.const 2 local.get 0 i32.eqz select))";
        let wasm = wat::parse_str(text).unwrap();
        let place = wasm.windows(2).position(|bytes| bytes == [0x45, 0x1B]).unwrap() + 1;
        assert_eq!(facts(&wasm), ModuleFacts { fusible: vec![place as u64], grows_tables: false });
    }
}
