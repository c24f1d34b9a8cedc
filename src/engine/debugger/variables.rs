//! The source variables of a stopped program, from its debug information.

use wasmi::{Nullable, Val};

use super::state::StateView;
use super::view::FrameView;
use crate::engine::source_map::dwarf::{DebugInfo, State, Variable};

impl StateView<'_> {
    /// The variables of the frame this many calls below the top: for each call inlined there, innermost first, and last
    /// for the function itself.
    pub fn variables(self, info: &DebugInfo, frame: usize) -> Vec<Vec<Variable>> {
        let Some(address) = self.machine().frames().get(frame).copied() else { return Vec::new() };
        let Some(view) = self.frame_view(address) else { return Vec::new() };
        let state = FrameState { state: self, globals: self.globals().collect(), frame: &view };
        info.variables(self.program().instrumented.original(), view.offset, &state)
    }
}

/// A frame, the globals and the first memory: compilers use no other.
struct FrameState<'a> {
    state: StateView<'a>,
    globals: Vec<Val>,
    frame: &'a FrameView,
}

impl State for FrameState<'_> {
    fn memory(&self, address: u64, length: u64) -> Option<&[u8]> {
        let start = usize::try_from(address).ok()?;
        self.state.memory(0)?.get(start..start.checked_add(usize::try_from(length).ok()?)?)
    }

    fn local(&self, index: u32) -> Option<u64> {
        bits(&self.frame.locals.get(index as usize)?.value)
    }

    fn global(&self, index: u32) -> Option<u64> {
        bits(self.globals.get(index as usize)?)
    }

    fn function_name(&self, pointer: u64) -> Option<String> {
        let Val::FuncRef(Nullable::Val(function)) = self.state.table_element(0, pointer)? else { return None };
        self.state.names().function(self.state.function_of(&function)?).map(str::to_owned)
    }
}

fn bits(value: &Val) -> Option<u64> {
    match value {
        Val::I32(value) => Some(u64::from(value.cast_unsigned())),
        Val::I64(value) => Some(value.cast_unsigned()),
        Val::F32(value) => Some(u64::from(value.to_bits())),
        Val::F64(value) => Some(value.to_bits()),
        Val::V128(_) | Val::FuncRef(_) | Val::ExternRef(_) => None,
    }
}
