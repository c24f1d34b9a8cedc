//! The scope of expressions in a stopped program.

use wasmoscope_module::value::Value;

use super::condition::{Condition, EvalError, Name, NamedPlace, Number, Scope, fill_in};
use super::state::StateView;
use wasmoscope_module::value::{self, FormattedValue};

/// A frame, the globals and the memories.
pub struct MachineScope<'a> {
    state: StateView<'a>,
    /// The address of the frame.
    frame: u32,
}

impl<'a> MachineScope<'a> {
    pub fn new(state: StateView<'a>) -> Self {
        Self { state, frame: state.machine().top() }
    }

    /// Like [`MachineScope::new`], for the frame this many calls below the top.
    pub fn of_frame(state: StateView<'a>, frame: usize) -> Self {
        Self { state, frame: state.machine().frame(frame).unwrap_or(0) }
    }

    /// The value of an expression for a panel. A bare name may also be a vector or a reference; a result of untyped
    /// operands is an i64 or f64.
    ///
    /// # Errors
    ///
    /// Why it could not be evaluated.
    pub fn show(&self, expression: &Condition) -> Result<FormattedValue, EvalError> {
        if let Some(value) = expression.place(self)?.and_then(|place| self.value(place)) {
            return Ok(value::show(&value));
        }
        Ok(value::show(&match expression.evaluate(self)? {
            Number::I32(value) => Value::I32(value),
            Number::I64(value) | Number::Whole { value, .. } => Value::I64(value),
            Number::F32(value) => Value::F32(value.to_bits()),
            Number::F64(value) | Number::Fraction(value) => Value::F64(value.to_bits()),
        }))
    }

    fn value(&self, place: NamedPlace<'_>) -> Option<Value> {
        match place {
            NamedPlace::Local(name) => self.local_value(name),
            NamedPlace::Global(name) => self.global_value(name),
            NamedPlace::Stack(depth) => self.operand(depth),
        }
    }

    fn local_value(&self, name: Name<'_>) -> Option<Value> {
        let local = match name {
            Name::Index(index) => u32::try_from(index).ok()?,
            Name::Text(name) => {
                let function = self.state.machine().position_of(self.frame)?.function;
                let index = function + self.state.program().instrumented.imported_functions;
                self.state.names().find_local(index, name)?
            }
        };
        self.state.local_at(self.frame, local)
    }

    fn global_value(&self, name: Name<'_>) -> Option<Value> {
        let index = match name {
            Name::Index(index) => usize::try_from(index).ok()?,
            Name::Text(name) => self.state.names().find_global(name)? as usize,
        };
        self.state.globals().nth(index)
    }

    fn operand(&self, depth: u64) -> Option<Value> {
        if self.frame == self.state.machine().top() {
            return self.state.operand(usize::try_from(depth).ok()?);
        }
        let stack = self.state.frame_view(self.frame)?.operand_stack;
        let index = stack.len().checked_sub(usize::try_from(depth).ok()?.checked_add(1)?)?;
        stack.get(index).map(|operand| operand.value)
    }

    /// Replaces each expression in braces in a message with its value.
    pub fn message(&self, text: &str) -> String {
        fill_in(text, |expression| {
            let value = Condition::parse(expression).ok().and_then(|expression| expression.value(self));
            value.map_or_else(|| "?".to_owned(), |value| value.to_string())
        })
    }
}

impl Scope for MachineScope<'_> {
    fn has_local(&self, name: Name<'_>) -> bool {
        self.local_value(name).is_some()
    }

    fn has_global(&self, name: Name<'_>) -> bool {
        self.global_value(name).is_some()
    }

    fn local(&self, name: Name<'_>) -> Option<Number> {
        number(&self.local_value(name)?)
    }

    fn global(&self, name: Name<'_>) -> Option<Number> {
        number(&self.global_value(name)?)
    }

    fn stack(&self, depth: u64) -> Option<Number> {
        number(&self.operand(depth)?)
    }

    fn find_memory(&self, memory: Name<'_>) -> Option<u32> {
        let index = match memory {
            Name::Index(index) => u32::try_from(index).ok()?,
            Name::Text(name) => self.state.names().find_memory(name)?,
        };
        ((index as usize) < self.state.memories()).then_some(index)
    }

    fn memory(&self, memory: u32, address: u64, length: usize) -> Option<[u8; 8]> {
        let bytes = self.state.memory(memory as usize, address, length as u64)?;
        let mut padded = [0; 8];
        padded[..length].copy_from_slice(&bytes);
        Some(padded)
    }

    fn depth(&self) -> u64 {
        u64::from(self.state.machine().depth())
    }

    fn step(&self) -> u64 {
        self.state.step()
    }
}

fn number(value: &Value) -> Option<Number> {
    match value {
        Value::I32(value) => Some(Number::I32(*value)),
        Value::I64(value) => Some(Number::I64(*value)),
        Value::F32(value) => Some(Number::F32(f32::from_bits(*value))),
        Value::F64(value) => Some(Number::F64(f64::from_bits(*value))),
        Value::V128(_) | Value::FuncRef(_) | Value::ExternRef(_) => None,
    }
}
