//! Optimized functions: the code of the original with its own control flow, its locals and operands in WebAssembly's
//! local variables. They touch the frame only to leave.
//!
//! An optimized function is called by a run function, or by another one, while nothing has to be checked at the start
//! of a basic block but the budget. To leave, because the budget is used up or a host call waits, it *spills*: it
//! writes the frame that a run function would have, and returns [`layout::EXITED`]; its caller does the same for its
//! own frame, and so on down to a run function. The program goes on in run functions, until they call or loop again.
//! A trap loses the variables: a debugger goes back to a checkpoint, and from there to the instruction.
//!
//! A loop has an optimized function of its own, so that one that is already being executed can be continued there (what
//! compilers call on-stack replacement). It takes the locals from the frame, and puts them back when the loop ends.

mod calls;
mod slots;

use std::collections::HashMap;

use wasm_encoder::reencode::Reencode;
use wasm_encoder::{BlockType, Function as Body, InstructionSink};
use wasmparser::{Operator, ValType};

pub use self::slots::encoded;
use self::slots::{Own, Slots};
use super::{drops_segment, grow, is_select};
use crate::instrument::InstrumentError;
use crate::instrument::analyse::{Analysed, Flow, Function, Label, LabelKind};
use crate::instrument::basic_blocks::BasicBlock;
use crate::instrument::code::Embedding;
use crate::instrument::layout::{self, Register};
use crate::instrument::operands::{Operand, StackId};
use crate::instrument::plain::Shift;
use crate::instrument::portable;
use crate::instrument::signatures::Signatures;
use crate::instrument::support::{self, Callee, Slot, load, store_local};

/// The frame's address: the first parameter.
const FRAME: u32 = 0;
/// The variable of the first local. A function gets its parameters after the frame's address.
const LOCALS: u32 = 1;

/// The most locals and operands of an optimized function, each of which is written when it leaves. One that has more of
/// them than instructions, because many locals take few bytes to declare, has this many at most.
const MOST_VARIABLES: usize = 1_000;
const FEW_VARIABLES: usize = 64;
/// The most loops around a loop that has a function of its own: the code of the innermost is there once for each.
const MOST_LOOPS_AROUND: usize = 2;

/// A loop that has an optimized function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loop {
    pub label: u32,
    /// The first instruction of the basic block that branches to it lead to.
    pub leader: u32,
}

/// How many locals and operand slots a function has.
fn variables(function: &Function) -> usize {
    let operands = (function.frame_size() - function.operands_start()) as usize / 8;
    function.locals.len() + operands
}

/// A function with what all of its optimized functions need to know.
pub struct Optimizer<'f, 'a> {
    function: &'f Function,
    operators: &'f [Operator<'a>],
    callee: &'f Callee,
    signatures: &'f Signatures,
    embedding: Embedding,
    /// For each instruction that begins a basic block, its number of steps.
    steps: HashMap<u32, u32>,
    slots: Slots,
    own: Own,
}

impl<'f, 'a> Optimizer<'f, 'a> {
    /// For a function; `None` if it is too large for the size of its code.
    pub fn new(
        analysed: &'f Analysed<'a>,
        basic_blocks: &[BasicBlock],
        callee: &'f Callee,
        signatures: &'f Signatures,
        embedding: Embedding,
    ) -> Option<Self> {
        let function = &analysed.function;
        let most = function.instructions.len().clamp(FEW_VARIABLES, MOST_VARIABLES);
        if variables(function) > most {
            return None;
        }
        let own = LOCALS + function.locals.len() as u32;
        Some(Self {
            function,
            operators: &analysed.operators,
            callee,
            signatures,
            embedding,
            steps: basic_blocks.iter().map(|block| (block.steps[0], block.steps.len() as u32)).collect(),
            slots: Slots::of(function, own + Own::COUNT),
            own: Own::from(own),
        })
    }

