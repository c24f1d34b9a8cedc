//! Checks the program shortly after each change, or immediately if a run waits for the result.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use yew::prelude::*;

use super::reducers::{CheckContext, WorkerContext, WorkspaceContext};
use super::use_engine::Engine;
use crate::protocol::Version;
use crate::ui::state::check::CheckAction;
use crate::ui::state::project::Program;
use crate::ui::state::worker::WorkerPhase;

/// How long after the last keystroke the text is checked.
const SETTLED_MS: u32 = 150;

/// Sends the program to be checked. Cheap to clone, and equal to itself for as long as the page is open.
#[derive(Clone)]
pub struct Checker(Rc<CheckerInner>);

impl PartialEq for Checker {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

struct CheckerInner {
    engine: Engine,
    version: Cell<Version>,
    /// The program that was sent last, as that version.
    sent: RefCell<Option<Program>>,
    /// The `opened` number it was sent for, and whether a worker was ready to take it.
    to: Cell<Option<(u32, bool)>>,
}

impl Checker {
    /// Whether a result for this version is about that program.
    pub fn is_about(&self, version: Version, program: &Program) -> bool {
        version == self.0.version.get() && self.0.sent.borrow().as_ref() == Some(program)
    }

    /// Sends a program immediately unless it has already been sent.
    pub fn send_now(&self, program: &Program) {
        if self.is_about(self.0.version.get(), program) {
            return;
        }
        let version = self.0.version.get() + 1;
        self.0.version.set(version);
        self.0.sent.replace(Some(program.clone()));
        self.0.engine.check(version, program.source());
    }
}

/// Creates the handle. Called once, in [`crate::ui::app::App`].
#[hook]
pub fn use_checker(engine: &Engine) -> Checker {
    let checker = use_memo((), |()| {
        Checker(Rc::new(CheckerInner {
            engine: engine.clone(),
            version: Cell::new(0),
            sent: RefCell::default(),
            to: Cell::new(None),
        }))
    });
    (*checker).clone()
}

/// Keeps [`crate::ui::state::check::CheckState`] up to date. Called once, in [`crate::ui::app::App`].
#[hook]
pub fn use_check(checker: &Checker, workspace: &WorkspaceContext, check: &CheckContext, worker: &WorkerContext) {
    {
        let check = check.dispatcher();
        use_effect_with(workspace.opened, move |_| check.dispatch(CheckAction::Forget));
    }
    let checker = checker.clone();
    // A new worker does not know about the pending check.
    let ready = worker.phase == WorkerPhase::Ready;
    use_effect_with((workspace.project.program.clone(), workspace.opened, ready), move |(program, opened, ready)| {
        let before = checker.0.to.replace(Some((*opened, *ready)));
        if before != Some((*opened, *ready)) {
            checker.0.sent.take();
        }
        let delay = if before.is_some_and(|(before, _)| before == *opened) { SETTLED_MS } else { 0 };
        let program = program.clone();
        let timeout = Timeout::new(delay, move || checker.send_now(&program));
        move || drop(timeout)
    });
}
