//! Describes what a step did and what comes next, in sentences: one table of wording for every supported instruction.
//!
//! [`StateView::before_step`] records the operands of the next instruction. After it has been executed,
//! [`StateView::describe_step`] describes what happened, in the wording of the instruction's family: `control`,
//! `variables`, `memory`, `table`, `numeric`, `simd`. [`StateView::describe_next`] describes the next instruction
//! with its operands, and [`StateView::describe_trap`] why it could not be executed, with numbers.
//!
//! How an instruction is written is in `instruction`, how functions, variables and positions are named in `context`,
//! how a numeric instruction interprets its operands in `operation`.

mod context;
mod control;
mod instruction;
mod lanes;
mod memory;
mod numeric;
mod operation;
mod relaxed;
mod sentence;
mod simd;
mod table;
mod trap;
mod variables;

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;

use std::rc::Rc;

use std::borrow::Cow;

use wasmoscope_module::value::{FunctionRef, Value};
use wasmparser::Operator;

use self::context::{At, Lines};
pub use self::sentence::{Part, Sentence};
use super::machine::Position;
use super::state::StateView;
use wasmoscope_reversible::instrument::access::{Shape, shape};

/// How many bytes of a read are recorded.
const MOST_BYTES: u64 = 16;

/// The state before an instruction was executed.
#[derive(Debug, Clone)]
pub struct BeforeStep {
    position: Position,
    /// The index of the program's call: `start`, the entry.
    call: usize,
    depth: u32,
    frame: u32,
    /// Its operands, deepest first.
    operands: Vec<Value>,
    /// The values that a `br_if` passes on if it branches, deepest first.
    carried: Vec<Value>,
    /// The local, global or table element that it writes.
    written: Option<Value>,
    /// The bytes that it reads.
    bytes: Vec<u8>,
    /// The function that it calls through a table.
    callee: Option<u32>,
    /// The number of elements of the table.
    table_size: Option<u64>,
}

impl BeforeStep {
    /// Whether the instruction sets a local, a global or an element of a table.
    pub fn sets_variable(&self) -> bool {
        self.written.is_some()
    }
}

/// An instruction that has been executed, and the values it pushed, deepest first.
struct Step<'a> {
    at: At<'a>,
    before: &'a BeforeStep,
    pushed: Vec<Value>,
}