    /// Generates the optimized function; `None` if it is too large.
    ///
    /// # Errors
    ///
    /// If an instruction cannot be encoded.
    pub fn function(&self) -> Result<Option<Body>, InstrumentError> {
        let mut emitter = Emitter::new(self, None);
        emitter.function()?;
        Ok(emitter.is_small().then_some(emitter.body))
    }

    /// The loops that get a function of their own.
    pub fn loops(&self) -> Vec<Loop> {
        let function = self.function;
        let is_loop = |label: &Label| label.kind == LabelKind::Loop && label.is_used;
        // The functions of all loops together are in proportion to the original.
        let mut left = 1_000 + 8 * function.instructions.len();
        let mut loops = Vec::new();
        // How many loops are around each label.
        let mut around: Vec<usize> = Vec::with_capacity(function.labels.len());
        for (index, label) in function.labels.iter().enumerate() {
            let outer = label.outer.map(|outer| (around[outer as usize], &function.labels[outer as usize]));
            let loops_around = outer.map_or(0, |(around, outer)| around + usize::from(is_loop(outer)));
            around.push(loops_around);
            let size = label.end.saturating_sub(label.start) as usize + variables(function);
            if is_loop(label) && loops_around <= MOST_LOOPS_AROUND && size <= left {
                left -= size;
                loops.push(Loop { label: index as u32, leader: function.follow(label.target) });
            }
        }
        loops
    }

    /// Generates the optimized function of a loop; `None` if it is too large.
    ///
    /// # Errors
    ///
    /// If an instruction cannot be encoded.
    pub fn loop_function(&self, label: u32) -> Result<Option<Body>, InstrumentError> {
        let mut emitter = Emitter::new(self, Some(label));
        emitter.loop_()?;
        Ok(emitter.is_small().then_some(emitter.body))
    }
}

/// In place of the optimized function of one that has none: creates the frame, and has the dispatch loop go on with it.
pub fn unoptimized(callee: &Callee) -> Body {
    let mut body = Body::new([]);
    let mut sink = body.instructions();
    support::begin_frame(&mut sink, FRAME, callee);
    let mut offset = layout::HEADER;
    for (index, ty) in callee.params.iter().enumerate() {
        store_local(&mut sink, *ty, Slot { base: FRAME, offset }, LOCALS + index as u32);
        offset += layout::size(*ty);
    }
    sink.local_get(FRAME);
    support::set(&mut sink, Register::Top);
    support::add_to(&mut sink, Register::Depth, 1);
    for ty in &callee.results {
        support::default(&mut sink, *ty);
    }
    sink.i32_const(layout::DISPATCH).end();
    body
}

struct Emitter<'f, 'a> {
    function: &'f Function,
    operators: &'f [Operator<'a>],
    callee: &'f Callee,
    signatures: &'f Signatures,
    embedding: Embedding,
    steps: &'f HashMap<u32, u32>,
    slots: &'f Slots,
    own: Own,
    /// The label of the loop, in a loop's function.
    region: Option<u32>,
    /// For each open label, the number of WebAssembly blocks around its own.
    levels: HashMap<u32, u32>,
    /// The number of open WebAssembly blocks.
    level: u32,
    /// Instructions of the original that have not been written yet: they have no control flow between them.
    pending: Vec<u32>,
    /// How many operands have been written in places of their own.
    written: usize,
    body: Body,
}

/// Levels of the blocks around everything. To leave, with the callee's frame below written already, the counter set,
/// and what to return in a variable.
const UNWIND: u32 = 0;
/// To leave, with the counter set and what to return in a variable.
const LEAVE: u32 = 1;
/// To leave with [`layout::EXITED`], with the counter set.
const EXIT: u32 = 2;

