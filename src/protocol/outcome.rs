//! How a run ended, and the resources it used.

use serde::{Deserialize, Serialize};

use super::{Problem, SourcePlace, Span};

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// The call returned.
    Returned { results: Vec<Value> },
    /// The program called `proc_exit`, or its `_start` returned (code 0).
    Exited { code: u32 },
    /// WebAssembly trapped.
    Trapped { trap: Trap },
    /// A limit was reached: its name, to be shown, and a message with its value. `has_place`: an instruction of the
    /// program reached it, which the debugger can show.
    LimitReached { limit: String, message: String, help: String, has_place: bool },
    /// The user stopped it.
    Stopped,
    /// It never started: it does not compile, an import is missing, an argument is not a number.
    NotStarted { problems: Vec<Problem> },
}

/// The call stack of a program that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backtrace {
    /// Innermost first.
    pub calls: Vec<BacktraceCall>,
    /// How many more calls there were further out.
    pub hidden: u32,
    /// Why the program trapped, with the numbers; empty if that adds nothing to the trap's own message.
    pub cause: String,
    /// Why the calls are not available, as a sentence without a full stop.
    pub problem: Option<String>,
}

/// A call of a function, or one that the compiler has inlined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BacktraceCall {
    /// The function's name, or `func 3`.
    pub function: String,
    pub is_inlined: bool,
    /// The instruction, in the text that the editor shows.
    pub place: Option<Span>,
    /// The instruction in the binary, in bytes.
    pub offset: u64,
    pub source: Option<SourcePlace>,
}

/// A trap, as in the specification's execution rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trap {
    /// A stable identifier, to be shown: `unreachable`, `integer-divide-by-zero`, ...
    pub code: String,
    /// Whether it is how a program gives up itself: the end of its standard error may say why.
    pub panics: bool,
    /// A message for the user.
    pub message: String,
    /// The usual cause.
    pub help: String,
}

/// A typed value, formatted for display.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Value {
    /// Its type in the text format: `i32`, `f64`, `v128`, `funcref`, ...
    pub ty: String,
    /// The usual form: signed decimal, shortest float, `i32x4` lanes, `null`.
    pub text: String,
    /// Unsigned decimal, for integers, if it differs.
    pub unsigned: Option<String>,
    /// The bits in hexadecimal, for numbers and vectors.
    pub hex: Option<String>,
}

/// The resources that a run has used so far.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Counters {
    /// The interpreter's unit of work, about one per instruction.
    pub fuel: u64,
    /// Time spent compiling, in milliseconds.
    pub compile_ms: f64,
    /// Time spent in the program, without waits, in milliseconds.
    pub run_ms: f64,
    /// The peak size of all linear memories together, in bytes.
    pub peak_memory: u64,
    /// Calls from the program to host functions.
    pub host_calls: u64,
    /// Bytes printed, including dropped ones.
    pub output: u64,
    /// The last growth of a memory or table that a limit refused, as a sentence without a full stop. The program may
    /// have continued without it.
    pub refused: Option<String>,
}
