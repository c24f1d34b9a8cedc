//! Run functions and step functions: the code of the original, with all that lasts kept in the frame.

use wasm_encoder::reencode::Reencode;
use wasm_encoder::{BlockType, Function as Body, InstructionSink, MemArg, MemArgTarget};
use wasmparser::{Operator, ValType};

use super::analyse::{Flow, Function};
use super::layout::{self, Register};
use super::operands::StackId;
use super::plain::Shift;
use super::rewrite::{InstrumentError, Signatures};
use super::segments::Segment;
use super::support::{self, Callee, Place, Temporaries, load, store};

/// The frame's address: the parameter.
const FRAME: u32 = 0;
/// The program counter, in a run function.
const COUNTER: u32 = 1;
/// An address, or a condition, for a moment.
const SCRATCH: u32 = 2;
/// What is left of the budget.
const BUDGET: u32 = 3;
const ADDRESS: u32 = 4;
const TEMPORARIES: Temporaries = Temporaries(5);

/// Which kind of function is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Run,
    Step,
}

/// The run function.
///
/// # Errors
///
/// Where an instruction cannot be encoded.
pub fn run_function(
    function: &Function<'_>,
    segments: &[Segment],
    redirects: u32,
    signatures: &Signatures,
) -> Result<Body, InstrumentError> {
    let mut body = new_body();
    let mut sink = body.instructions();
    support::word(&mut sink, FRAME, layout::NEXT);
    sink.local_set(COUNTER);
    support::get(&mut sink, Register::Budget);
    sink.local_set(BUDGET);
    sink.block(BlockType::Empty).loop_(BlockType::Empty);
    let count = segments.len() as u32;
    for _ in 0..count {
        sink.block(BlockType::Empty);
    }
    let redirect = MemArg { offset: u64::from(redirects), align: 2, target: MemArgTarget::Memory(0), ordering: None };
    sink.local_get(COUNTER).i32_load(redirect);
    // Beyond the segments is the way out.
    sink.br_table(0..count, count + 1).end();
    for (index, segment) in segments.iter().enumerate() {
        let around = count - 1 - index as u32;
        let steps = segment.steps.len() as i32;
        let mut sink = body.instructions();
        sink.local_get(BUDGET).i32_const(steps).i32_lt_s().br_if(around + 1);
        sink.local_get(BUDGET).i32_const(steps).i32_sub().local_tee(BUDGET);
        support::set(&mut sink, Register::Budget);
        Emitter { function, signatures, mode: Mode::Run, dispatch: around, body: &mut body }.segment(segment)?;
        body.instructions().end();
    }
    // The last `end` closed the loop, which nothing falls out of.
    let mut sink = body.instructions();
    sink.unreachable().end();
    sink.local_get(FRAME).local_get(COUNTER).i32_store(MemArg {
        offset: u64::from(layout::NEXT),
        align: 2,
        target: MemArgTarget::Memory(0),
        ordering: None,
    });
    sink.i32_const(layout::LEFT).end();
    Ok(body)
}

