//! Run functions and step functions: the code of the original, with all persistent state kept in the frame.

mod branches;
mod calls;
mod operands;
pub mod optimized;
mod watch;

use wasm_encoder::reencode::Reencode;
use wasm_encoder::{BlockType, Function as Body, InstructionSink, MemArg, MemArgTarget};
use wasmparser::{Operator, ValType};

pub use self::optimized::encoded;
pub use self::watch::Checks;
use super::InstrumentError;
use super::analyse::{Analysed, Flow, Function};
use super::basic_blocks::BasicBlock;
use super::code::Embedding;
use super::layout::{self, Register};
use super::plain::Shift;
use super::portable;
use super::signatures::Signatures;
use super::support::{self, Callee, Slot, Temporaries, load, store};

/// The frame's address: the parameter.
const FRAME: u32 = 0;
/// The program counter, in a run function.
const COUNTER: u32 = 1;
/// An address or a condition, temporarily.
const SCRATCH: u32 = 2;
/// The remaining budget.
const BUDGET: u32 = 3;
const ADDRESS: u32 = 4;
const TEMPORARIES: Temporaries = Temporaries(5);

/// The maximum number of labels of one `br_table`: interpreters and browsers reject more than 65,520.
const LARGEST_TABLE: u32 = 65_000;

/// The kind of function to generate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Run,
    Step,
}

/// The optimized functions that a run function calls in place of its own code.
#[derive(Debug, Clone)]
pub struct OptimizedRun {
    /// The function itself, if it is optimized.
    pub callee: Option<Callee>,
    /// Its loops in order: the first instruction of each, and the index of its optimized function.
    pub loops: Vec<(u32, u32)>,
}

/// The most bytes of locals that have to be zero for an optimized function to take the place of a run function.
const MOST_ZERO_BYTES: u32 = 128;

/// Generates the run function; with checks, one that watches.
///
/// # Errors
///
/// If an instruction cannot be encoded.
pub fn run_function(
    analysed: &Analysed<'_>,
    basic_blocks: &[BasicBlock],
    jump_table: u32,
    signatures: &Signatures,
    checks: Option<Checks>,
    embedding: Embedding,
    optimized: Option<&OptimizedRun>,
) -> Result<Body, InstrumentError> {
    let mut body = new_body();
    let mut sink = body.instructions();
    support::word(&mut sink, FRAME, layout::NEXT);
    sink.local_set(COUNTER);
    support::get(&mut sink, Register::Budget);
    sink.local_set(BUDGET);
    sink.block(BlockType::Empty).loop_(BlockType::Empty);
    let count = basic_blocks.len() as u32;
    for _ in 0..count {
        sink.block(BlockType::Empty);
    }
    let entry = MemArg { offset: u64::from(jump_table), align: 2, target: MemArgTarget::Memory(0), ordering: None };
    sink.local_get(COUNTER).i32_load(entry);
    dispatch(&mut sink, count, LARGEST_TABLE);
    sink.end();
    for (index, basic_block) in basic_blocks.iter().enumerate() {
        let around = count - 1 - index as u32;
        let steps = basic_block.steps.len() as i32;
        let mut emitter = Emitter {
            function: &analysed.function,
            operators: &analysed.operators,
            signatures,
            checks,
            embedding,
            mode: Mode::Run,
            dispatch: around,
            optimized,
            body: &mut body,
        };
        emitter.replace(basic_block.steps[0]);
        let mut sink = emitter.sink();
        sink.local_get(BUDGET).i32_const(steps).i32_lt_s().br_if(around + 1);
        sink.local_get(BUDGET).i32_const(steps).i32_sub().local_tee(BUDGET);
        support::set(&mut sink, Register::Budget);
        emitter.basic_block(basic_block)?;
        body.instructions().end();
    }
    // The last `end` closed the loop, which is never exited at its end.
    let mut sink = body.instructions();
    sink.unreachable().end();
    sink.local_get(FRAME).local_get(COUNTER).i32_store(MemArg {
        offset: u64::from(layout::NEXT),
        align: 2,
        target: MemArgTarget::Memory(0),
        ordering: None,
    });
    sink.i32_const(layout::EXITED).end();
    Ok(body)
}

