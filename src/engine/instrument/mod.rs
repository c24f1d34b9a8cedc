//! A copy of a module that can be stopped anywhere, looked into, and put back to where it was.
//!
//! wasmi is a register machine: it has no operand stack to show, and a call that is under way cannot be saved. So the
//! copy keeps all of a program's state where it can be read, copied and written back: in a memory of its own, the
//! *state memory*. There, each call has a frame with the function, the next instruction, the locals and the operand
//! stack ([`layout`]). A function of the original becomes three:
//!
//! - its *run function* goes from one straight piece of code to the next (a *segment*): it takes from the
//!   state memory what the piece needs, executes the original instructions, and puts back what stays;
//! - its *step functions* execute one single instruction, in the same way;
//! - its *door* has the type and the place of the original in tables and exports, and makes a frame.
//!
//! A call does not call: it makes a frame and returns to the *driver*, a loop that runs whatever frame is on top. So
//! wasmi's own stack holds nothing of the program, and the state memory, the memories, globals and tables together are
//! all of its state. To stop, the driver returns; to go back, the state is written over.
//!
//! The run functions count: each segment takes its number of instructions off a budget, and leaves when there is not
//! enough. Each goes to the next segment by way of a table in the state memory, in which an entry can be redirected to
//! leave: that is a breakpoint.
//!
//! What instantiation writes into memories and tables, a copy writes in a call of its own, the *initializer*, so that
//! the instance is there even when that traps.
//!
//! A copy can also watch: then a run function checks, before an instruction that touches a memory, whether what it touches
//! is watched, and leaves before it or notes it.
//!
//! This folder rewrites; it runs nothing. What drives the copy is in `debugger`.

pub mod access;
mod analyse;
mod code;
mod copy;
mod emit;
mod initialize;
pub mod layout;
mod operands;
mod plain;
mod rewrite;
mod segments;
mod signatures;
mod support;
mod survey;

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;

pub use analyse::{Flow, Function, Instruction, Label, LabelKind};
pub use code::Watched;
pub use copy::{FunctionInfo, Instrumented, first_pages};
pub use operands::{Operand, Operands, StackId};
pub use rewrite::{instrument, instrument_to_watch};

/// Why a module could not be instrumented: it is not valid, or something in it cannot be encoded.
#[derive(Debug, thiserror::Error)]
pub enum InstrumentError {
    #[error("the module is not valid")]
    Invalid(#[from] wasmparser::BinaryReaderError),
    #[error("the module cannot be re-encoded")]
    Encode(#[from] wasm_encoder::reencode::Error<std::convert::Infallible>),
    #[error("{0}")]
    TooLarge(&'static str),
}
