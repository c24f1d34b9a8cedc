//! Gives the console what [`ConsoleFeed`] holds, a portion for each frame.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::protocol::{OutputChunk, RunId};
use crate::ui::platform::dom;
use crate::ui::state::console::{ConsoleAction, ConsoleState};
use crate::ui::state::console_feed::ConsoleFeed;

/// The minimum time between two changes of the console while a program prints continuously.
const BETWEEN_PICTURES_MS: f64 = 33.0;

/// What happens to the console, in order. Cheap to clone.
#[derive(Clone)]
pub struct ConsoleOutput(Rc<Inner>);

struct Inner {
    feed: RefCell<ConsoleFeed>,
    /// When the console may change next, by [`dom::now`].
    next_ms: Cell<f64>,
    next: RefCell<Option<Timeout>>,
    console: UseReducerDispatcher<ConsoleState>,
}

impl ConsoleOutput {
    pub fn new(console: UseReducerDispatcher<ConsoleState>) -> Self {
        Self(Rc::new(Inner { feed: RefCell::default(), next_ms: Cell::new(0.0), next: RefCell::default(), console }))
    }

    /// The program printed.
    pub fn print(&self, run: RunId, chunks: &[OutputChunk]) {
        self.0.feed.borrow_mut().output(run, chunks);
        self.schedule();
    }

    /// Something else happened: if little was printed before, all of it is shown at once.
    pub fn then(&self, action: ConsoleAction) {
        self.0.feed.borrow_mut().then(action);
        self.advance();
    }

    /// Shows what has been printed so far, or as much as can be drawn at once.
    pub fn advance(&self) {
        let inner = &self.0;
        inner.next.take();
        let actions = inner.feed.borrow_mut().next_actions();
        if !actions.is_empty() {
            let begun = dom::now();
            inner.next_ms.set(begun + BETWEEN_PICTURES_MS);
            actions.into_iter().for_each(|action| inner.console.dispatch(action));
            let inner = inner.clone();
            // Yew draws in a task that it has just queued.
            spawn_local(async move {
                let now = dom::now();
                inner.feed.borrow_mut().took(now - begun);
                // Leave twice the time it took for everything else: otherwise Stop could not be clicked on a slow
                // machine.
                inner.next_ms.set((begun + BETWEEN_PICTURES_MS).max(now + 2.0 * (now - begun)));
            });
        }
        self.schedule();
    }

    /// Starts over with this action: what has not been shown is of no interest any more.
    pub fn begin(&self, action: ConsoleAction) {
        self.0.feed.borrow_mut().clear();
        self.then(action);
    }

    fn schedule(&self) {
        let inner = &self.0;
        if inner.feed.borrow().is_empty() || inner.next.borrow().is_some() {
            return;
        }
        let left = inner.next_ms.get() - dom::now();
        if left <= 0.0 {
            return self.advance();
        }
        let weak = Rc::downgrade(inner);
        let next = Timeout::new(left.ceil() as u32, move || {
            if let Some(inner) = weak.upgrade() {
                inner.next.take();
                // The last portion may have taken so long that it is not time yet.
                Self(inner).schedule();
            }
        });
        *inner.next.borrow_mut() = Some(next);
    }
}
