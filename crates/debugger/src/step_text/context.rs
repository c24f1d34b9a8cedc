//! An instruction in its function, and how a sentence names functions, variables, segments and positions.

use std::rc::Rc;

use wasmoscope_module::value::{FunctionRef, Value};
use wasmparser::Operator;

use crate::machine::Position;
use crate::state::StateView;
use wasmoscope_module::value::{self, FormattedValue};
use wasmoscope_module::words;
use wasmoscope_reversible::instrument::{Flow, Function, Instruction, LabelKind};

/// Formats the text line of the instruction at an offset of the binary: `line 14`.
pub type Lines<'a> = &'a dyn Fn(u64) -> Option<String>;

/// An instruction of the program.
pub(super) struct At<'a> {
    pub state: StateView<'a>,
    pub lines: Lines<'a>,
    pub position: Position,
    pub operator: Operator<'a>,
    pub analysed: Rc<Function>,
    /// The function that contains it, in the index space that includes imports.
    pub function: u32,
}

impl<'a> At<'a> {
    pub fn of(state: StateView<'a>, position: Position, lines: Lines<'a>) -> Option<Self> {
        let copy = &state.program().instrumented;
        Some(Self {
            operator: copy.operator(position.function, position.instruction)?,
            analysed: copy.analyse(position.function)?,
            function: position.function + copy.imported_functions,
            state,
            lines,
            position,
        })
    }

    fn analysed_instruction(&self) -> Option<&Instruction> {
        self.analysed.instructions.get(self.position.instruction as usize)
    }

    /// Its operands in the topmost frame, deepest first.
    pub fn operands(&self) -> Vec<Value> {
        self.analysed_instruction().map(|instruction| self.topmost(instruction, instruction.pops)).unwrap_or_default()
    }

    /// The values below the condition of a `br_if`, which it passes on if it branches.
    pub fn carried(&self) -> Vec<Value> {
        let Some(instruction) = self.analysed_instruction() else { return Vec::new() };
        let Flow::BranchIf(label) = instruction.flow else { return Vec::new() };
        let carried = self.analysed.labels.get(label as usize).map_or(0, |label| label.values.len());
        let mut operands = self.topmost(instruction, carried as u32 + 1);
        operands.pop();
        operands
    }

    fn topmost(&self, instruction: &Instruction, count: u32) -> Vec<Value> {
        let start = self.state.machine().top() + self.analysed.operands_start();
        let operands = self.analysed.operands.topmost(instruction.before, count);
        operands.iter().map(|operand| self.state.machine().value(start + operand.start(), operand.ty)).collect()
    }

    /// A value as shown in a sentence; a function reference by the function's name.
    pub fn shown(&self, value: &Value) -> FormattedValue {
        let mut shown = value::show(value);
        if let Value::FuncRef(Some(FunctionRef::Index(index))) = value {
            shown.text = self.reference(*index);
        }
        shown
    }

    pub fn all(&self, values: &[Value]) -> Vec<FormattedValue> {
        values.iter().map(|value| self.shown(value)).collect()
    }

    /// A function that is called or returned to: its name as code, or `function 3`.
    pub fn function(&self, index: u32) -> String {
        match self.state.names().function(index) {
            Some(name) => format!("`{}`", words::name(name)),
            None => format!("function {index}"),
        }
    }

    /// A function that is referred to: `$add`, or `function 3`.
    pub fn reference(&self, index: u32) -> String {
        named(self.state.names().function(index)).unwrap_or_else(|| format!("function {index}"))
    }

    /// A parameter or local of a function: `$n`, or `local 0`.
    pub fn local(&self, function: u32, index: u32) -> String {
        named(self.state.names().local(function, index)).unwrap_or_else(|| format!("local {index}"))
    }

    /// `memory 0`, `memory $other`.
    pub fn memory(&self, index: u32) -> String {
        format!("memory {}", written(self.state.names().memory(index), index))
    }

    /// The addition to an address that names its memory: empty in a program with one memory.
    pub fn of_memory(&self, index: u32) -> String {
        if self.state.memories() <= 1 { String::new() } else { format!(" of {}", self.memory(index)) }
    }

    pub fn table(&self, index: u32) -> String {
        format!("table {}", written(self.state.names().table(index), index))
    }

    pub fn data(&self, index: u32) -> String {
        format!("data segment {}", written(self.state.names().data(index), index))
    }

    pub fn element(&self, index: u32) -> String {
        format!("element segment {}", written(self.state.names().element(index), index))
    }

    /// The name of a label, with `$`.
    pub fn label_name(&self, label: u32) -> Option<String> {
        named(self.state.label_name(self.function, label))
    }

    /// A label by its kind and name: `loop $next`, `the loop`.
    pub fn label(&self, label: u32) -> String {
        let kind = match self.analysed.labels.get(label as usize).map(|label| label.kind) {
            Some(LabelKind::Block) => "block",
            Some(LabelKind::Loop) => "loop",
            Some(LabelKind::If) => "if",
            Some(LabelKind::Function) | None => return self.function(self.function),
        };
        self.label_name(label).map_or_else(|| format!("the {kind}"), |name| format!("{kind} {name}"))
    }

    /// The target of a branch to a label: `the start of loop $next, line 14`.
    pub fn target(&self, label: u32) -> String {
        let Some(known) = self.analysed.labels.get(label as usize) else { return "a label".to_owned() };
        let name = self.label(label);
        match known.kind {
            LabelKind::Function => format!("the end of {name}"),
            LabelKind::Loop => format!("the start of {name}{}", self.at_line(", ", known.start)),
            LabelKind::Block | LabelKind::If => {
                format!("past the end of {name}{}", self.at_line(", to ", self.analysed.follow(known.target)))
            }
        }
    }

    /// The line of an instruction of this function, prefixed with `before`; empty if it is unknown.
    pub fn at_line(&self, before: &str, instruction: u32) -> String {
        let offset = self.analysed.instructions.get(instruction as usize).map(|instruction| instruction.offset);
        offset.and_then(self.lines).map_or_else(String::new, |line| format!("{before}{line}"))
    }
}

/// A name with `$`.
pub(super) fn named(name: Option<&str>) -> Option<String> {
    name.map(|name| format!("${}", words::name(name)))
}

/// A name with `$`, or else the index.
pub(super) fn written(name: Option<&str>, index: u32) -> String {
    named(name).unwrap_or_else(|| index.to_string())
}
