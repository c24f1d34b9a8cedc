//! The Memory panel's state, updated by the worker.

use yew::prelude::*;

use super::reducers::{LayoutContext, use_slice};
use super::use_debugger::Debugger;
use super::use_engine::{Engine, use_engine_events};
use crate::protocol::{Event, MemoryWatch};
use crate::ui::state::layout::{LayoutAction, Panel};
use crate::ui::state::memory::{MemoryAction, MemoryState};

/// The panel's state and its actions.
#[derive(Clone, PartialEq)]
pub struct Memory {
    pub state: UseReducerHandle<MemoryState>,
    engine: Engine,
}

/// The memory of the last run. `opened` changes with the program.
#[hook]
pub fn use_memory(opened: u32) -> Memory {
    let engine = use_slice::<Engine>();
    let state = use_reducer_eq(MemoryState::default);
    {
        let state = state.dispatcher();
        use_effect_with(opened, move |_| state.dispatch(MemoryAction::Opened));
    }
    let on_event = {
        let engine = engine.clone();
        use_callback(state.clone(), move |event: std::rc::Rc<Event>, state| match &*event {
            Event::Memory { run, view } => {
                state.dispatch(MemoryAction::Received { run: *run, view: view.clone() });
            }
            // A new worker does not know which part the panel shows.
            Event::Ready => engine.watch_memory(state.watch),
            _ => {}
        })
    };
    use_engine_events(on_event);
    Memory { state, engine }
}

/// Shows an address in the Memory panel, opening the panel if necessary.
#[hook]
pub fn use_show_address() -> Callback<u64> {
    let debugger = use_slice::<Debugger>();
    let layout = use_slice::<LayoutContext>().dispatcher();
    use_callback((debugger, layout), |address, (debugger, layout)| {
        layout.dispatch(LayoutAction::Show { panel: Panel::Memory });
        debugger.show_address(address);
    })
}

impl Memory {
    pub fn choose(&self, memory: u32) {
        self.state.dispatch(MemoryAction::Choose(memory));
    }

    pub fn watch(&self, watch: MemoryWatch) {
        self.state.dispatch(MemoryAction::Watch(watch));
        self.engine.watch_memory(Some(watch));
    }
}