/// Branches to the basic block whose number is on the stack: the WebAssembly blocks of all basic blocks directly
/// enclose this; the number after the last is the exit. A table has at most `most` targets, so a large function needs
/// several.
fn dispatch(sink: &mut InstructionSink<'_>, count: u32, most: u32) {
    if count <= most {
        sink.br_table(0..count, count + 1);
        return;
    }
    sink.local_set(SCRATCH);
    for first in (0..count).step_by(most as usize) {
        // Targets in a later table, or beyond all of them, continue after this block.
        let targets = first + 1..(first + most).min(count) + 1;
        sink.block(BlockType::Empty).local_get(SCRATCH).i32_const(first as i32).i32_sub().br_table(targets, 0).end();
    }
    sink.br(count + 1);
}

/// A step function: it executes one of these single-step blocks, the one that the frame is at. `first` is the first
/// instruction that it covers.
///
/// # Errors
///
/// If an instruction cannot be encoded.
pub fn step_function(
    analysed: &Analysed<'_>,
    basic_blocks: &[BasicBlock],
    first: u32,
    signatures: &Signatures,
    embedding: Embedding,
) -> Result<Body, InstrumentError> {
    let mut body = new_body();
    let mut sink = body.instructions();
    let count = basic_blocks.len() as u32;
    sink.block(BlockType::Empty);
    for _ in 0..count {
        sink.block(BlockType::Empty);
    }
    support::word(&mut sink, FRAME, layout::NEXT);
    sink.i32_const(2).i32_shr_u().i32_const(first as i32).i32_sub();
    let last = basic_blocks.last().map_or(first, |basic_block| basic_block.steps[0] + 1);
    let mut cases = vec![count; (last - first) as usize];
    for (case, basic_block) in basic_blocks.iter().enumerate() {
        cases[(basic_block.steps[0] - first) as usize] = case as u32;
    }
    sink.br_table(cases, count).end();
    for basic_block in basic_blocks {
        Emitter {
            function: &analysed.function,
            operators: &analysed.operators,
            signatures,
            checks: None,
            embedding,
            mode: Mode::Step,
            dispatch: 0,
            optimized: None,
            body: &mut body,
        }
        .basic_block(basic_block)?;
        body.instructions().end();
    }
    body.instructions().unreachable().end();
    Ok(body)
}

fn new_body() -> Body {
    let own = [wasm_encoder::ValType::I32; 4];
    Body::new_with_locals_types(own.into_iter().chain(Temporaries::TYPES))
}

struct Emitter<'f, 'a> {
    function: &'f Function,
    operators: &'f [Operator<'a>],
    signatures: &'f Signatures,
    embedding: Embedding,
    mode: Mode,
    /// Whether to check accesses; in run functions only.
    checks: Option<Checks>,
    /// How many WebAssembly blocks are between the basic block and the dispatching loop.
    dispatch: u32,
    /// In run functions of copies that have optimized functions.
    optimized: Option<&'f OptimizedRun>,
    body: &'f mut Body,
}

