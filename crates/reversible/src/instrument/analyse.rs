//! Analyses each instruction of a function: its operand stack, the labels around it, its control flow.

use std::collections::HashMap;
use std::rc::Rc;

use wasmparser::{
    BlockType, FuncToValidate, FuncValidator, FuncValidatorAllocations, FunctionBody, ModuleArity, Operator, ValType,
    ValidatorResources, WasmModuleResources,
};

use super::layout;
use super::operands::{Operands, StackId};

/// An analysed function. Instructions are identified by their index, including `end` and `else`.
#[derive(Debug)]
pub struct Function {
    /// How many of the locals are parameters; they come first.
    pub params: u32,
    pub results: Vec<ValType>,
    /// Parameters first.
    pub locals: Vec<ValType>,
    pub instructions: Vec<Instruction>,
    pub labels: Vec<Label>,
    pub operands: Operands,
    /// For each instruction, the one where control actually continues when it gets there.
    follows: Vec<u32>,
    /// The offset of each local in a frame, followed by the end of the locals.
    places: Vec<u32>,
    most_operand_bytes: u32,
}

/// An instruction in its context.
#[derive(Debug, Clone)]
pub struct Instruction {
    /// In bytes from the start of the module.
    pub offset: u64,
    /// The operand stack before it.
    pub before: StackId,
    /// The operand stack after it, if control continues with the next instruction.
    pub after: StackId,
    /// The innermost label around it.
    pub label: u32,
    /// How many operands it pops: for a branch that may not be taken, only its own operand.
    pub pops: u32,
    /// Its control flow. An instruction that is never reached has [`Flow::Dead`].
    pub flow: Flow,
}

/// An analysed function with its operators.
#[derive(Debug)]
pub struct Analysed<'a> {
    pub function: Function,
    pub operators: Vec<Operator<'a>>,
}

/// The control flow of an instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flow {
    /// It cannot be reached.
    Dead,
    /// To the next one.
    Next,
    /// An `end` or `else` that only marks a position, and is not a step: control continues at that instruction.
    Mark(u32),
    /// Branches to a label.
    Branch(u32),
    /// Branches to a label if the operand is not zero, else continues.
    BranchIf(u32),
    /// Branches to one of these labels: the last if the operand is too large.
    BranchTable(Vec<u32>),
    /// Enters the block if the operand is not zero, else continues at that instruction.
    If(u32),
    /// Returns from the function.
    Return,
    /// Traps.
    Unreachable,
    /// Calls another function, then continues.
    Call,
    /// Calls another function in place of this one.
    TailCall,
}

/// A block, loop, if or the function itself, as the target of branches.
#[derive(Debug, Clone)]
pub struct Label {
    pub kind: LabelKind,
    /// The instruction that opens it; the function's is its first one.
    pub start: u32,
    /// Its `end`.
    pub end: u32,
    /// The label around it.
    pub outer: Option<u32>,
    /// Where a branch to it continues.
    pub target: u32,
    /// The values that a branch to it passes.
    pub values: Rc<[ValType]>,
    /// The operand stack below its values.
    pub base: StackId,
    /// Whether any branch targets it.
    pub is_used: bool,
    else_: Option<u32>,
    params: Rc<[ValType]>,
    results: Rc<[ValType]>,
    entered: bool,
}

/// The kind of a [`Label`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LabelKind {
    Function,
    Block,
    Loop,
    If,
}

impl Function {
    /// Where control actually continues when it gets to that instruction: marks are skipped.
    pub fn follow(&self, index: u32) -> u32 {
        self.follows.get(index as usize).copied().unwrap_or(index)
    }

    /// Whether the instruction is a step: it can be reached and does more than mark a position.
    pub fn is_step(&self, index: u32) -> bool {
        self.instructions
            .get(index as usize)
            .is_some_and(|instruction| !matches!(instruction.flow, Flow::Dead | Flow::Mark(_)))
    }

    /// The size of its frame in bytes.
    pub fn frame_size(&self) -> u32 {
        layout::align(self.operands_start() + self.most_operand_bytes)
    }

