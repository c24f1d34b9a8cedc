//! A small evaluator of WebAssembly, written from the specification, that executes one instruction at a time.
//!
//! It shares nothing with the engine but the crate that reads binaries, and is as plain as can be: operand stacks and
//! labels are vectors, and what an instruction does is done to them. It knows numbers, control, locals, globals,
//! memories, tables, references to functions and calls, and neither vectors nor imports.
//!
//! A step is what the debugger takes for one: an instruction that is reached. An `end` or `else` only marks a place and
//! is none, but the `end` of a function is, as it returns; a branch to a loop goes on behind the `loop`.
#![allow(dead_code, reason = "each test binary uses a part")]

mod memory;
mod module;
mod numeric;
mod table;
mod value;

use wasmparser::Operator;

pub use self::module::Module;
use self::module::{Instruction, Type};
use self::value::pop;
pub use self::value::{Stack, Trap, Value};

/// A module that runs.
pub struct Machine<'a> {
    pub module: Module<'a>,
    /// The calls, the topmost last.
    pub frames: Vec<Frame>,
    /// Calls that are still to be made, the next one last.
    calls: Vec<(u32, Vec<Value>)>,
    pub ended: Option<Ended>,
    pub steps: u64,
}

/// An active call.
#[derive(Debug, Clone)]
pub struct Frame {
    pub function: u32,
    /// The next instruction; in a frame below the topmost, the active call.
    pub at: usize,
    pub locals: Vec<Value>,
    pub stack: Stack,
    labels: Vec<Label>,
}

#[derive(Debug, Clone, Copy)]
struct Label {
    /// Where a branch to it goes on.
    target: usize,
    /// How many values it takes along.
    arity: usize,
    /// How many operands are below them.
    height: usize,
    is_loop: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Ended {
    Returned(Vec<Value>),
    Trapped(Trap),
}

impl<'a> Machine<'a> {
    /// Instantiates a module, and stands before the first instruction of its start function, or of the call.
    pub fn new(wasm: &'a [u8], function: u32, arguments: Vec<Value>) -> Result<Self, Trap> {
        let module = Module::read(wasm).expect("the module can be read");
        let start = module.start.map(|start| (start, Vec::new()));
        let calls = [(function, arguments)].into_iter().chain(start).collect();
        let mut machine = Self { module, frames: Vec::new(), calls, ended: None, steps: 0 };
        for segment in 0..machine.module.elements.len() {
            let element = &machine.module.elements[segment];
            if let Some((table, offset)) = element.target {
                machine.initialize_table(table, offset, segment, 0, element.items.len() as u64)?;
            } else if !element.is_declared {
                continue;
            }
            machine.module.elements[segment].items.clear();
        }
        for segment in 0..machine.module.data.len() {
            if let Some((memory, offset)) = machine.module.data[segment].target {
                let length = machine.module.data[segment].items.len() as u64;
                machine.initialize_memory(memory, offset, segment, 0, length)?;
                machine.module.data[segment].items = &[];
            }
        }
        machine.next_call(Vec::new());
        Ok(machine)
    }

    /// Executes one instruction.
    pub fn step(&mut self) {
        let Some(before) = self.frames.last().cloned() else { return };
        let depth = self.frames.len();
        match self.execute() {
            Ok(()) => {
                self.steps += 1;
                self.settle();
            }
            Err(trap) => {
                // The instruction has not been executed: what it had taken off the stack is there again.
                self.frames.truncate(depth - 1);
                self.frames.push(before);
                self.ended = Some(Ended::Trapped(trap));
            }
        }
    }

    /// Where a frame stands, in bytes from the start of the module.
    pub fn offset(&self, frame: &Frame) -> u64 {
        self.module.functions[frame.function as usize].code[frame.at].offset
    }

    pub(self) fn stack(&mut self) -> &mut Stack {
        &mut self.frame().stack
    }

    fn frame(&mut self) -> &mut Frame {
        self.frames.last_mut().expect("a call is under way")
    }

    fn next_call(&mut self, results: Vec<Value>) {
        match self.calls.pop() {
            Some((function, arguments)) => self.enter(function, arguments),
            None => self.ended = Some(Ended::Returned(results)),
        }
        self.settle();
    }

    fn enter(&mut self, function: u32, arguments: Vec<Value>) {
        let body = &self.module.functions[function as usize];
        let arity = self.module.types[body.ty].results.len();
        let label = Label { target: body.code.len() - 1, arity, height: 0, is_loop: false };
        let locals = arguments.into_iter().chain(body.locals.iter().copied()).collect();
        self.frames.push(Frame { function, at: 0, locals, stack: Vec::new(), labels: vec![label] });
    }

    /// Goes over what only marks a place.
    fn settle(&mut self) {
        let Some(frame) = self.frames.last_mut() else { return };
        let code = &self.module.functions[frame.function as usize].code;
        loop {
            match code[frame.at].operator {
                Operator::Else => frame.at = code[frame.at].end,
                Operator::End if frame.labels.len() > 1 => {
                    frame.labels.pop();
                    frame.at += 1;
                }
                _ => return,
            }
        }
    }

