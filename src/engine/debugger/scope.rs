//! What expressions see of a program that stands still.

use wasmi::Val;

use super::condition::{Condition, Name, Number, Scope};
use super::session::DebugSession;
use super::view::FrameView;

/// The topmost frame, the globals and the first memory.
pub struct MachineScope<'a> {
    session: &'a DebugSession,
    frame: Option<FrameView>,
}

impl<'a> MachineScope<'a> {
    pub fn new(session: &'a DebugSession) -> Self {
        let top = session.machine().top();
        Self { session, frame: session.frame_view(top) }
    }

    /// A message in which what is in braces is replaced by its value.
    pub fn message(&self, text: &str) -> String {
        let mut message = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            message.push_str(before);
            let Some((expression, later)) = after.split_once('}') else {
                rest = &rest[before.len()..];
                break;
            };
            match Condition::parse(expression).ok().and_then(|expression| expression.value(self)) {
                Some(value) => message.push_str(&value.to_string()),
                None => message.push('?'),
            }
            rest = later;
        }
        message.push_str(rest);
        message
    }
}

impl Scope for MachineScope<'_> {
    fn local(&self, name: Name<'_>) -> Option<Number> {
        let frame = self.frame.as_ref()?;
        let local = match name {
            Name::Index(index) => frame.locals.get(usize::try_from(index).ok()?)?,
            Name::Text(name) => frame.locals.iter().find(|local| local.name.as_deref() == Some(name))?,
        };
        number(&local.value)
    }

    fn global(&self, name: Name<'_>) -> Option<Number> {
        let index = match name {
            Name::Index(index) => usize::try_from(index).ok()?,
            Name::Text(name) => self.session.names().find_global(name)? as usize,
        };
        number(&self.session.machine().globals().nth(index)?)
    }

    fn stack(&self, depth: u64) -> Option<Number> {
        let stack = &self.frame.as_ref()?.operand_stack;
        number(&stack.get(stack.len().checked_sub(usize::try_from(depth).ok()? + 1)?)?.value)
    }

    fn memory(&self, address: u64, length: usize) -> Option<[u8; 8]> {
        let start = usize::try_from(address).ok()?;
        let bytes = self.session.machine().memory(0)?.get(start..start.checked_add(length)?)?;
        let mut padded = [0; 8];
        padded[..length].copy_from_slice(bytes);
        Some(padded)
    }

    fn depth(&self) -> u64 {
        u64::from(self.session.machine().depth())
    }

    fn step(&self) -> u64 {
        self.session.step()
    }
}

fn number(value: &Val) -> Option<Number> {
    match value {
        Val::I32(value) => Some(Number::Integer(i64::from(*value))),
        Val::I64(value) => Some(Number::Integer(*value)),
        Val::F32(value) => Some(Number::Float(f64::from(value.to_float()))),
        Val::F64(value) => Some(Number::Float(value.to_float())),
        Val::V128(_) | Val::FuncRef(_) | Val::ExternRef(_) => None,
    }
}