    /// The offset of a local in the frame.
    pub fn local(&self, index: u32) -> u32 {
        self.places[index as usize]
    }

    /// The offset of the operands in the frame.
    pub fn operands_start(&self) -> u32 {
        self.places.last().copied().unwrap_or(layout::HEADER)
    }

    /// Whether its frame holds references.
    pub fn holds_references(&self) -> bool {
        let is_reference = |ty: &ValType| matches!(ty, ValType::Ref(_));
        self.locals.iter().chain(&self.results).any(is_reference)
            || self.operands.all().any(|operand| is_reference(&operand.ty))
    }

    /// The labels around an instruction, innermost first, each with its index in the function.
    pub fn labels_around(&self, index: u32) -> impl Iterator<Item = (u32, &Label)> {
        let innermost = self.instructions.get(index as usize).map(|instruction| instruction.label);
        std::iter::successors(innermost, |label| self.labels[*label as usize].outer)
            .map(|label| (label, &self.labels[label as usize]))
    }

    /// The label that an instruction opens.
    pub fn label_of(&self, index: u32) -> Option<(u32, &Label)> {
        let found = self.labels.partition_point(|label| label.kind == LabelKind::Function || label.start < index);
        let label = self.labels.get(found).filter(|label| label.start == index)?;
        Some((found as u32, label))
    }
}

impl Label {
    /// Whether it is an `if` with an `else`.
    pub fn has_else(&self) -> bool {
        self.else_.is_some()
    }
}

/// Analyses the body of a function of a valid module.
///
/// # Errors
///
/// If the body is not valid after all.
pub fn analyse<'a>(
    function: FuncToValidate<ValidatorResources>,
    body: &FunctionBody<'a>,
    allocations: &mut FuncValidatorAllocations,
) -> wasmparser::Result<Analysed<'a>> {
    let validator = function.into_validator(std::mem::take(allocations));
    let mut analysis = Analysis::new(validator);
    let mut reader = body.get_binary_reader();
    analysis.validator.read_locals(&mut reader)?;
    analysis.open_function();
    let mut operators = wasmparser::OperatorsReader::new(reader);
    let mut all = Vec::new();
    while !operators.eof() {
        let (operator, offset) = operators.read_with_offset()?;
        analysis.instruction(&operator, offset)?;
        all.push(operator);
    }
    let (function, validator) = analysis.finish();
    *allocations = validator.into_allocations();
    Ok(Analysed { function, operators: all })
}

struct Analysis {
    validator: FuncValidator<ValidatorResources>,
    function: Function,
    stack: StackId,
    label: u32,
    /// The open labels, innermost last.
    open: Vec<u32>,
    signatures: HashMap<u32, Signature>,
    reachable: bool,
}

/// Parameters and results.
type Signature = (Rc<[ValType]>, Rc<[ValType]>);

impl Analysis {
    fn new(validator: FuncValidator<ValidatorResources>) -> Self {
        let function = Function {
            params: 0,
            results: Vec::new(),
            locals: Vec::new(),
            instructions: Vec::new(),
            labels: Vec::new(),
            operands: Operands::default(),
            follows: Vec::new(),
            places: Vec::new(),
            most_operand_bytes: 0,
        };
        Self {
            validator,
            function,
            stack: Operands::EMPTY,
            label: 0,
            open: Vec::new(),
            signatures: HashMap::new(),
            reachable: true,
        }
    }

    fn open_function(&mut self) {
        let ty = self.validator.type_index_of_function(self.validator.index());
        let (params, results) = ty.map(|ty| self.signature(ty)).unwrap_or_default();
        let locals = (0..self.validator.len_locals()).filter_map(|index| self.validator.get_local_type(index));
        self.function.locals = locals.collect();
        self.function.params = params.len() as u32;
        self.function.results = results.to_vec();
        self.open(LabelKind::Function, 0, Rc::default(), results);
    }