    fn execute(&mut self) -> Result<(), Trap> {
        let frame = self.frames.last().expect("a call is under way");
        let Instruction { ref operator, end, otherwise, .. } =
            self.module.functions[frame.function as usize].code[frame.at];
        // The operator borrows from the binary, but is kept in the module.
        let operator = operator.clone();
        match operator {
            Operator::Unreachable => return Err(Trap("unreachable")),
            Operator::Nop => self.frame().at += 1,
            Operator::Block { blockty } => {
                let Type { params, results } = self.module.block_type(blockty);
                self.open(end + 1, params.len(), results.len(), false);
            }
            Operator::Loop { blockty } => {
                let params = self.module.block_type(blockty).params.len();
                let target = self.frame().at + 1;
                self.open(target, params, params, true);
            }
            Operator::If { blockty } => {
                let condition = pop::<bool>(self.stack());
                let Type { params, results } = self.module.block_type(blockty);
                self.open(end + 1, params.len(), results.len(), false);
                if !condition {
                    self.frame().at = otherwise.map_or(end, |otherwise| otherwise + 1);
                }
            }
            Operator::Br { relative_depth } => self.branch(relative_depth),
            Operator::BrIf { relative_depth } => {
                if pop(self.stack()) {
                    self.branch(relative_depth);
                } else {
                    self.frame().at += 1;
                }
            }
            Operator::BrTable { targets } => {
                let index = pop::<u32>(self.stack());
                let depths: Vec<u32> = targets.targets().collect::<Result<_, _>>().expect("it can be read");
                self.branch(depths.get(index as usize).copied().unwrap_or(targets.default()));
            }
            // The last `end` of a function; others are passed over.
            Operator::Return | Operator::End => self.give_back(),
            Operator::Call { function_index } => self.call(function_index, false),
            Operator::ReturnCall { function_index } => self.call(function_index, true),
            Operator::CallIndirect { type_index, table_index } => {
                let function = self.callee(type_index, table_index)?;
                self.call(function, false);
            }
            Operator::ReturnCallIndirect { type_index, table_index } => {
                let function = self.callee(type_index, table_index)?;
                self.call(function, true);
            }
            other => {
                self.execute_plain(&other)?;
                self.frame().at += 1;
            }
        }
        Ok(())
    }

    /// Executes an instruction after which the next one follows.
    fn execute_plain(&mut self, operator: &Operator<'_>) -> Result<(), Trap> {
        match *operator {
            Operator::Drop => {
                self.stack().pop();
            }
            Operator::Select | Operator::TypedSelect { .. } => {
                let condition = pop::<bool>(self.stack());
                let (second, first) = (self.stack().pop(), self.stack().pop());
                self.stack().extend(if condition { first } else { second });
            }
            Operator::LocalGet { local_index } => {
                let value = self.frame().locals[local_index as usize];
                self.stack().push(value);
            }
            Operator::LocalSet { local_index } => {
                let value = self.stack().pop();
                self.frame().locals[local_index as usize] = value.expect("there is an operand");
            }
            Operator::LocalTee { local_index } => {
                let value = self.stack().last().copied();
                self.frame().locals[local_index as usize] = value.expect("there is an operand");
            }
            Operator::GlobalGet { global_index } => {
                let value = self.module.globals[global_index as usize];
                self.stack().push(value);
            }
            Operator::GlobalSet { global_index } => {
                let value = self.stack().pop();
                self.module.globals[global_index as usize] = value.expect("there is an operand");
            }
            _ => {
                let done = numeric::execute(operator, self.stack());
                let done = done.or_else(|| self.execute_on_memory(operator));
                let done = done.or_else(|| self.execute_on_table(operator));
                return done.unwrap_or_else(|| panic!("the evaluator does not know {operator:?}"));
            }
        }
        Ok(())
    }

    fn open(&mut self, target: usize, params: usize, arity: usize, is_loop: bool) {
        let frame = self.frame();
        frame.labels.push(Label { target, arity, height: frame.stack.len() - params, is_loop });
        frame.at += 1;
    }

    fn branch(&mut self, depth: u32) {
        let frame = self.frame();
        let index = frame.labels.len() - 1 - depth as usize;
        let label = frame.labels[index];
        let values = frame.stack.split_off(frame.stack.len() - label.arity);
        frame.stack.truncate(label.height);
        frame.stack.extend(values);
        // The label of a loop, and that of the function, are still there.
        frame.labels.truncate(if label.is_loop || index == 0 { index + 1 } else { index });
        frame.at = label.target;
    }

    fn results(&self, function: u32) -> usize {
        self.module.types[self.module.functions[function as usize].ty].results.len()
    }

    fn give_back(&mut self) {
        let frame = self.frames.pop().expect("a call is under way");
        let results = frame.stack[frame.stack.len() - self.results(frame.function)..].to_vec();
        match self.frames.last_mut() {
            Some(caller) => {
                caller.stack.extend(results);
                caller.at += 1;
            }
            None => self.next_call(results),
        }
    }

    fn callee(&mut self, ty: u32, table: u32) -> Result<u32, Trap> {
        let index = self.index(table as usize);
        let element = self.module.tables[table as usize].elements.get(index as usize).copied();
        let function = match element.ok_or(table::OUT_OF_BOUNDS)? {
            Value::Ref(Some(function)) => function,
            _ => return Err(Trap("uninitialized-element")),
        };
        let found = &self.module.types[self.module.functions[function as usize].ty];
        if *found == self.module.types[ty as usize] { Ok(function) } else { Err(Trap("indirect-call-type-mismatch")) }
    }

    fn call(&mut self, function: u32, takes_the_place: bool) {
        let params = self.module.types[self.module.functions[function as usize].ty].params.len();
        let stack = self.stack();
        let arguments = stack.split_off(stack.len() - params);
        if takes_the_place {
            self.frames.pop();
        }
        self.enter(function, arguments);
    }
}

/// The function that a module exports under a name, and its type.
pub fn exported(module: &Module<'_>, name: &str) -> Option<(u32, Vec<wasmparser::ValType>)> {
    let (_, function) = module.exports.iter().find(|(export, _)| export == name)?;
    Some((*function, module.types[module.functions[*function as usize].ty].params.clone()))
}
