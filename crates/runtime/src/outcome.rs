//! How a run ends, and what that means for the user.

use wasmi::errors::{ErrorKind, InstantiationError};
use wasmi::{Error, TrapCode};

use super::Limits;
use super::limits::Refusal;
use wasmoscope_module::value::FormattedValue;
use wasmoscope_module::words;
use wasmoscope_wasi::Stop;

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The call returned.
    Returned(Vec<FormattedValue>),
    /// The program called `proc_exit`, or its `_start` returned.
    Exited(u32),
    /// WebAssembly trapped.
    Trapped(Trap),
    /// A limit was reached; the message names it and its value.
    LimitReached { limit: LimitKind, message: String, help: String },
    /// The caller ended it.
    Stopped,
}

/// A trap (core specification, section 4.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trap {
    pub kind: TrapKind,
    /// What happened.
    pub message: String,
    /// The usual cause.
    pub help: String,
}

/// What a limit is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitKind {
    Memory,
    Table,
    /// The depth of calls.
    Recursion,
    /// What the program prints.
    Output,
    Time,
    Fuel,
}

impl LimitKind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Table => "table",
            Self::Recursion => "recursion",
            Self::Output => "output",
            Self::Time => "time",
            Self::Fuel => "fuel",
        }
    }
}

/// Why a program trapped: the causes that wasmi tells apart, and those of the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrapKind {
    Unreachable,
    MemoryOutOfBounds,
    TableOutOfBounds,
    UninitializedElement,
    IntegerDivideByZero,
    IntegerOverflow,
    InvalidConversionToInteger,
    IndirectCallTypeMismatch,
    GrowthLimited,
    OutOfFuel,
    OutOfSystemMemory,
    StackOverflow,
    /// It waits for an event that can never occur.
    WaitsForever,
    /// It waits for input, and has no memory to read it into.
    NoMemory,
    /// The interpreter cannot compile a function that is called.
    FunctionRefused,
    /// A host function failed.
    HostError,
}

impl TrapKind {
    /// A stable identifier, as it is shown to users.
    pub fn code(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::MemoryOutOfBounds => "out-of-bounds-memory-access",
            Self::TableOutOfBounds => "out-of-bounds-table-access",
            Self::UninitializedElement => "uninitialized-element",
            Self::IntegerDivideByZero => "integer-divide-by-zero",
            Self::IntegerOverflow => "integer-overflow",
            Self::InvalidConversionToInteger => "invalid-conversion-to-integer",
            Self::IndirectCallTypeMismatch => "indirect-call-type-mismatch",
            Self::GrowthLimited => "growth-limited",
            Self::OutOfFuel => "out-of-fuel",
            Self::OutOfSystemMemory => "out-of-system-memory",
            Self::StackOverflow => "stack-overflow",
            Self::WaitsForever => "waits-forever",
            Self::NoMemory => "no-memory",
            Self::FunctionRefused => "function-refused",
            Self::HostError => "host-error",
        }
    }
}

/// Why execution could not go on, whichever interpreter or compiler it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// `proc_exit`.
    Exit(u32),
    /// A WASI function ended the program.
    Stop(Stop),
    Trap(TrapKind),
    /// The interpreter cannot compile a function that is called; it says why.
    FunctionRefused(String),
    /// Something else, in words.
    Other(String),
}

impl Failure {
    pub fn other(reason: impl std::fmt::Display) -> Self {
        Self::Other(reason.to_string())
    }

    /// The trap, if it is one of WebAssembly's.
    pub fn trap(&self) -> Option<TrapKind> {
        match self {
            Self::Trap(kind) => Some(*kind),
            Self::Exit(_) | Self::Stop(_) | Self::FunctionRefused(_) | Self::Other(_) => None,
        }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exit(code) => write!(f, "exited with code {code}"),
            Self::Stop(stop) => stop.fmt(f),
            Self::Trap(kind) => f.write_str(&describe(*kind).message),
            Self::FunctionRefused(reason) | Self::Other(reason) => f.write_str(reason),
        }
    }
}

impl From<&Error> for Failure {
    fn from(error: &Error) -> Self {
        if let Some(code) = error.i32_exit_status() {
            return Self::Exit(code.cast_unsigned());
        }
        if let Some(stop) = error.downcast_ref::<Stop>() {
            return Self::Stop(*stop);
        }
        if let ErrorKind::Translation(reason) = error.kind() {
            // A function is compiled when it is first called.
            return Self::FunctionRefused(reason.to_string());
        }
        trap_code(error).map_or_else(|| Self::other(error), |code| Self::Trap(code.into()))
    }
}

impl From<TrapCode> for TrapKind {
    fn from(code: TrapCode) -> Self {
        match code {
            TrapCode::UnreachableCodeReached => Self::Unreachable,
            TrapCode::MemoryOutOfBounds => Self::MemoryOutOfBounds,
            TrapCode::TableOutOfBounds => Self::TableOutOfBounds,
            TrapCode::IndirectCallToNull => Self::UninitializedElement,
            TrapCode::IntegerDivisionByZero => Self::IntegerDivideByZero,
            TrapCode::IntegerOverflow => Self::IntegerOverflow,
            TrapCode::BadConversionToInteger => Self::InvalidConversionToInteger,
            TrapCode::BadSignature => Self::IndirectCallTypeMismatch,
            TrapCode::GrowthOperationLimited => Self::GrowthLimited,
            TrapCode::OutOfFuel => Self::OutOfFuel,
            TrapCode::OutOfSystemMemory => Self::OutOfSystemMemory,
            TrapCode::StackOverflow => Self::StackOverflow,
        }
    }
}