impl Emitter<'_, '_> {
    fn sink(&mut self) -> InstructionSink<'_> {
        self.body.instructions()
    }

    fn basic_block(&mut self, basic_block: &BasicBlock) -> Result<(), InstrumentError> {
        let first = basic_block.steps[0];
        if first == self.function.follow(0) {
            let size = self.function.frame_size();
            support::make_room(&mut self.sink(), FRAME, size);
        }
        let start = self.function.instructions[first as usize].before;
        let mut lowest = self.function.operands.height(start);
        for step in &basic_block.steps {
            let instruction = &self.function.instructions[*step as usize];
            let height = self.function.operands.height(instruction.before);
            lowest = lowest.min(height - self.needs(*step));
        }
        let from_frame = self.function.operands.height(start) - lowest;
        self.load_operands(start, from_frame);
        for (index, step) in basic_block.steps.iter().enumerate() {
            self.check(*step, lowest, (basic_block.steps.len() - index) as u32);
            self.step(*step, lowest)?;
        }
        if let (Some(next), Some(last)) = (basic_block.next, basic_block.steps.last()) {
            self.save(self.function.instructions[*last as usize].after, lowest);
            self.go_to(next, 0);
        }
        Ok(())
    }

    /// At the start of a function or of a loop: has the optimized function take over, if there is one and nothing is
    /// against it.
    fn replace(&mut self, leader: u32) {
        let Some(optimized) = self.optimized else { return };
        let dispatch = self.dispatch;
        if let Some(callee) = &optimized.callee
            && leader == self.function.follow(0)
        {
            self.replace_function(callee);
        }
        let found = optimized.loops.binary_search_by_key(&leader, |(first, _)| *first);
        let Some((_, loop_function)) = found.ok().and_then(|found| optimized.loops.get(found)) else { return };
        let mut sink = self.sink();
        support::get(&mut sink, Register::Optimized);
        sink.if_(BlockType::Empty).i32_const(0);
        support::set(&mut sink, Register::Top);
        sink.local_get(FRAME).call(*loop_function).local_tee(SCRATCH).i32_const(layout::CONTINUE).i32_ne();
        sink.if_(BlockType::Empty).local_get(SCRATCH).i32_const(layout::EXITED).i32_eq().return_().end();
        support::word(&mut sink, FRAME, layout::NEXT);
        sink.local_set(COUNTER);
        support::get(&mut sink, Register::Budget);
        sink.local_set(BUDGET).br(dispatch + 1).end();
    }

    /// Unless a local has been changed: the optimized function begins with zeros.
    fn replace_function(&mut self, callee: &Callee) {
        let zeros = self.function.operands_start() - layout::HEADER - layout::sizes(&callee.params);
        let has_references = callee.locals.iter().any(|ty| matches!(ty, ValType::Ref(_)));
        if has_references || zeros > MOST_ZERO_BYTES {
            return;
        }
        let optimized = self.signatures.optimized_function(callee.number);
        let mut sink = self.body.instructions();
        support::get(&mut sink, Register::Optimized);
        let start = self.function.operands_start() - zeros;
        for offset in (start..self.function.operands_start()).step_by(8) {
            sink.local_get(FRAME).i64_load(support::at(offset, 3)).i64_eqz().i32_and();
        }
        sink.if_(BlockType::Empty).i32_const(0);
        support::set(&mut sink, Register::Top);
        // If it leaves, it counts the frame again.
        support::add_to(&mut sink, Register::Depth, -1);
        sink.local_get(FRAME);
        let mut offset = layout::HEADER;
        for ty in &callee.params {
            load(&mut sink, *ty, Slot { base: FRAME, offset });
            offset += layout::size(*ty);
        }
        sink.call(optimized).local_set(SCRATCH);
        support::word(&mut sink, FRAME, layout::RESULTS);
        sink.local_set(ADDRESS);
        let mut offset = layout::sizes(&callee.results);
        for ty in callee.results.iter().rev() {
            offset -= layout::size(*ty);
            // If it has left, these are not results, and the caller's operands are not to be touched.
            sink.local_set(TEMPORARIES.of(*ty));
            sink.local_get(SCRATCH).i32_eqz().if_(BlockType::Empty);
            support::store_local(&mut sink, *ty, Slot { base: ADDRESS, offset }, TEMPORARIES.of(*ty));
            sink.end();
        }
        sink.local_get(SCRATCH).if_(BlockType::Empty);
        sink.local_get(SCRATCH).i32_const(layout::EXITED).i32_eq().return_().end();
        support::word(&mut sink, FRAME, layout::BELOW);
        support::set(&mut sink, Register::Top);
        sink.i32_const(layout::FINISHED).return_().end();
    }

    fn needs(&self, step: u32) -> u32 {
        needs(self.function, self.operators, self.signatures, step)
    }

    fn step(&mut self, step: u32, lowest: u32) -> Result<(), InstrumentError> {
        let function = self.function;
        let instruction = &function.instructions[step as usize];
        let next = function.follow(step + 1);
        match &instruction.flow {
            Flow::Dead | Flow::Mark(_) => {}
            Flow::Next => self.plain(step)?,
            Flow::Unreachable => {
                self.sink().unreachable();
            }
            Flow::Branch(label) => {
                let label = &function.labels[*label as usize];
                let places = self.label_places(label.base, &label.values);
                for (ty, place) in label.values.iter().zip(places).rev() {
                    store(&mut self.sink(), *ty, place, TEMPORARIES);
                }
                // The values in between are discarded; those below the label stay.
                let left = function.operands.height(instruction.before) - label.values.len() as u32;
                let base = function.operands.height(label.base);
                for _ in base.max(lowest)..left {
                    self.sink().drop();
                }
                self.save(label.base, lowest);
                self.go_to(function.follow(label.target), 0);
            }
            Flow::BranchIf(label) => {
                self.sink().local_set(SCRATCH);
                self.save(instruction.after, lowest);
                let label = &function.labels[*label as usize];
                let target = function.follow(label.target);
                if self.moves(instruction.after, label.base, label.values.len()) {
                    self.sink().local_get(SCRATCH).if_(BlockType::Empty);
                    self.move_values(instruction.after, label.base, &label.values);
                    self.go_to(target, 1);
                    self.sink().end();
                    self.go_to(next, 0);
                } else {
                    self.choose(target, next);
                }
            }
            Flow::If(otherwise) => {
                self.sink().local_set(SCRATCH);
                self.save(function.operands.pop(instruction.before, 1), lowest);
                self.choose(next, function.follow(*otherwise));
            }
            Flow::BranchTable(labels) => {
                self.sink().local_set(SCRATCH);
                let stack = function.operands.pop(instruction.before, 1);
                self.save(stack, lowest);
                self.branch_table(stack, labels);
            }
            Flow::Return => self.give_back(),
            Flow::Call => self.call(step, lowest, next)?,
            Flow::TailCall => self.tail_call(step, lowest)?,
        }
        Ok(())
    }

    fn plain(&mut self, step: u32) -> Result<(), InstrumentError> {
        let operators = self.operators;
        let operator = &operators[step as usize];
        match operator {
            Operator::MemoryGrow { .. } | Operator::TableGrow { .. } if self.embedding == Embedding::Portable => {
                grow(self.body, self.function, operator, step, TEMPORARIES)?;
            }
            Operator::Block { .. } | Operator::Loop { .. } | Operator::Nop => {}
            Operator::LocalGet { local_index } => {
                let (ty, place) = self.local(*local_index);
                load(&mut self.sink(), ty, place);
            }
            Operator::LocalSet { local_index } => {
                let (ty, place) = self.local(*local_index);
                store(&mut self.sink(), ty, place, TEMPORARIES);
            }
            Operator::LocalTee { local_index } => {
                let (ty, place) = self.local(*local_index);
                store(&mut self.sink(), ty, place, TEMPORARIES);
                load(&mut self.sink(), ty, place);
            }
            other => {
                if is_select(other) {
                    // Prevents wasmi from fusing it with a comparison: see `wasmi_workarounds`.
                    self.sink().i32_popcnt();
                }
                drops_segment(&mut self.body.instructions(), self.signatures, other);
                match self.embedding {
                    Embedding::Linked | Embedding::Hosted => {
                        let instruction = Shift.instruction(other.clone())?;
                        self.body.instruction(&instruction);
                    }
                    Embedding::Portable if portable::uses_table(other) => {
                        support::set_counter(&mut self.sink(), FRAME, step * layout::COUNTER_STEP);
                        portable::instruction(self.body, other, TEMPORARIES)?;
                        support::set_counter(&mut self.sink(), FRAME, (step + 1) * layout::COUNTER_STEP);
                    }
                    Embedding::Portable => portable::instruction(self.body, other, TEMPORARIES)?,
                }
            }
        }
        Ok(())
    }
}

