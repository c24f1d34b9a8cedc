//! Whether a module is valid, and whether the interpreter runs the proposals it needs.

use wasmparser::{FuncValidatorAllocations, Parser, ValidPayload, Validator, WasmFeatures};

/// What [`validate`] found.
#[derive(Debug)]
pub enum Validity {
    /// Valid, and it runs here.
    Valid,
    /// Valid WebAssembly that needs proposals which the interpreter does not run; `at` is where the first one shows.
    NeedsProposals { proposals: Vec<&'static str>, at: Fault },
    /// Not valid: one fault for the module's structure, or one for each function that has one.
    Invalid(Vec<Fault>),
}

/// A place in the binary that breaks a rule of validation (core specification, chapter 3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// In bytes from the start of the module.
    pub offset: u64,
    pub message: String,
}

impl From<wasmparser::BinaryReaderError> for Fault {
    fn from(error: wasmparser::BinaryReaderError) -> Self {
        Self { offset: error.offset(), message: error.message().to_owned() }
    }
}

/// What wasmi runs, as this project configures it: WebAssembly 2.0 with tail calls, multiple memories, memory64,
/// extended constants and relaxed SIMD.
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

/// Proposals that wasmi does not run, by the names that the WebAssembly community gave them.
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

/// At most this many faults are told; a module with more has usually one cause.
const MOST_FAULTS: usize = 20;

/// Validates a core module.
pub fn validate(wasm: &[u8]) -> Validity {
    let faults = faults(wasm, supported());
    let Some(first) = faults.first() else { return Validity::Valid };
    let mut needed = PROPOSALS.iter().fold(supported(), |features, (feature, _)| features | *feature);
    if !self::faults(wasm, needed).is_empty() {
        return Validity::Invalid(faults);
    }
    // Some proposals bring the same thing (a tag is in both ways to have exceptions), so none of them alone is what is
    // lacking: what can be left out is left out one by one, the newest first.
    for (feature, _) in PROPOSALS.iter().rev() {
        if self::faults(wasm, needed - *feature).is_empty() {
            needed -= *feature;
        }
    }
    let proposals = PROPOSALS.iter().filter(|(feature, _)| needed.contains(*feature)).map(|(_, name)| *name).collect();
    Validity::NeedsProposals { proposals, at: first.clone() }
}

fn faults(wasm: &[u8], features: WasmFeatures) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut validator = Validator::new_with_features(features);
    let mut allocations = FuncValidatorAllocations::default();
    // The parser has features of its own: left alone it reads an import section that no validator looks at again.
    let mut parser = Parser::new(0);
    parser.set_features(features);
    for payload in parser.parse_all(wasm) {
        let validated = payload.and_then(|payload| validator.payload(&payload));
        match validated {
            Ok(ValidPayload::Func(function, body)) => {
                let mut function = function.into_validator(allocations);
                if let Err(error) = function.validate(&body) {
                    faults.push(error.into());
                }
                allocations = function.into_allocations();
                if faults.len() >= MOST_FAULTS {
                    return faults;
                }
            }
            Ok(_) => {}
            // Past a fault in the structure nothing that follows can be trusted.
            Err(error) => {
                faults.push(error.into());
                return faults;
            }
        }
    }
    faults
}