impl Outcome {
    /// The outcome for an error from wasmi.
    pub fn of_error(error: &Error, limits: &Limits, refused: Option<&Refusal>) -> Self {
        Self::of(&error.into(), limits, refused)
    }

    /// The outcome of a program that could not go on.
    pub fn of(failure: &Failure, limits: &Limits, refused: Option<&Refusal>) -> Self {
        let trapped = |kind, message: String, help: &str| Self::Trapped(Trap { kind, message, help: help.to_owned() });
        match failure {
            Failure::Exit(code) => Self::Exited(*code),
            Failure::Stop(Stop::OutputLimit { limit }) => Self::output_limit(*limit),
            Failure::Stop(stop @ Stop::WaitsForever) => {
                trapped(TrapKind::WaitsForever, stop.to_string(), "`poll_oneoff` waits for events that can never occur")
            }
            Failure::FunctionRefused(reason) => trapped(
                TrapKind::FunctionRefused,
                format!("the interpreter cannot run the function that is called here: {reason}"),
                "the function is too large for the interpreter: give it fewer locals and parameters, or split it",
            ),
            Failure::Trap(kind) => Self::trapped(*kind, limits, refused),
            Failure::Other(reason) => trapped(TrapKind::HostError, reason.clone(), "a host function failed"),
        }
    }

    pub fn trapped(kind: TrapKind, limits: &Limits, refused: Option<&Refusal>) -> Self {
        if kind == TrapKind::StackOverflow {
            return Self::LimitReached {
                limit: LimitKind::Recursion,
                message: format!("the program went more than {} calls deep", limits.recursion),
                help: "look for infinite recursion, or raise the recursion limit".to_owned(),
            };
        }
        let trap = describe(kind);
        match refused {
            Some(refusal) => Self::LimitReached {
                limit: refusal.limit,
                message: format!("{}; then the program gave up ({})", refusal.message, trap.message),
                help: format!("raise the {} limit, or make the program use less", refusal.limit.name()),
            },
            None => Self::Trapped(trap),
        }
    }

    pub fn refused(refusal: &Refusal) -> Self {
        Self::LimitReached {
            limit: refusal.limit,
            message: refusal.message.clone(),
            help: format!("raise the {} limit, or make the program use less", refusal.limit.name()),
        }
    }

    pub(crate) fn output_limit(limit: u64) -> Self {
        Self::LimitReached {
            limit: LimitKind::Output,
            message: format!("the program printed more than {}", words::bytes(limit)),
            help: "look for an infinite loop that prints, or raise the output limit".to_owned(),
        }
    }

    /// The run exceeded its time limit, in milliseconds.
    pub fn wall_time(limit: u64) -> Self {
        Self::LimitReached {
            limit: LimitKind::Time,
            message: format!("the program ran for more than {limit} ms"),
            help: "raise the time limit, or turn it off".to_owned(),
        }
    }
}

/// The trap code of an error, if it is a trap.
pub fn trap_code(error: &Error) -> Option<TrapCode> {
    match error.kind() {
        // wasmi 2.0.0 reports it as a trap for a data segment, and as an instantiation error for an element segment.
        ErrorKind::Instantiation(InstantiationError::ElementSegmentDoesNotFit { .. }) => {
            Some(TrapCode::TableOutOfBounds)
        }
        _ => error.as_trap_code(),
    }
}

/// Describes a trap.
fn describe(kind: TrapKind) -> Trap {
    let (message, help) = match kind {
        TrapKind::Unreachable => (
            "an `unreachable` instruction was executed",
            "compilers put it where a program gives up: a panic in Rust, an abort in C, code that should never be \
             reached",
        ),
        TrapKind::MemoryOutOfBounds => (
            "memory was accessed outside its bounds",
            "the address, plus the instruction's offset, plus the size of the value, is past the end of the memory",
        ),
        TrapKind::TableOutOfBounds => {
            ("a table was accessed outside its bounds", "the index is not below the table's size")
        }
        TrapKind::UninitializedElement => (
            "`call_indirect` found no function in the table",
            "the element at that index is null: an `elem` segment fills a table",
        ),
        TrapKind::IntegerDivideByZero => ("an integer was divided by zero", "check where the divisor comes from"),
        TrapKind::IntegerOverflow => (
            "the result of an integer operation does not fit its type",
            "the smallest integer divided by -1, or a float too large for the integer it is converted to",
        ),
        TrapKind::InvalidConversionToInteger => (
            "NaN was converted to an integer",
            "check where the NaN comes from, or use one of the `trunc_sat` instructions",
        ),
        TrapKind::IndirectCallTypeMismatch => (
            "`call_indirect` found a function of a different type",
            "the type at the instruction and the type of the function at that index differ",
        ),
        TrapKind::GrowthLimited => (
            "a memory or a table could not grow",
            "the program asked for more memory or table elements than are available",
        ),
        TrapKind::OutOfFuel => ("all fuel was consumed", "give the run more fuel"),
        TrapKind::OutOfSystemMemory => {
            ("the machine has no more memory for this program", "close other tabs, or make the program use less")
        }
        TrapKind::StackOverflow => ("call stack exhausted", "look for infinite recursion"),
        // These have words of their own where they occur.
        TrapKind::WaitsForever | TrapKind::NoMemory | TrapKind::FunctionRefused | TrapKind::HostError => {
            (kind.code(), "a host function failed")
        }
    };
    Trap { kind, message: message.to_owned(), help: help.to_owned() }
}