/// How many operands an instruction needs on WebAssembly's own stack.
fn needs(function: &Function, operators: &[Operator<'_>], signatures: &Signatures, step: u32) -> u32 {
    let instruction = &function.instructions[step as usize];
    match &instruction.flow {
        Flow::Dead | Flow::Mark(_) | Flow::Unreachable => 0,
        Flow::Next => match &operators[step as usize] {
            Operator::Block { .. } | Operator::Loop { .. } => 0,
            _ => {
                let operands = &function.operands;
                let pushes =
                    operands.down(instruction.after).take_while(|operand| operand.producer == step).count() as u32;
                let kept = operands.height(instruction.after) - pushes;
                operands.height(instruction.before) - kept
            }
        },
        Flow::Branch(label) => function.labels[*label as usize].values.len() as u32,
        Flow::BranchIf(_) | Flow::BranchTable(_) | Flow::If(_) => 1,
        Flow::Return => function.results.len() as u32,
        Flow::Call | Flow::TailCall => match &operators[step as usize] {
            Operator::Call { function_index } | Operator::ReturnCall { function_index } => {
                signatures.callee(*function_index).map_or(0, |callee| callee.params.len() as u32)
            }
            // They are stored in the frame and read from there.
            _ => 0,
        },
    }
}

fn is_select(operator: &Operator<'_>) -> bool {
    matches!(operator, Operator::Select | Operator::TypedSelect { .. } | Operator::TypedSelectMulti { .. })
}

/// Records that a segment is dropped, if an instruction does that.
fn drops_segment(sink: &mut InstructionSink<'_>, signatures: &Signatures, operator: &Operator<'_>) {
    if let Some(flag) = signatures.drop_flag(operator) {
        sink.i32_const(flag as i32).i32_const(1).i32_store8(support::at(0, 0));
    }
}

/// A `memory.grow` or `table.grow` that asks first.
fn grow(
    body: &mut Body,
    function: &Function,
    operator: &Operator<'_>,
    step: u32,
    temporaries: Temporaries,
) -> Result<(), InstrumentError> {
    let mut operands = function.operands.down(function.instructions[step as usize].before);
    let by = operands.next().map_or(ValType::I32, |operand| operand.ty);
    let (space, filler) = match operator {
        Operator::TableGrow { table } => (layout::growing(true, *table), operands.next().map(|operand| operand.ty)),
        Operator::MemoryGrow { mem } => (layout::growing(false, *mem), None),
        _ => return Ok(()),
    };
    let instruction = Shift.instruction(operator.clone())?;
    let mut sink = body.instructions();
    sink.local_set(temporaries.of(by));
    if let Some(filler) = filler {
        sink.local_set(temporaries.of(filler));
    }
    support::may_grow(&mut sink, space, (temporaries.of(by), by));
    let result = if by == ValType::I64 { wasm_encoder::ValType::I64 } else { wasm_encoder::ValType::I32 };
    sink.if_(BlockType::Result(result));
    if let Some(filler) = filler {
        sink.local_get(temporaries.of(filler));
    }
    sink.local_get(temporaries.of(by));
    body.instruction(&instruction);
    let mut sink = body.instructions();
    sink.else_();
    match by {
        ValType::I64 => sink.i64_const(-1),
        _ => sink.i32_const(-1),
    };
    sink.end();
    Ok(())
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use wasm_encoder::{CodeSection, ExportKind, ExportSection, FunctionSection, Module, TypeSection, ValType};
    use wasmi::{Engine, Instance, Store};

    use super::*;

    /// A function that returns the number of the label that it branched to; `count` for the exit.
    fn chooser(count: u32, most: u32) -> Vec<u8> {
        let mut body = Body::new([(2, ValType::I32)]);
        let mut sink = body.instructions();
        sink.block(BlockType::Empty).loop_(BlockType::Empty);
        for _ in 0..count {
            sink.block(BlockType::Empty);
        }
        sink.local_get(FRAME);
        dispatch(&mut sink, count, most);
        sink.end();
        for label in 0..count {
            sink.i32_const(label.cast_signed()).return_().end();
        }
        sink.unreachable().end().i32_const(count.cast_signed()).end();
        let mut module = Module::new();
        let (mut types, mut functions) = (TypeSection::new(), FunctionSection::new());
        types.ty().function([ValType::I32], [ValType::I32]);
        functions.function(0);
        let (mut exports, mut code) = (ExportSection::new(), CodeSection::new());
        exports.export("choose", ExportKind::Func, 0);
        code.function(&body);
        module.section(&types).section(&functions).section(&exports).section(&code);
        module.finish()
    }

    #[test]
    fn every_label_is_found_whatever_number_of_tables_it_takes() {
        for (count, most) in [(1, 4), (4, 4), (5, 4), (8, 4), (9, 4), (11, 3), (7, 1)] {
            let engine = Engine::default();
            let module = wasmi::Module::new(&engine, chooser(count, most)).expect("it is valid");
            let mut store = Store::new(&engine, ());
            let instance = Instance::new(&mut store, &module, &[]).expect("it imports nothing");
            let choose = instance.get_typed_func::<i32, i32>(&store, "choose").expect("it exports it");
            for label in (0..count.cast_signed() + 2).chain([i32::MAX, -1, i32::MIN]) {
                let expected = if (0..count.cast_signed()).contains(&label) { label } else { count.cast_signed() };
                let chosen = choose.call(&mut store, label).expect("it does not trap");
                assert_eq!(chosen, expected, "{label} of {count} by {most}");
            }
        }
    }
}