    fn signature(&mut self, ty: u32) -> Signature {
        let resources = self.validator.resources();
        let known = self.signatures.entry(ty).or_insert_with(|| {
            match resources.sub_type_at(ty).map(|ty| &ty.composite_type.inner) {
                Some(wasmparser::CompositeInnerType::Func(function)) => {
                    (function.params().into(), function.results().into())
                }
                _ => Default::default(),
            }
        });
        known.clone()
    }

    fn block_type(&mut self, ty: BlockType) -> Signature {
        match ty {
            BlockType::Empty => Default::default(),
            BlockType::Type(result) => (Rc::default(), [result].into()),
            BlockType::FuncType(ty) => self.signature(ty),
        }
    }

    fn open(&mut self, kind: LabelKind, start: u32, params: Rc<[ValType]>, results: Rc<[ValType]>) {
        let base = self.function.operands.pop(self.stack, params.len() as u32);
        let values = if kind == LabelKind::Loop { params.clone() } else { results.clone() };
        let outer = (kind != LabelKind::Function).then_some(self.label);
        // The target of branches to a loop is known now; the others' when their `end` is found.
        let target = if kind == LabelKind::Loop { start + 1 } else { u32::MAX };
        self.label = self.function.labels.len() as u32;
        self.open.push(self.label);
        self.function.labels.push(Label {
            kind,
            start,
            end: u32::MAX,
            outer,
            target,
            values,
            base,
            is_used: false,
            else_: None,
            params,
            results,
            entered: self.reachable,
        });
    }

    fn instruction(&mut self, operator: &Operator<'_>, offset: u64) -> wasmparser::Result<()> {
        let index = self.function.instructions.len() as u32;
        let (before, label) = (self.stack, self.label);
        let arity = operator.operator_arity(&self.validator).unwrap_or((0, 0));
        self.validator.op(offset, operator)?;
        let flow = self.flow(index, operator, arity);
        // Values that reach the end of the function by branches are on the stack before it, too.
        let before = if flow == Flow::Return && matches!(operator, Operator::End) { self.stack } else { before };
        let pops = match flow {
            Flow::BranchIf(_) | Flow::If(_) => 1,
            _ if matches!(operator, Operator::Block { .. } | Operator::Loop { .. }) => 0,
            _ => arity.0,
        };
        self.function.instructions.push(Instruction { offset, before, after: self.stack, label, pops, flow });
        Ok(())
    }

    fn flow(&mut self, index: u32, operator: &Operator<'_>, (pops, pushes): (u32, u32)) -> Flow {
        let was_reachable = self.reachable;
        match operator {
            Operator::Block { blockty } => self.enter(LabelKind::Block, index, *blockty),
            Operator::Loop { blockty } => self.enter(LabelKind::Loop, index, *blockty),
            Operator::If { blockty } => {
                if self.reachable {
                    self.stack = self.function.operands.pop(self.stack, 1);
                }
                self.enter(LabelKind::If, index, *blockty);
                return if was_reachable { Flow::If(u32::MAX) } else { Flow::Dead };
            }
            Operator::Else => return self.else_(index),
            Operator::End => return self.end(index),
            _ if !self.reachable => return Flow::Dead,
            Operator::Br { relative_depth } => {
                self.reachable = false;
                return Flow::Branch(self.used_label(*relative_depth));
            }
            Operator::BrIf { relative_depth } => {
                self.stack = self.function.operands.pop(self.stack, 1);
                return Flow::BranchIf(self.used_label(*relative_depth));
            }
            Operator::BrTable { targets } => {
                self.reachable = false;
                let depths = targets.targets().map_while(Result::ok).chain([targets.default()]);
                return Flow::BranchTable(depths.map(|depth| self.used_label(depth)).collect());
            }
            Operator::Return => {
                self.reachable = false;
                return Flow::Return;
            }
            Operator::Unreachable => {
                self.reachable = false;
                return Flow::Unreachable;
            }
            Operator::ReturnCall { .. } | Operator::ReturnCallIndirect { .. } => {
                self.reachable = false;
                return Flow::TailCall;
            }
            _ => {
                self.stack = self.function.operands.pop(self.stack, pops);
                for depth in (0..pushes).rev() {
                    // Reachable code has no value of unknown type.
                    let ty = self.validator.get_operand_type(depth as usize).flatten().unwrap_or(ValType::I32);
                    self.stack = self.function.operands.push(self.stack, ty, index);
                }
                if matches!(operator, Operator::Call { .. } | Operator::CallIndirect { .. }) {
                    return Flow::Call;
                }
            }
        }
        if was_reachable { Flow::Next } else { Flow::Dead }
    }

