//! The source variables of a stopped program, from its debug information.

use std::borrow::Cow;

use super::state::StateView;
use super::view::FrameView;
use wasmoscope_module::value::{FunctionRef, Value};
use wasmoscope_source_map::dwarf::{DebugInfo, State, Variable};

impl StateView<'_> {
    /// The variables of the frame this many calls below the top: for each call inlined there, innermost first, and last
    /// for the function itself.
    pub fn variables(self, info: &DebugInfo, frame: usize) -> Vec<Vec<Variable>> {
        let Some(address) = self.machine().frame(frame) else { return Vec::new() };
        let Some(view) = self.frame_view(address) else { return Vec::new() };
        let state = FrameState { state: self, globals: self.globals().collect(), frame: &view };
        info.variables(self.program().instrumented.original(), view.offset, &state)
    }
}

/// A frame, the globals and the first memory: compilers use no other.
struct FrameState<'a> {
    state: StateView<'a>,
    globals: Vec<Value>,
    frame: &'a FrameView,
}

impl State for FrameState<'_> {
    fn memory_size(&self) -> u64 {
        self.state.memory_size(0).unwrap_or(0)
    }

    fn memory(&self, address: u64, length: u64) -> Option<Cow<'_, [u8]>> {
        self.state.memory(0, address, length)
    }

    fn local(&self, index: u32) -> Option<u64> {
        bits(&self.frame.locals.get(index as usize)?.value)
    }

    fn global(&self, index: u32) -> Option<u64> {
        bits(self.globals.get(index as usize)?)
    }

    fn function_name(&self, pointer: u64) -> Option<String> {
        let Value::FuncRef(Some(FunctionRef::Index(function))) = self.state.table_element(0, pointer)? else {
            return None;
        };
        self.state.names().function(function).map(str::to_owned)
    }
}

/// The bits of a number of at most 64 bits.
fn bits(value: &Value) -> Option<u64> {
    match value {
        Value::V128(_) => None,
        value => value.bits().map(|bits| bits as u64),
    }
}