impl StateView<'_> {
    /// Records the operands of the next instruction.
    pub fn before_step(self) -> Option<BeforeStep> {
        let position = self.machine().position()?;
        let at = At::of(self, position, &|_| None)?;
        let operands = at.operands();
        let mut before = BeforeStep {
            position,
            call: self.call(),
            depth: self.depth(),
            frame: self.machine().top(),
            carried: Vec::new(),
            written: None,
            bytes: Vec::new(),
            callee: None,
            table_size: None,
            operands,
        };
        match at.operator {
            Operator::LocalSet { local_index } | Operator::LocalTee { local_index } => {
                before.written = self.local_at(before.frame, local_index);
            }
            Operator::BrIf { .. } => before.carried = at.carried(),
            Operator::GlobalSet { global_index } => before.written = self.global(global_index),
            Operator::TableSet { table } => {
                let index = before.operands.first().and_then(|value| value.unsigned());
                before.written = index.and_then(|index| self.table_element(table as usize, index));
            }
            Operator::TableGrow { table } => before.table_size = self.table_size(table as usize),
            Operator::CallIndirect { table_index, .. } | Operator::ReturnCallIndirect { table_index, .. } => {
                let index = before.operands.last().and_then(|value| value.unsigned());
                let element = index.and_then(|index| self.table_element(table_index as usize, index));
                if let Some(Value::FuncRef(Some(FunctionRef::Index(function)))) = element {
                    before.callee = Some(function);
                }
            }
            _ => {}
        }
        if let Some(Shape::Plain { writes: false, .. }) = shape(&at.operator)
            && let Some(access) = self.next_accesses().first()
        {
            before.bytes = self.bytes_at(access.memory, access.address, access.length.min(MOST_BYTES));
        }
        Some(before)
    }

    /// Describes the last step, in a sentence that begins with the instruction or with a capital letter. `before` is
    /// the state before it.
    pub fn describe_step(self, before: &BeforeStep, lines: Lines<'_>) -> Sentence {
        let Some(at) = At::of(self, before.position, lines) else { return Sentence::default() };
        let pushed = self.pushed(&at, before);
        let step = Step { at, before, pushed };
        wording(&step).unwrap_or_else(|| {
            let sentence = step.head();
            match (before.operands.is_empty(), step.pushed.is_empty()) {
                (true, true) => sentence.text("executed"),
                (true, false) => sentence.text("pushed ").list(step.at.all(&step.pushed)),
                (false, true) => sentence.text("popped ").list(step.at.all(&before.operands)),
                (false, false) => sentence
                    .text("popped ")
                    .list(step.at.all(&before.operands))
                    .text(", pushed ")
                    .list(step.at.all(&step.pushed)),
            }
        })
    }

    /// The next instruction with its operands: `i32.mul takes 5 and 5`, `i32.eqz takes the value 1`. A bare number alone
    /// could be read as the number of operands.
    pub fn describe_next(self, lines: Lines<'_>) -> Option<Sentence> {
        let at = At::of(self, self.machine().position()?, lines)?;
        let operands = at.all(&at.operands());
        Some(match (&at.operator, operands.is_empty()) {
            (Operator::End, true) => Sentence::new(format!("the end of {}", at.function(at.function))),
            (Operator::End, false) => {
                Sentence::new(format!("the end of {}, which returns ", at.function(at.function))).list(operands)
            }
            (Operator::Unreachable, _) => Sentence::new("unreachable, which traps"),
            (_, true) => Sentence::new(at.instruction()),
            (_, false) => {
                let the_value = if operands.len() == 1 { "the value " } else { "" };
                Sentence::new(format!("{} takes {the_value}", at.instruction())).list(operands)
            }
        })
    }

    /// The values that an instruction has pushed onto the stack of its frame, if that is still on top.
    fn pushed(self, at: &At<'_>, before: &BeforeStep) -> Vec<Value> {
        if self.machine().top() != before.frame || self.depth() != before.depth {
            return Vec::new();
        }
        let Some(instruction) = at.analysed.instructions.get(before.position.instruction as usize) else {
            return Vec::new();
        };
        let start = before.frame + at.analysed.operands_start();
        let operands = at.analysed.operands.down(instruction.after);
        let pushed = operands.take_while(|operand| operand.producer == before.position.instruction);
        let mut pushed: Vec<Value> =
            pushed.map(|operand| self.machine().value(start + operand.start(), operand.ty)).collect();
        pushed.reverse();
        pushed
    }

    fn bytes_at(self, memory: u32, address: u64, length: u64) -> Vec<u8> {
        self.memory(memory as usize, address, length).map(Cow::into_owned).unwrap_or_default()
    }
}

/// The sentence for a step from the wording table.
fn wording(step: &Step<'_>) -> Option<Sentence> {
    control::describe(step)
        .or_else(|| variables::describe(step))
        .or_else(|| memory::describe(step))
        .or_else(|| table::describe(step))
        .or_else(|| numeric::describe(step))
        .or_else(|| simd::describe(step))
}

impl Step<'_> {
    /// The start of a sentence: the instruction and a colon.
    fn head(&self) -> Sentence {
        Sentence::new(format!("{}: ", self.at.instruction()))
    }

    /// One of its operands; 0 is the deepest.
    fn operand(&self, index: usize) -> Option<&Value> {
        self.before.operands.get(index)
    }

    /// The same as an unsigned number.
    fn number(&self, index: usize) -> Option<u64> {
        self.operand(index)?.unsigned()
    }

    fn analysed(&self) -> &Rc<wasmoscope_reversible::instrument::Function> {
        &self.at.analysed
    }
}

/// `1 byte`, `2 bytes`.
fn count(number: u64, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {many}") }
}