    fn enter(&mut self, kind: LabelKind, index: u32, ty: BlockType) {
        let (params, results) = self.block_type(ty);
        self.open(kind, index, params, results);
    }

    /// The label this many blocks further out, now named by a branch.
    fn used_label(&mut self, depth: u32) -> u32 {
        let label = self.open.iter().rev().nth(depth as usize).copied().unwrap_or(0);
        self.function.labels[label as usize].is_used = true;
        label
    }

    fn else_(&mut self, index: u32) -> Flow {
        let label = &mut self.function.labels[self.label as usize];
        label.else_ = Some(index);
        let flow = if self.reachable { Flow::Mark(u32::MAX) } else { Flow::Dead };
        // The end of the first branch is one way to reach the `end`.
        label.is_used |= self.reachable;
        self.reachable = label.entered;
        let (base, params, start) = (label.base, label.params.clone(), label.start);
        self.stack = base;
        for ty in params.iter() {
            self.stack = self.function.operands.push(self.stack, *ty, start);
        }
        if let Flow::If(otherwise) = &mut self.function.instructions[start as usize].flow {
            *otherwise = index + 1;
        }
        flow
    }

    fn end(&mut self, index: u32) -> Flow {
        let fell_through = self.reachable;
        let label = &mut self.function.labels[self.label as usize];
        label.end = index;
        let is_function = label.kind == LabelKind::Function;
        if label.kind != LabelKind::Loop {
            label.target = if is_function { index } else { index + 1 };
        }
        let mut joined = label.is_used && label.kind != LabelKind::Loop;
        if label.kind == LabelKind::If && label.entered && label.else_.is_none() {
            joined = true;
            let start = label.start as usize;
            if let Flow::If(otherwise) = &mut self.function.instructions[start].flow {
                *otherwise = index;
            }
        }
        let label = &self.function.labels[self.label as usize];
        if let Some(else_) = label.else_
            && let Flow::Mark(next) = &mut self.function.instructions[else_ as usize].flow
        {
            *next = index;
        }
        self.reachable = fell_through || joined;
        if joined {
            let (base, results) = (label.base, label.results.clone());
            self.stack = base;
            for ty in results.iter() {
                self.stack = self.function.operands.push(self.stack, *ty, index);
            }
        }
        if !is_function {
            self.label = label_outer(&self.function.labels, self.label);
            self.open.pop();
        }
        match (self.reachable, is_function) {
            (false, _) => Flow::Dead,
            (true, true) => Flow::Return,
            (true, false) => Flow::Mark(index + 1),
        }
    }

    fn finish(mut self) -> (Function, FuncValidator<ValidatorResources>) {
        let function = &mut self.function;
        function.follows = follows(&function.instructions);
        let mut place = layout::HEADER;
        function.places = Vec::with_capacity(function.locals.len() + 1);
        for ty in &function.locals {
            function.places.push(place);
            place += layout::size(*ty);
        }
        function.places.push(place);
        function.most_operand_bytes = function.operands.most_bytes();
        (self.function, self.validator)
    }
}

/// For each instruction, the next one that is not a mark: marks lead forwards only.
fn follows(instructions: &[Instruction]) -> Vec<u32> {
    let mut follows: Vec<u32> = (0..instructions.len() as u32).collect();
    for (index, instruction) in instructions.iter().enumerate().rev() {
        if let Flow::Mark(next) = instruction.flow {
            follows[index] = follows.get(next as usize).copied().unwrap_or(next);
        }
    }
    follows
}

fn label_outer(labels: &[Label], label: u32) -> u32 {
    labels[label as usize].outer.unwrap_or(0)
}
