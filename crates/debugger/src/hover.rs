//! Hovers: information about a position in a stopped program.

use wasmparser::Operator;

use super::condition::Name;
use super::state::StateView;
use super::view::FrameView;
use wasmoscope_module::value::{self, FormattedValue, FunctionRef, Value};
use wasmoscope_reversible::instrument::{Flow, Function};

/// The contents of a hover.
#[derive(Debug, Clone, PartialEq)]
pub struct Hover {
    /// The name, such as `local $n (0)`.
    pub title: String,
    /// Its current value.
    pub value: Option<FormattedValue>,
    /// Notes, one sentence each.
    pub notes: Vec<String>,
    /// The target of a branch, in the binary.
    pub target: Option<u64>,
}

impl Hover {
    fn new(title: String, value: Option<FormattedValue>) -> Self {
        Self { title, value, notes: Vec::new(), target: None }
    }

    fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }
}

impl StateView<'_> {
    /// The hover of the instruction at an offset of the binary. `frame` is the selected call; the topmost is 0. `None`
    /// if there is no information.
    pub fn hover_instruction(self, offset: u64, frame: usize) -> Option<Hover> {
        let (number, _) = self.program().instrumented.position_at(offset)?;
        let function = self.program().instrumented.analyse(number)?;
        let index = function.instructions.partition_point(|instruction| instruction.offset < offset);
        let instruction = function.instructions.get(index)?;
        let operator = self.program().instrumented.operator(number, index as u32)?;
        let number = number + self.program().instrumented.imported_functions;
        match &operator {
            Operator::LocalGet { local_index }
            | Operator::LocalSet { local_index }
            | Operator::LocalTee { local_index } => self.hover_local(number, *local_index, frame),
            Operator::GlobalGet { global_index } | Operator::GlobalSet { global_index } => {
                self.hover_global(*global_index)
            }
            Operator::Call { function_index }
            | Operator::ReturnCall { function_index }
            | Operator::RefFunc { function_index } => Some(self.hover_function(*function_index)),
            _ => match &instruction.flow {
                Flow::Branch(label) | Flow::BranchIf(label) => Some(self.hover_branch(&function, *label)),
                _ if self.is_next(number, index) => self.hover_next(&operator),
                _ => None,
            },
        }
    }

    /// The hover of a `$name` near an offset of the binary: a local of the function there, a global, or a function.
    pub fn hover_name(self, name: &str, near: Option<u64>, frame: usize) -> Option<Hover> {
        let imported = self.program().instrumented.imported_functions;
        let around = near.and_then(|offset| self.program().instrumented.position_at(offset));
        let around = around.map(|(number, _)| number + imported);
        let local = around.and_then(|function| Some((function, self.names().find_local(function, name)?)));
        if let Some((function, local)) = local {
            return self.hover_local(function, local, frame);
        }
        if let Some(global) = self.names().find_global(name) {
            return self.hover_global(global);
        }
        self.names().find_function(name).map(|function| self.hover_function(function))
    }

    fn hover_local(self, function: u32, local: u32, frame: usize) -> Option<Hover> {
        let name = numbered(self.names().local(function, local), local);
        let calls = self.calls_of(function);
        // The selected call, or else the innermost call of that function.
        let Some((depth, address)) = calls.iter().find(|(depth, _)| *depth == frame).or(calls.first()).copied() else {
            let note = format!("{} has no active call", self.function_title(function));
            return Some(Hover::new(format!("local {name}"), None).note(note));
        };
        let found = self.frame_view(address)?;
        let value = found.locals.get(local as usize)?;
        let hover = Hover::new(format!("local {name}"), Some(value::show(&value.value)));
        Some(match depth {
            _ if depth == frame => hover,
            0 => hover.note("in the topmost call"),
            _ => hover.note(format!("{depth} calls below the topmost")),
        })
    }

    /// The active calls of a function: their depth below the topmost, and the addresses of their frames.
    fn calls_of(self, function: u32) -> Vec<(usize, u32)> {
        let imported = self.program().instrumented.imported_functions;
        let is_of = |address: u32| {
            self.machine().position_of(address).is_some_and(|position| position.function + imported == function)
        };
        self.machine().frames().enumerate().filter(|(_, address)| is_of(*address)).collect()
    }

    fn hover_global(self, global: u32) -> Option<Hover> {
        let value = self.global(global)?;
        let title = format!("global {}", numbered(self.names().global(global), global));
        let hover = Hover::new(title, Some(value::show(&value)));
        Some(match self.is_global_mutable(global as usize) {
            true => hover,
            false => hover.note("it never changes"),
        })
    }

    fn hover_function(self, function: u32) -> Hover {
        let hover = Hover::new(self.function_title(function), None);
        let copy = &self.program().instrumented;
        let Some(number) = function.checked_sub(copy.imported_functions) else {
            return hover.note("imported: the host executes it");
        };
        let calls = self.calls_of(function).len();
        let hover = match copy.functions.get(number as usize) {
            Some(info) => hover.note(signature(&info.params, &info.results)),
            None => hover,
        };
        match calls {
            0 => hover.note("no active call"),
            1 => hover.note("one active call"),
            calls => hover.note(format!("{calls} active calls")),
        }
    }

    fn hover_branch(self, function: &Function, label: u32) -> Hover {
        use wasmoscope_reversible::instrument::LabelKind;
        let label = &function.labels[label as usize];
        let title = match label.kind {
            LabelKind::Function => "leaves the function".to_owned(),
            LabelKind::Loop => "branches back to the start of the loop".to_owned(),
            LabelKind::Block => "branches past the end of the block".to_owned(),
            LabelKind::If => "branches past the end of the if".to_owned(),
        };
        let target = function.instructions.get(function.follow(label.target) as usize).map(|target| target.offset);
        Hover { target, ..Hover::new(title, None) }
    }

    fn is_next(self, function: u32, instruction: usize) -> bool {
        let imported = self.program().instrumented.imported_functions;
        self.machine().position().is_some_and(|position| {
            position.function + imported == function && position.instruction as usize == instruction
        })
    }

    /// What the next instruction is about to do: its operands are known.
    fn hover_next(self, operator: &Operator<'_>) -> Option<Hover> {
        if let Operator::CallIndirect { table_index, .. } | Operator::ReturnCallIndirect { table_index, .. } = operator
        {
            return self.hover_indirect(*table_index);
        }
        let accesses = self.next_accesses();
        let access = accesses.last()?;
        let verb = if access.writes { "writes" } else { "reads" };
        let title = format!("{verb} {} bytes at {:#x}", access.length, access.address);
        let there = self.memory(access.memory as usize, access.address, access.length.min(16));
        let hover = Hover::new(title, None);
        Some(match there {
            Some(bytes) => {
                let bytes: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                hover.note(format!("there now: {}", bytes.join(" ")))
            }
            None => hover.note("outside the memory: it will trap"),
        })
    }

    fn hover_indirect(self, table: u32) -> Option<Hover> {
        let frame: FrameView = self.frame_view(self.machine().top())?;
        let index = match frame.operand_stack.last()?.value {
            Value::I32(index) => u64::from(index.cast_unsigned()),
            Value::I64(index) => index.cast_unsigned(),
            _ => return None,
        };
        let title = format!("calls element {index} of table {table}");
        let hover = Hover::new(title, None);
        Some(match self.table_element(table as usize, index) {
            Some(Value::FuncRef(Some(FunctionRef::Index(function)))) => hover.note(self.function_title(function)),
            Some(Value::FuncRef(Some(FunctionRef::Unknown))) => hover.note("a host function"),
            Some(_) => hover.note("null: it will trap"),
            None => hover.note("the table is smaller: it will trap"),
        })
    }

    fn function_title(self, function: u32) -> String {
        format!("func {}", numbered(self.names().function(function), function))
    }
}

fn numbered(name: Option<&str>, index: u32) -> String {
    match name {
        Some(name) => format!("{} ({index})", Name::Text(name)),
        None => index.to_string(),
    }
}

fn signature(params: &[wasmparser::ValType], results: &[wasmparser::ValType]) -> String {
    let list = |word: &str, types: &[wasmparser::ValType]| {
        let types: String = types.iter().map(|ty| format!(" {ty}")).collect();
        if types.is_empty() { String::new() } else { format!("({word}{types})") }
    };
    let parts = [list("param", params), list("result", results)];
    let written: Vec<&str> = parts.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    match written.join(" ") {
        none if none.is_empty() => "no parameters and no results".to_owned(),
        signature => signature,
    }
}
