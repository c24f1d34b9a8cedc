//! What a script asks of whatever runs its modules.

use std::fmt;

use wasmi::TrapCode;

use super::Value;

/// An instance, by the order in which they were made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InstanceId(pub usize);

/// Runs the modules of one script, all in one store. The imports of `spectest` are there from the beginning.
pub trait Interpreter {
    /// Instantiates a module that [`crate::engine::validate`] calls valid, and runs its start function.
    ///
    /// # Errors
    ///
    /// See [`Failure`]. What segments and the start function did before a trap stays done.
    fn instantiate(&mut self, wasm: &[u8]) -> Result<InstanceId, Failure>;

    /// Lets later modules import the exports of an instance, in place of what had this name before.
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
    /// Where there is none of that name.
    fn get_global(&mut self, instance: InstanceId, name: &str) -> Result<Value, Failure>;
}

/// Why something did not go through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// A trap (core specification, section 4.1), or the calls went too deep.
    Trap(TrapCode),
    /// An import that nobody provides.
    UnknownImport { module: String, name: String },
    /// An import that has another type than what is provided; in the interpreter's words.
    IncompatibleImport(String),
    /// The interpreter does not take a valid module, or could not go on for a reason of its own.
    Refused(String),
    /// The script names something that is not there, or gives it the wrong arguments.
    NotThere(String),
}

impl Failure {
    /// Whether the script, in the words of the specification's test suite, expects just this.
    ///
    /// As in the reference interpreter, one has to begin with the other. An index out of a table's bounds has two names
    /// in the suite (`call_indirect` against `table.get`) and one code in wasmi.
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
