//! The state of the System calls panel, fed by the worker.

use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::reducers::use_slice;
use super::use_engine::{Engine, use_engine_events};
use crate::protocol::Event;
use crate::ui::platform::clipboard;
use crate::ui::state::calls::{CallsAction, CallsState};

/// The panel's state and its actions.
#[derive(Clone, PartialEq)]
pub struct Calls {
    pub state: UseReducerHandle<CallsState>,
    /// The result of the last copy.
    pub copied: Option<Copied>,
    engine: Engine,
}

/// The result of copying.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copied {
    pub lines: u64,
    pub allowed: bool,
}

/// The calls of the last run. `opened` changes with the program.
#[hook]
pub fn use_calls(opened: u32) -> Calls {
    let engine = use_slice::<Engine>();
    let state = use_reducer_eq(CallsState::default);
    let copied = use_state_eq(|| None::<Copied>);
    {
        let state = state.dispatcher();
        use_effect_with(opened, move |_| state.dispatch(CallsAction::Opened));
    }
    {
        let engine = engine.clone();
        use_effect_with(state.watch(), move |watch| engine.watch_calls(Some(watch.clone())));
    }
    let on_event = {
        let (engine, copied) = (engine.clone(), copied.setter());
        use_callback(state.clone(), move |event: Rc<Event>, state| match &*event {
            Event::Calls { run, view } => {
                state.dispatch(CallsAction::Received { run: *run, view: Rc::new(view.clone()) });
            }
            Event::CallsText { text, .. } => {
                let (text, copied) = (text.clone(), copied.clone());
                spawn_local(async move {
                    let allowed = clipboard::copy(&text).await;
                    copied.set(Some(Copied { lines: text.lines().count() as u64, allowed }));
                });
            }
            // A new worker does not know what the panel shows.
            Event::Ready => engine.watch_calls(Some(state.watch())),
            _ => {}
        })
    };
    use_engine_events(on_event);
    Calls { state, copied: *copied, engine }
}

impl Calls {
    pub fn dispatch(&self, action: CallsAction) {
        self.state.dispatch(action);
    }

    /// Copies the calls that pass the filter to the clipboard.
    pub fn copy(&self) {
        self.engine.copy_calls(self.state.filter.clone());
    }
}
