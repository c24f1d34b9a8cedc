//! An instrumented copy of a module, which can be stopped at every instruction, inspected and restored.
//!
//! wasmi is a register machine: it has no operand stack to show, and an active call cannot be saved. So the copy keeps
//! all of a program's state where it can be read, copied and written back: in a memory of its own, the *state memory*.
//! There, each call has a frame with the function, the next instruction, the locals and the operand stack ([`layout`]).
//! A function of the original becomes three:
//!
//! - its *run function* goes from one *basic block* to the next: it loads what the block needs from the
//!   state memory, executes the original instructions, and stores what stays;
//! - its *step functions* execute one instruction each, in the same way;
//! - its *trampoline* represents the original in tables and exports: it has its type, and creates a frame.
//!
//! As long as nothing is looked for, run functions call a fourth, the *optimized function*, which has the original's control
//! flow and variables and writes its frame only to leave (`emit/optimized`).
//!
//! A call creates a frame and runs it; what has to leave returns to the *dispatch loop*, which runs the topmost frame. So
//! the engine's own stack holds none of the program's state: all of it is in the state memory, the memories, globals and tables. To stop, the
//! dispatch loop returns; to go back, the state is overwritten.
//!
//! Each basic block subtracts its number of instructions from a budget, and exits if the budget is too small. The next
//! block is looked up in a *jump table* in the state memory, in which an entry can be changed to an exit: that is a
//! breakpoint.
//!
//! A copy writes its active segments in a separate call, the *initializer*, so that the instance exists even if that
//! traps.
//!
//! A copy can also watch: then a run function checks, before an instruction that accesses a memory, whether the bytes
//! are watched, and exits before it or records it.
//!
//! This folder only rewrites modules; running the copy belongs in [`attach`](crate::attach) and
//! [`executor`](crate::executor).

pub mod access;
mod analyse;
mod basic_blocks;
mod code;
mod copy;
mod emit;
mod initialize;
pub mod layout;
mod operands;
mod plain;
pub mod portable;
mod rewrite;
mod signatures;
mod support;
mod survey;

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;

pub use analyse::{Flow, Function, Instruction, Label, LabelKind};
pub use code::{Embedding, Options, Watched};
pub use copy::{FunctionInfo, Instrumented, first_pages};
pub use operands::{Operand, Operands, StackId};
pub use rewrite::{instrument, instrument_with};

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
