//! The view of a stopped program.

use std::collections::HashSet;

use wasmoscope_module::value::Value;
use wasmparser::ValType;

use super::state::StateView;
use wasmoscope_reversible::instrument::layout;
use wasmoscope_reversible::instrument::{Function, LabelKind};

/// A frame of the call stack.
#[derive(Debug, Clone)]
pub struct FrameView {
    /// In the module's index space, which includes imports.
    pub function: u32,
    pub name: Option<String>,
    /// The next instruction; in a frame further down, the active call.
    pub instruction: u32,
    /// Its offset in the binary, in bytes.
    pub offset: u64,
    pub locals: Vec<LocalView>,
    /// How many of the locals are parameters.
    pub params: u32,
    /// How many operands, from the top, the next instruction pops; 0 in a frame further down.
    pub next_pops: u32,
    /// Topmost last.
    pub operand_stack: Vec<OperandView>,
    /// The labels around the instruction, innermost first, at most `MOST_LABELS`.
    pub labels: Vec<LabelView>,
    /// How many more there are.
    pub more_labels: u32,
}

/// A block nested in a thousand others is viewed from the inside.
const MOST_LABELS: usize = 1_000;

/// A local, parameters first.
#[derive(Debug, Clone)]
pub struct LocalView {
    pub name: Option<String>,
    pub ty: ValType,
    pub value: Value,
    /// Its address in the state memory.
    pub address: u32,
    /// Whether the function uses it as an address in memory 0.
    pub is_pointer: bool,
    /// Whether the function sets it. A parameter that it does not set has the value that was passed, unless the user has
    /// changed that.
    pub is_set: bool,
}

/// A value on the operand stack.
#[derive(Debug, Clone)]
pub struct OperandView {
    pub ty: ValType,
    pub value: Value,
    /// The instruction that pushed it, in the same function.
    pub pushed_by: u32,
    /// The offset of that instruction in the binary, in bytes. For a result of a block, the offset where the block
    /// begins.
    pub pushed_at: u64,
    /// The kind of block it is the result of, if no single instruction pushed it: two paths meet at the end of the
    /// block.
    pub result_of: Option<LabelKind>,
    /// Its address in the state memory.
    pub address: u32,
    /// Whether an instruction uses it as an address in memory 0.
    pub is_pointer: bool,
}

/// A possible target of a branch.
#[derive(Debug, Clone)]
pub struct LabelView {
    pub kind: LabelKind,
    pub name: Option<String>,
    /// The offset in the binary of the instruction that opens it.
    pub start: u64,
    /// The offset in the binary where a branch to it continues.
    pub target: u64,
    /// How many values a branch passes.
    pub arity: u32,
}

impl<'a> StateView<'a> {
    /// The frames, topmost first, at most `most`.
    pub fn call_stack(self, most: usize) -> Vec<FrameView> {
        self.machine().frames().take(most).filter_map(|frame| self.frame_view(frame)).collect()
    }

    /// The contents of the frame at an address of the state memory.
    pub fn frame_view(self, frame: u32) -> Option<FrameView> {
        let is_top = frame == self.machine().top();
        let machine = self.machine();
        let position = if is_top { machine.position_of(frame) } else { machine.call_position(frame) }?;
        let copy = &self.program().instrumented;
        let function = copy.analyse(position.function)?;
        let index = position.function + copy.imported_functions;
        let instruction = function.instructions.get(position.instruction as usize)?;
        let pointers = self.program().pointers(position.function);
        let mut address = frame + layout::HEADER;
        let mut locals = Vec::with_capacity(function.locals.len());
        for (local, ty) in function.locals.iter().enumerate() {
            locals.push(LocalView {
                name: self.names().local(index, local as u32).map(str::to_owned),
                ty: *ty,
                value: self.machine().value(address, *ty),
                address,
                is_pointer: pointers.locals.contains(&(local as u32)),
                is_set: pointers.set_locals.contains(&(local as u32)),
            });
            address += layout::size(*ty);
        }
        // During a call, its arguments are no longer on the caller's stack.
        let stack = if is_top { instruction.before } else { below_call(&function, position.instruction) };
        let height = function.operands.height(stack);
        let operands = function.operands.topmost(stack, height).into_iter().map(|operand| {
            let address = frame + function.operands_start() + operand.start();
            let by = function.instructions.get(operand.producer as usize);
            let label = by.and_then(|by| function.labels.get(by.label as usize));
            let label = label.filter(|label| label.end == operand.producer);
            let by = label.map_or(operand.producer, |label| label.start);
            OperandView {
                ty: operand.ty,
                value: self.machine().value(address, operand.ty),
                pushed_by: operand.producer,
                pushed_at: function.instructions.get(by as usize).map_or(0, |by| by.offset),
                result_of: label.map(|label| label.kind),
                address,
                is_pointer: pointers.operands.contains(&(operand.producer, operand.height)),
            }
        });
        let offset_of = |index: u32| function.instructions.get(index as usize).map_or(0, |at| at.offset);
        let mut around = function.labels_around(position.instruction);
        let labels = around.by_ref().take(MOST_LABELS).map(|(number, label)| LabelView {
            kind: label.kind,
            name: self.label_name(index, number).map(str::to_owned),
            start: offset_of(label.start),
            target: offset_of(function.follow(label.target)),
            arity: label.values.len() as u32,
        });
        let labels = labels.collect();
        Some(FrameView {
            function: index,
            name: self.names().function(index).map(str::to_owned),
            instruction: position.instruction,
            offset: instruction.offset,
            operand_stack: operands.collect(),
            labels,
            more_labels: around.count() as u32,
            params: function.params,
            next_pops: if is_top { instruction.pops.min(height) } else { 0 },
            locals,
        })
    }

    /// The globals that a function, in the index space that includes imports, uses as addresses in memory 0; the stack
    /// pointer of compilers always is one.
    pub fn pointer_globals(self, function: u32) -> HashSet<u32> {
        let number = function.checked_sub(self.program().instrumented.imported_functions);
        let mut globals = number.map(|number| self.program().pointers(number).globals.clone()).unwrap_or_default();
        globals.extend(self.names().find_global("__stack_pointer"));
        globals
    }

    /// The name of a label of a function, by its index in the analysis.
    pub(super) fn label_name(self, function: u32, label: u32) -> Option<&'a str> {
        // The first of them is the function's own label, which has no name.
        self.names().label(function, label.checked_sub(1)?)
    }
}

/// The operand stack below a call's arguments.
fn below_call(function: &Function, call: u32) -> wasmoscope_reversible::instrument::StackId {
    let instruction = &function.instructions[call as usize];
    let pushed = function.operands.down(instruction.after).take_while(|operand| operand.producer == call).count();
    function.operands.pop(instruction.after, pushed as u32)
}