impl<'f, 'a> Emitter<'f, 'a> {
    fn new(optimizer: &'f Optimizer<'f, 'a>, region: Option<u32>) -> Self {
        let Optimizer { function, operators, callee, signatures, embedding, steps, slots, own } = optimizer;
        // A function's parameters are parameters.
        let given = if region.is_none() { function.params as usize } else { 0 };
        let types = function.locals[given..].iter().map(|ty| encoded(*ty));
        let operands = slots.all.iter().map(|(_, ty)| encoded(*ty));
        let body = Body::new_with_locals_types(types.chain(Own::types()).chain(operands));
        Self {
            function,
            operators,
            callee,
            signatures,
            embedding: *embedding,
            steps,
            slots,
            own: *own,
            region,
            levels: HashMap::new(),
            level: 0,
            pending: Vec::new(),
            written: 0,
            body,
        }
    }

    /// Whether the code is in proportion to the original's.
    fn is_small(&self) -> bool {
        self.written <= 1_000 + 4 * self.function.instructions.len()
    }

    fn sink(&mut self) -> InstructionSink<'_> {
        self.body.instructions()
    }

    /// The number of blocks around a label's.
    fn level_of(&self, label: u32) -> u32 {
        self.levels.get(&label).copied().unwrap_or(EXIT)
    }

    fn open(&mut self) -> u32 {
        self.sink().block(BlockType::Empty);
        self.level += 1;
        self.level - 1
    }

    fn close(&mut self) {
        self.sink().end();
        self.level -= 1;
    }

    /// Branches out of the block that this many blocks are around.
    fn branch_to(&mut self, level: u32) {
        let depth = self.level - 1 - level;
        self.sink().br(depth);
    }

    fn begin(&mut self) {
        let Own { budget, .. } = self.own;
        let mut sink = self.sink();
        support::get(&mut sink, Register::Budget);
        sink.local_set(budget);
        for _ in 0..3 {
            self.open();
        }
    }

    fn function(&mut self) -> Result<(), InstrumentError> {
        self.begin();
        let level = self.open();
        self.levels.insert(0, level);
        let end = self.function.instructions.len() as u32 - 1;
        self.instructions(0..end)?;
        self.close();
        if self.function.instructions[end as usize].flow == Flow::Return {
            self.leader(end);
            self.pending.push(end);
            self.write_pending()?;
        }
        self.sink().unreachable();
        self.spill(0);
        let results = &self.callee.results;
        let left = self.own.left;
        let mut sink = self.body.instructions();
        for ty in results {
            support::default(&mut sink, *ty);
        }
        sink.local_get(left).end();
        Ok(())
    }

    fn loop_(&mut self) -> Result<(), InstrumentError> {
        let Some(region) = self.region else { return Ok(()) };
        let function = self.function;
        let label = &function.labels[region as usize];
        for (index, ty) in function.locals.iter().enumerate() {
            let place = Slot { base: FRAME, offset: function.local(index as u32) };
            load(&mut self.body.instructions(), *ty, place);
            self.sink().local_set(LOCALS + index as u32);
        }
        let before = function.instructions[label.start as usize].before;
        for operand in function.operands.topmost(before, label.values.len() as u32) {
            let place = self.place(operand.start());
            load(&mut self.body.instructions(), operand.ty, place);
            let variable = self.slots.at(operand.start(), operand.ty);
            self.sink().local_set(variable);
        }
        self.begin();
        let outer = self.outer_labels(region, label);
        for label in &outer {
            let level = self.open();
            self.levels.insert(*label, level);
        }
        self.sink().loop_(BlockType::Empty);
        self.levels.insert(region, self.level);
        self.level += 1;
        self.instructions(label.start + 1..label.end)?;
        self.close();
        let end = &function.instructions[label.end as usize];
        if end.flow == Flow::Dead {
            self.sink().unreachable();
        } else {
            self.put_down(end.after);
            self.continue_at(function.follow(label.end + 1));
        }
        for label in outer.iter().rev() {
            self.close();
            let label = &function.labels[*label as usize];
            let mut start = function.operands.bytes(label.base);
            for ty in label.values.iter() {
                let (place, variable) = (self.place(start), self.slots.at(start, *ty));
                store_local(&mut self.body.instructions(), *ty, place, variable);
                start += layout::size(*ty);
            }
            self.continue_at(function.follow(label.target));
        }
        self.spill(function.operands.bytes(label.base));
        let left = self.own.left;
        self.sink().local_get(left).end();
        Ok(())
    }

    /// The labels around a loop that something in it branches to, outermost first.
    fn outer_labels(&self, region: u32, label: &Label) -> Vec<u32> {
        let mut labels = Vec::new();
        let instructions = &self.function.instructions[label.start as usize..label.end as usize];
        for instruction in instructions {
            match &instruction.flow {
                Flow::Branch(label) | Flow::BranchIf(label) => labels.push(*label),
                Flow::BranchTable(table) => labels.extend(table),
                _ => {}
            }
        }
        // Labels are numbered in the order in which they begin.
        labels.retain(|label| *label < region);
        labels.sort_unstable();
        labels.dedup();
        labels
    }

    /// The slot in the frame for an operand.
    fn place(&self, start: u32) -> Slot {
        Slot { base: FRAME, offset: self.function.operands_start() + start }
    }

    /// Has the run function go on at an instruction; from outside of the loop.
    fn continue_at(&mut self, target: u32) {
        let Own { counter, left, .. } = self.own;
        let mut sink = self.sink();
        sink.i32_const((target * layout::COUNTER_STEP).cast_signed()).local_set(counter);
        sink.i32_const(layout::CONTINUE).local_set(left);
        self.branch_to(LEAVE);
    }

    /// Closes the outermost blocks, with what happens after them: everything is written to the frame, operands from
    /// `base` on.
    fn spill(&mut self, base: u32) {
        let Own { counter, budget, left, .. } = self.own;
        let number = self.callee.number.cast_signed();
        let (function, is_loop) = (self.function, self.region.is_some());
        self.close();
        self.sink().i32_const(layout::EXITED).local_set(left);
        self.close();
        let size = function.frame_size();
        let mut sink = self.sink();
        support::make_room(&mut sink, FRAME, size);
        sink.local_get(FRAME).local_get(counter).i32_store(support::at(layout::NEXT, 2));
        sink.local_get(FRAME);
        support::set(&mut sink, Register::Top);
        sink.local_get(budget);
        support::set(&mut sink, Register::Budget);
        self.close();
        let mut sink = self.body.instructions();
        if !is_loop {
            sink.local_get(FRAME).i32_const(number).i32_store(support::at(layout::FUNCTION, 2));
            support::add_to(&mut sink, Register::Depth, 1);
        }
        for (index, ty) in function.locals.iter().enumerate() {
            let place = Slot { base: FRAME, offset: function.local(index as u32) };
            store_local(&mut sink, *ty, place, LOCALS + index as u32);
        }
        for (index, (start, ty)) in self.slots.all.iter().enumerate() {
            if *start >= base && !self.slots.shared[index] {
                let place = Slot { base: FRAME, offset: function.operands_start() + start };
                store_local(&mut sink, *ty, place, self.slots.first + index as u32);
            }
        }
    }

    /// Writes the operands to the frame whose places [`Emitter::spill`] cannot know.
    fn put_down(&mut self, stack: StackId) {
        let function = self.function;
        let base = self.region.map_or(0, |region| function.operands.bytes(function.labels[region as usize].base));
        for operand in function.operands.down(stack).take_while(|operand| operand.start() >= base) {
            let variable = self.slots.at(operand.start(), operand.ty);
            if self.slots.is_shared(variable) {
                self.written += 1;
                let place = self.place(operand.start());
                store_local(&mut self.body.instructions(), operand.ty, place, variable);
            }
        }
    }

    /// Leaves before an instruction.
    fn exit_at(&mut self, step: u32, stack: StackId) {
        let counter = self.own.counter;
        self.put_down(stack);
        self.sink().i32_const((step * layout::COUNTER_STEP).cast_signed()).local_set(counter);
        self.branch_to(EXIT);
    }

    /// If a basic block begins there, leaves if the budget is too small for it.
    fn leader(&mut self, step: u32) {
        let Some(steps) = self.steps.get(&step).copied() else { return };
        let budget = self.own.budget;
        let before = self.function.instructions[step as usize].before;
        self.sink().local_get(budget).i32_const(steps.cast_signed()).i32_lt_s().if_(BlockType::Empty);
        self.level += 1;
        self.exit_at(step, before);
        self.close();
        let mut sink = self.sink();
        sink.local_get(budget).i32_const(steps.cast_signed()).i32_sub().local_tee(budget);
        support::set(&mut sink, Register::Budget);
    }

    fn instructions(&mut self, range: std::ops::Range<u32>) -> Result<(), InstrumentError> {
        let function = self.function;
        // Blocks that cannot be reached are left out with all that is in them.
        let mut left_out = 0_u32;
        for step in range {
            let flow = &function.instructions[step as usize].flow;
            let operator = &self.operators[step as usize];
            let opens = matches!(operator, Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. });
            if left_out > 0 || opens && *flow == Flow::Dead {
                match operator {
                    Operator::End => left_out -= 1,
                    _ if opens => left_out += 1,
                    _ => {}
                }
                continue;
            }
            match operator {
                Operator::Else => {
                    self.write_pending()?;
                    self.sink().else_();
                }
                Operator::End => {
                    self.write_pending()?;
                    self.close();
                }
                _ if *flow == Flow::Dead => {}
                _ => {
                    if self.steps.contains_key(&step) {
                        self.write_pending()?;
                        self.leader(step);
                    }
                    self.pending.push(step);
                    if opens || *flow != Flow::Next {
                        self.write_pending()?;
                    }
                    if opens {
                        self.open_label(step, operator);
                    }
                }
            }
        }
        self.write_pending()
    }

    fn open_label(&mut self, step: u32, operator: &Operator<'_>) {
        let scratch = self.own.scratch;
        if let Some((label, _)) = self.function.label_of(step) {
            self.levels.insert(label, self.level);
        }
        self.level += 1;
        let mut sink = self.sink();
        match operator {
            Operator::Loop { .. } => sink.loop_(BlockType::Empty),
            Operator::If { .. } => sink.local_get(scratch).if_(BlockType::Empty),
            _ => sink.block(BlockType::Empty),
        };
    }

    /// Writes the pending instructions. In between, operands are on WebAssembly's own stack; before and after, in
    /// variables.
    fn write_pending(&mut self) -> Result<(), InstrumentError> {
        let steps = std::mem::take(&mut self.pending);
        let (Some(first), Some(last)) = (steps.first(), steps.last()) else { return Ok(()) };
        let function = self.function;
        let start = function.instructions[*first as usize].before;
        let mut lowest = function.operands.height(start);
        for step in &steps {
            let height = function.operands.height(function.instructions[*step as usize].before);
            lowest = lowest.min(height - self.needs(*step));
        }
        let taken = function.operands.height(start) - lowest;
        self.load_operands(start, taken);
        for step in &steps {
            self.step(*step, lowest)?;
        }
        let instruction = &function.instructions[*last as usize];
        if instruction.flow == Flow::Next {
            self.save(instruction.after, lowest);
        }
        Ok(())
    }

    /// How many operands an instruction needs on WebAssembly's own stack.
    fn needs(&self, step: u32) -> u32 {
        match &self.function.instructions[step as usize].flow {
            Flow::Call | Flow::TailCall => 0,
            _ => super::needs(self.function, self.operators, self.signatures, step),
        }
    }

    fn load_operands(&mut self, stack: StackId, count: u32) {
        for operand in self.function.operands.topmost(stack, count) {
            let variable = self.slots.at(operand.start(), operand.ty);
            self.sink().local_get(variable);
        }
    }

    /// Moves the operands above the height `lowest` from WebAssembly's own stack to variables.
    fn save(&mut self, stack: StackId, lowest: u32) {
        let function = self.function;
        for operand in function.operands.down(stack).take_while(|operand| operand.height > lowest) {
            let variable = self.slots.at(operand.start(), operand.ty);
            self.sink().local_set(variable);
        }
    }

    fn step(&mut self, step: u32, lowest: u32) -> Result<(), InstrumentError> {
        let function = self.function;
        let instruction = &function.instructions[step as usize];
        let scratch = self.own.scratch;
        match &instruction.flow {
            Flow::Dead | Flow::Mark(_) => {}
            Flow::Next => self.plain(step)?,
            Flow::Unreachable => {
                self.sink().unreachable();
            }
            Flow::Branch(label) => {
                let level = self.level_of(*label);
                let label = &function.labels[*label as usize];
                for (start, ty) in self.label_places(label).into_iter().rev() {
                    let variable = self.slots.at(start, ty);
                    self.sink().local_set(variable);
                }
                // The values in between are discarded; those below the label stay.
                let left = function.operands.height(instruction.before) - label.values.len() as u32;
                let base = function.operands.height(label.base);
                for _ in base.max(lowest)..left {
                    self.sink().drop();
                }
                self.save(label.base, lowest);
                self.branch_to(level);
            }
            Flow::BranchIf(label) => {
                self.sink().local_set(scratch);
                self.save(instruction.after, lowest);
                self.sink().local_get(scratch);
                let level = self.level_of(*label);
                let label = &function.labels[*label as usize];
                if self.moves(instruction.after, label) {
                    self.sink().if_(BlockType::Empty);
                    self.level += 1;
                    self.move_values(instruction.after, label);
                    self.branch_to(level);
                    self.close();
                } else {
                    let depth = self.level - 1 - level;
                    self.sink().br_if(depth);
                }
            }
            Flow::If(_) => {
                self.sink().local_set(scratch);
                self.save(function.operands.pop(instruction.before, 1), lowest);
            }
            Flow::BranchTable(labels) => {
                self.sink().local_set(scratch);
                let stack = function.operands.pop(instruction.before, 1);
                self.save(stack, lowest);
                self.branch_table(stack, labels);
            }
            Flow::Return => self.give_back(),
            Flow::Call => self.call(step, lowest)?,
            Flow::TailCall => self.tail_call(step, lowest)?,
        }
        Ok(())
    }

    fn plain(&mut self, step: u32) -> Result<(), InstrumentError> {
        let operators = self.operators;
        let operator = &operators[step as usize];
        let is_portable = self.embedding == Embedding::Portable;
        match operator {
            Operator::Block { .. } | Operator::Loop { .. } | Operator::Nop => {}
            Operator::LocalGet { local_index } => {
                self.sink().local_get(LOCALS + local_index);
            }
            Operator::LocalSet { local_index } => {
                self.sink().local_set(LOCALS + local_index);
            }
            Operator::LocalTee { local_index } => {
                self.sink().local_tee(LOCALS + local_index);
            }
            Operator::MemoryGrow { .. } | Operator::TableGrow { .. } if is_portable => {
                grow(&mut self.body, self.function, operator, step, self.own.temporaries)?;
            }
            other => {
                if is_select(other) {
                    // Prevents wasmi from fusing it with a comparison: see `wasmi_workarounds`.
                    self.sink().i32_popcnt();
                }
                self.separate_store(step, other);
                drops_segment(&mut self.body.instructions(), self.signatures, other);
                if !is_portable {
                    let instruction = Shift.instruction(other.clone())?;
                    self.body.instruction(&instruction);
                } else if portable::uses_table(other) {
                    self.is_at(step);
                    portable::instruction(&mut self.body, other, self.own.temporaries)?;
                    self.is_past();
                } else {
                    portable::instruction(&mut self.body, other, self.own.temporaries)?;
                }
            }
        }
        Ok(())
    }

    /// Gives the value of a store of an address to itself another place, which wasmi needs: see `wasmi_workarounds`.
    fn separate_store(&mut self, step: u32, store: &Operator<'_>) {
        let ty = match store {
            Operator::I32Store { .. } | Operator::I32Store8 { .. } | Operator::I32Store16 { .. } => ValType::I32,
            Operator::I64Store { .. }
            | Operator::I64Store8 { .. }
            | Operator::I64Store16 { .. }
            | Operator::I64Store32 { .. } => ValType::I64,
            _ => return,
        };
        let operands = self.function.operands.topmost(self.function.instructions[step as usize].before, 2);
        let local = |operand: &Operand| match self.operators.get(operand.producer as usize) {
            Some(Operator::LocalGet { local_index } | Operator::LocalTee { local_index }) => Some(*local_index),
            _ => None,
        };
        if let [address, value] = &operands[..]
            && local(value).is_some_and(|value| local(address) == Some(value))
        {
            match ty {
                ValType::I64 => self.sink().i64_const(0).i64_or(),
                _ => self.sink().i32_const(0).i32_or(),
            };
        }
    }

    /// Tells a portable copy's host which instruction traps, if one does: some traps depend on it.
    fn is_at(&mut self, step: u32) {
        let both = i64::from(self.callee.number) | i64::from(step * layout::COUNTER_STEP) << 32;
        let mut sink = self.sink();
        sink.local_get(FRAME).i64_const(both).i64_store(support::at(layout::FUNCTION, 2));
        sink.local_get(FRAME);
        support::set(&mut sink, Register::Top);
    }

    fn is_past(&mut self) {
        let mut sink = self.sink();
        sink.i32_const(0);
        support::set(&mut sink, Register::Top);
    }

    fn label_places(&self, label: &Label) -> Vec<(u32, ValType)> {
        let mut start = self.function.operands.bytes(label.base);
        let mut places = Vec::with_capacity(label.values.len());
        for ty in label.values.iter() {
            places.push((start, *ty));
            start += layout::size(*ty);
        }
        places
    }

    /// Whether a branch has to move its values down.
    fn moves(&self, stack: StackId, label: &Label) -> bool {
        let (stack, base) = (self.function.operands.height(stack), self.function.operands.height(label.base));
        !label.values.is_empty() && stack != base + label.values.len() as u32
    }

    fn move_values(&mut self, stack: StackId, label: &Label) {
        if !self.moves(stack, label) {
            return;
        }
        let from = self.function.operands.topmost(stack, label.values.len() as u32);
        for (operand, (start, ty)) in from.iter().zip(self.label_places(label)) {
            let (from, to) = (self.slots.at(operand.start(), operand.ty), self.slots.at(start, ty));
            self.sink().local_get(from).local_set(to);
        }
    }

    fn branch_table(&mut self, stack: StackId, labels: &[u32]) {
        let (function, scratch) = (self.function, self.own.scratch);
        let Some((default, targets)) = labels.split_last() else { return };
        if !labels.iter().any(|label| self.moves(stack, &function.labels[*label as usize])) {
            let depth = |label: &u32| self.level - 1 - self.level_of(*label);
            let (depths, default): (Vec<u32>, u32) = (targets.iter().map(depth).collect(), depth(default));
            self.sink().local_get(scratch).br_table(depths, default);
            return;
        }
        let mut distinct: Vec<u32> = labels.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        for _ in &distinct {
            self.open();
        }
        let case = |label: &u32| distinct.binary_search(label).unwrap_or(0) as u32;
        self.sink().local_get(scratch).br_table(targets.iter().map(case).collect::<Vec<_>>(), case(default));
        for label in &distinct {
            self.close();
            let level = self.level_of(*label);
            self.move_values(stack, &function.labels[*label as usize]);
            self.branch_to(level);
        }
    }
}