/// A step function: of these segments, which are single steps, it executes the one that the frame is at.
/// `first` is the instruction from which on it is responsible.
///
/// # Errors
///
/// Where an instruction cannot be encoded.
pub fn step_function(
    function: &Function<'_>,
    segments: &[Segment],
    first: u32,
    signatures: &Signatures,
) -> Result<Body, InstrumentError> {
    let mut body = new_body();
    let mut sink = body.instructions();
    let count = segments.len() as u32;
    sink.block(BlockType::Empty);
    for _ in 0..count {
        sink.block(BlockType::Empty);
    }
    support::word(&mut sink, FRAME, layout::NEXT);
    sink.i32_const(2).i32_shr_u().i32_const(first as i32).i32_sub();
    let last = segments.last().map_or(first, |segment| segment.steps[0] + 1);
    let mut cases = vec![count; (last - first) as usize];
    for (case, segment) in segments.iter().enumerate() {
        cases[(segment.steps[0] - first) as usize] = case as u32;
    }
    sink.br_table(cases, count).end();
    for segment in segments {
        Emitter { function, signatures, mode: Mode::Step, dispatch: 0, body: &mut body }.segment(segment)?;
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
    function: &'f Function<'a>,
    signatures: &'f Signatures,
    mode: Mode,
    /// How many blocks are between the segment and the loop that goes to the next segment.
    dispatch: u32,
    body: &'f mut Body,
}

impl Emitter<'_, '_> {
    fn sink(&mut self) -> InstructionSink<'_> {
        self.body.instructions()
    }

    fn segment(&mut self, segment: &Segment) -> Result<(), InstrumentError> {
        let first = segment.steps[0];
        if first == self.function.follow(0) {
            let size = self.function.frame_size();
            support::make_room(&mut self.sink(), FRAME, size);
        }
        let start = self.function.instructions[first as usize].before;
        let mut lowest = self.function.operands.height(start);
        for step in &segment.steps {
            let instruction = &self.function.instructions[*step as usize];
            let height = self.function.operands.height(instruction.before);
            lowest = lowest.min(height - self.needs(*step));
        }
        let from_frame = self.function.operands.height(start) - lowest;
        self.load_operands(start, from_frame);
        for step in &segment.steps {
            self.step(*step, lowest)?;
        }
        if let (Some(next), Some(last)) = (segment.next, segment.steps.last()) {
            self.save(self.function.instructions[*last as usize].after, lowest);
            self.go_to(next, 0);
        }
        Ok(())
    }

    /// How many operands an instruction takes from WebAssembly's own stack.
    fn needs(&self, step: u32) -> u32 {
        let instruction = &self.function.instructions[step as usize];
        match &instruction.flow {
            Flow::Dead | Flow::Mark(_) | Flow::Unreachable => 0,
            Flow::Next => match &instruction.operator {
                Operator::Block { .. } | Operator::Loop { .. } => 0,
                _ => {
                    let pushes = self
                        .function
                        .operands
                        .down(instruction.after)
                        .take_while(|operand| operand.producer == step)
                        .count() as u32;
                    let kept = self.function.operands.height(instruction.after) - pushes;
                    self.function.operands.height(instruction.before) - kept
                }
            },
            Flow::Branch(label) => self.function.labels[*label as usize].values.len() as u32,
            Flow::BranchIf(_) | Flow::BranchTable(_) | Flow::If(_) => 1,
            Flow::Return => self.function.results.len() as u32,
            Flow::Call | Flow::TailCall => match &instruction.operator {
                Operator::Call { function_index } | Operator::ReturnCall { function_index } => {
                    self.signatures.callee(*function_index).map_or(0, |callee| callee.params.len() as u32)
                }
                // They are put into the frame and taken from there.
                _ => 0,
            },
        }
    }

    fn step(&mut self, step: u32, lowest: u32) -> Result<(), InstrumentError> {
        let function = self.function;
        let instruction = &function.instructions[step as usize];
        let next = function.follow(step + 1);
        match &instruction.flow {
            Flow::Dead | Flow::Mark(_) => {}
            Flow::Next => self.plain(&instruction.operator)?,
            Flow::Unreachable => {
                self.sink().unreachable();
            }
            Flow::Branch(label) => {
                let label = &function.labels[*label as usize];
                let places = self.label_places(label.base, &label.values);
                for (ty, place) in label.values.iter().zip(places).rev() {
                    store(&mut self.sink(), *ty, place, TEMPORARIES);
                }
                // What is between is given up; what is below the label stays.
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

    fn plain(&mut self, operator: &Operator<'_>) -> Result<(), InstrumentError> {
        match operator {
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
                if let Some(flag) = self.signatures.drop_flag(other) {
                    self.sink().i32_const(flag as i32).i32_const(1).i32_store8(MemArg {
                        offset: 0,
                        align: 0,
                        target: MemArgTarget::Memory(0),
                        ordering: None,
                    });
                }
                let instruction = Shift.instruction(other.clone())?;
                self.body.instruction(&instruction);
            }
        }
        Ok(())
    }

    fn local(&self, index: u32) -> (ValType, Place) {
        let ty = self.function.locals[index as usize];
        (ty, Place { base: FRAME, offset: self.function.local(index) })
    }

    /// Where the operands' bytes from `start` on are in the frame.
    fn operand_place(&self, start: u32) -> Place {
        Place { base: FRAME, offset: self.function.operands_start() + start }
    }

    fn load_operands(&mut self, stack: StackId, count: u32) {
        for operand in self.function.operands.topmost(stack, count) {
            let place = self.operand_place(operand.start());
            load(&mut self.sink(), operand.ty, place);
        }
    }

    /// Puts the operands that are on WebAssembly's own stack, those above the height `lowest`, into the frame.
    fn save(&mut self, stack: StackId, lowest: u32) {
        let function = self.function;
        for operand in function.operands.down(stack).take_while(|operand| operand.height > lowest) {
            let place = self.operand_place(operand.start());
            store(&mut self.sink(), operand.ty, place, TEMPORARIES);
        }
    }

    /// Puts results, which are on WebAssembly's own stack, to where the operand stack has them.
    fn save_results(&mut self, after: StackId, count: u32) {
        let height = self.function.operands.height(after);
        self.save(after, height - count);
    }

    fn label_places(&self, base: StackId, values: &[ValType]) -> Vec<Place> {
        let mut start = self.function.operands.bytes(base);
        let mut places = Vec::with_capacity(values.len());
        for ty in values {
            places.push(self.operand_place(start));
            start += layout::size(*ty);
        }
        places
    }

    /// Whether a branch has to move its values down.
    fn moves(&self, stack: StackId, base: StackId, values: usize) -> bool {
        values > 0 && self.function.operands.height(stack) != self.function.operands.height(base) + values as u32
    }

    fn move_values(&mut self, stack: StackId, base: StackId, values: &[ValType]) {
        if !self.moves(stack, base, values.len()) {
            return;
        }
        let from = self.function.operands.topmost(stack, values.len() as u32);
        for (operand, to) in from.iter().zip(self.label_places(base, values)) {
            let place = self.operand_place(operand.start());
            load(&mut self.sink(), operand.ty, place);
            store(&mut self.sink(), operand.ty, to, TEMPORARIES);
        }
    }

    /// Goes on at that instruction, from within so many blocks.
    fn go_to(&mut self, target: u32, blocks: u32) {
        match self.mode {
            Mode::Run => {
                self.sink().i32_const((target * layout::COUNTER_STEP) as i32).local_set(COUNTER);
                let depth = self.dispatch + blocks;
                self.sink().br(depth);
            }
            Mode::Step => {
                support::set_counter(&mut self.sink(), FRAME, target * layout::COUNTER_STEP);
                self.sink().i32_const(layout::FINISHED).return_();
            }
        }
    }

    /// Goes on at one of two instructions, as the condition in [`SCRATCH`] says.
    fn choose(&mut self, then: u32, otherwise: u32) {
        if self.mode == Mode::Step {
            self.sink().local_get(FRAME);
        }
        self.sink().i32_const((then * layout::COUNTER_STEP) as i32);
        self.sink().i32_const((otherwise * layout::COUNTER_STEP) as i32);
        self.sink().local_get(SCRATCH).select();
        match self.mode {
            Mode::Run => {
                let depth = self.dispatch;
                self.sink().local_set(COUNTER).br(depth);
            }
            Mode::Step => {
                self.sink().i32_store(MemArg {
                    offset: u64::from(layout::NEXT),
                    align: 2,
                    target: MemArgTarget::Memory(0),
                    ordering: None,
                });
                self.sink().i32_const(layout::FINISHED).return_();
            }
        }
    }

    fn branch_table(&mut self, stack: StackId, labels: &[u32]) {
        let mut distinct: Vec<u32> = labels.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        let case = |label: &u32| distinct.binary_search(label).unwrap_or(0) as u32;
        let count = distinct.len() as u32;
        for _ in 0..count {
            self.sink().block(BlockType::Empty);
        }
        let Some((default, targets)) = labels.split_last() else { return };
        self.sink().local_get(SCRATCH).br_table(targets.iter().map(case).collect::<Vec<_>>(), case(default)).end();
        for (index, label) in distinct.iter().enumerate() {
            let label = &self.function.labels[*label as usize];
            self.move_values(stack, label.base, &label.values);
            let around = count - 1 - index as u32;
            self.go_to(self.function.follow(label.target), around);
            if around > 0 {
                self.sink().end();
            }
        }
    }

    /// Gives the results, which are on WebAssembly's own stack, to the caller, and the frame up.
    fn give_back(&mut self) {
        support::word(&mut self.sink(), FRAME, layout::RESULTS);
        self.sink().local_set(SCRATCH);
        let mut offset = layout::sizes(&self.function.results);
        for ty in self.function.results.iter().rev() {
            offset -= layout::size(*ty);
            store(&mut self.sink(), *ty, Place { base: SCRATCH, offset }, TEMPORARIES);
        }
        support::word(&mut self.sink(), FRAME, layout::BELOW);
        support::set(&mut self.sink(), Register::Top);
        support::add_to(&mut self.sink(), Register::Depth, -1);
        self.sink().i32_const(layout::FINISHED).return_();
    }

    fn call(&mut self, step: u32, lowest: u32, next: u32) -> Result<(), InstrumentError> {
        let function = self.function;
        let instruction = &function.instructions[step as usize];
        let counter = step * layout::COUNTER_STEP;
        if let Operator::Call { function_index } = instruction.operator
            && let Some(callee) = self.signatures.callee(function_index)
        {
            support::enter_depth(&mut self.sink());
            self.sink().local_get(FRAME).i32_const(function.frame_size() as i32).i32_add().local_set(SCRATCH);
            self.store_arguments(SCRATCH, callee);
            let below = function.operands.pop(instruction.before, callee.params.len() as u32);
            self.save(below, lowest);
            support::begin_frame(&mut self.sink(), SCRATCH, callee);
            let results = function.operands_start() + function.operands.bytes(below);
            self.sink().local_get(FRAME).i32_const(results as i32).i32_add().local_set(ADDRESS);
            support::link_frame(&mut self.sink(), SCRATCH, FRAME, ADDRESS);
            support::set_call(&mut self.sink(), FRAME, step, next);
            self.sink().local_get(SCRATCH);
            support::set(&mut self.sink(), Register::Top);
            self.sink().i32_const(layout::FINISHED).return_();
            return Ok(());
        }
        let signature = self.signatures.called(&instruction.operator)?;
        self.save(instruction.before, lowest);
        // The host may look at the frame, or suspend the program, while it is called.
        support::set_counter(&mut self.sink(), FRAME, counter);
        self.sink().local_get(FRAME).i32_const(function.frame_size() as i32).i32_add();
        support::set(&mut self.sink(), Register::Next);
        let is_indirect = matches!(instruction.operator, Operator::CallIndirect { .. });
        let taken = signature.params.len() as u32 + u32::from(is_indirect);
        if is_indirect {
            self.sink().local_get(FRAME);
            support::set(&mut self.sink(), Register::Below);
            let below = function.operands.pop(instruction.before, taken);
            let results = function.operands_start() + function.operands.bytes(below);
            self.sink().local_get(FRAME).i32_const(results as i32).i32_add();
            support::set(&mut self.sink(), Register::Results);
            self.sink().i32_const(1);
            support::set(&mut self.sink(), Register::Prepare);
        }
        self.load_operands(instruction.before, taken);
        let encoded = Shift.instruction(instruction.operator.clone())?;
        self.body.instruction(&encoded);
        self.save_results(instruction.after, signature.results.len() as u32);
        if is_indirect {
            support::set_call(&mut self.sink(), FRAME, step, next);
            self.leave_if_prepared();
        }
        if self.mode == Mode::Run {
            // The host may have taken the budget away while the program waited in it.
            support::get(&mut self.sink(), Register::Budget);
            self.sink().local_set(BUDGET);
        }
        self.go_to(next, 0);
        Ok(())
    }

    fn tail_call(&mut self, step: u32, lowest: u32) -> Result<(), InstrumentError> {
        let function = self.function;
        let instruction = &function.instructions[step as usize];
        if let Operator::ReturnCall { function_index } = instruction.operator
            && let Some(callee) = self.signatures.callee(function_index)
        {
            self.store_arguments(FRAME, callee);
            support::begin_frame(&mut self.sink(), FRAME, callee);
            self.sink().i32_const(layout::FINISHED).return_();
            return Ok(());
        }
        let signature = self.signatures.called(&instruction.operator)?;
        self.save(instruction.before, lowest);
        support::set_counter(&mut self.sink(), FRAME, step * layout::COUNTER_STEP);
        let is_indirect = matches!(instruction.operator, Operator::ReturnCallIndirect { .. });
        let taken = signature.params.len() as u32 + u32::from(is_indirect);
        if is_indirect {
            // The new frame takes the place of this one.
            self.sink().local_get(FRAME);
            support::set(&mut self.sink(), Register::Next);
            support::word(&mut self.sink(), FRAME, layout::BELOW);
            support::set(&mut self.sink(), Register::Below);
            support::word(&mut self.sink(), FRAME, layout::RESULTS);
            support::set(&mut self.sink(), Register::Results);
            support::add_to(&mut self.sink(), Register::Depth, -1);
            self.sink().i32_const(1);
            support::set(&mut self.sink(), Register::Prepare);
        } else {
            self.sink().local_get(FRAME).i32_const(function.frame_size() as i32).i32_add();
            support::set(&mut self.sink(), Register::Next);
        }
        self.load_operands(instruction.before, taken);
        // Called and returned from: the host's functions know no tail calls.
        let called = match instruction.operator {
            Operator::ReturnCall { function_index } => Operator::Call { function_index },
            Operator::ReturnCallIndirect { type_index, table_index } => {
                Operator::CallIndirect { type_index, table_index }
            }
            ref other => other.clone(),
        };
        let encoded = Shift.instruction(called)?;
        self.body.instruction(&encoded);
        if is_indirect {
            self.leave_if_prepared();
            support::add_to(&mut self.sink(), Register::Depth, 1);
        }
        self.give_back();
        Ok(())
    }

    /// Back to the driver if the door that was called has made a frame.
    fn leave_if_prepared(&mut self) {
        support::get(&mut self.sink(), Register::Prepare);
        self.sink().i32_eqz().if_(BlockType::Empty).i32_const(layout::FINISHED).return_().end();
        self.sink().i32_const(0);
        support::set(&mut self.sink(), Register::Prepare);
    }

    /// Pops the arguments into the frame at that address.
    fn store_arguments(&mut self, frame: u32, callee: &Callee) {
        let mut offset = layout::HEADER + layout::sizes(&callee.params);
        for ty in callee.params.iter().rev() {
            offset -= layout::size(*ty);
            store(&mut self.sink(), *ty, Place { base: frame, offset }, TEMPORARIES);
        }
    }
}
