//! The interface between a script and an interpreter.

use std::fmt;

use wasmi::TrapCode;

use super::Value;

/// The index of an instance, in creation order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InstanceId(pub usize);

/// Runs the modules of one script in one store, which contains the imports of `spectest` from the start.
pub trait Interpreter {
    /// Instantiates a module that [`crate::engine::validate`] accepts, and runs its start function.
    ///
    /// # Errors
    ///
    /// See [`Failure`]. The effects of segments and of the start function before a trap remain.
    fn instantiate(&mut self, wasm: &[u8]) -> Result<InstanceId, Failure>;

    /// Lets later modules import the exports of an instance, replacing what had this name before.
    fn register(&mut self, name: &str, instance: InstanceId);

    /// Calls an exported function.
    ///
    /// # Errors
    ///
    /// See [`Failure`].
    fn invoke(&mut self, instance: InstanceId, name: &str, arguments: &[Value]) -> Result<Vec<Value>, Failure>;

    /// Reads an exported global.
    ///
    /// # Errors
    ///
    /// If there is no global with that name.
    fn get_global(&mut self, instance: InstanceId, name: &str) -> Result<Value, Failure>;
}

/// Why an operation failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// A trap (core specification, section 4.1), or too deep recursion.
    Trap(TrapCode),
    /// An unresolved import.
    UnknownImport { module: String, name: String },
    /// An import whose type differs from what is provided; the interpreter's message.
    IncompatibleImport(String),
    /// The interpreter rejects a valid module, or fails for a reason of its own.
    Refused(String),
    /// The script refers to something that does not exist, or passes the wrong arguments.
    NotThere(String),
}

impl Failure {
    /// Whether this is the failure that the script expects, in the wording of the specification's test suite.
    ///
    /// As in the reference interpreter, one has to be a prefix of the other. An index out of a table's bounds has two
    /// names in the suite (`call_indirect` and `table.get`) and one code in wasmi.
    pub(super) fn is(&self, expected: &str) -> bool {
        let words: &[&str] = match self {
            Self::Trap(code) => trap_words(*code),
            Self::UnknownImport { .. } => &["unknown import"],
            Self::IncompatibleImport(_) => &["incompatible import type"],
            Self::Refused(_) | Self::NotThere(_) => &[],
        };
        words.iter().any(|word| word.starts_with(expected) || expected.starts_with(word))
    }
}

fn trap_words(code: TrapCode) -> &'static [&'static str] {
    match code {
        TrapCode::UnreachableCodeReached => &["unreachable"],
        TrapCode::MemoryOutOfBounds => &["out of bounds memory access"],
        TrapCode::TableOutOfBounds => &["out of bounds table access", "undefined element"],
        TrapCode::IndirectCallToNull => &["uninitialized element"],
        TrapCode::IntegerDivisionByZero => &["integer divide by zero"],
        TrapCode::IntegerOverflow => &["integer overflow"],
        TrapCode::BadConversionToInteger => &["invalid conversion to integer"],
        TrapCode::StackOverflow => &["call stack exhausted"],
        TrapCode::BadSignature => &["indirect call type mismatch"],
        TrapCode::OutOfFuel => &["out of fuel"],
        TrapCode::GrowthOperationLimited => &["growth limited"],
        TrapCode::OutOfSystemMemory => &["out of memory"],
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Trap(code) => write!(f, "the trap \"{}\"", trap_words(*code)[0]),
            Self::UnknownImport { module, name } => write!(f, "an unknown import \"{module}\" \"{name}\""),
            Self::IncompatibleImport(why) => write!(f, "an incompatible import type ({why})"),
            Self::Refused(why) => write!(f, "the interpreter refused it ({why})"),
            Self::NotThere(why) => write!(f, "{why}"),
        }
    }
}
