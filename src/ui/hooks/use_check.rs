//! Has the program checked a moment after each change.

use std::cell::Cell;
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use yew::prelude::*;

use super::reducers::{CheckContext, WorkerContext, WorkspaceContext};
use super::use_engine::Engine;
use crate::ui::state::check::CheckAction;
use crate::ui::state::worker::WorkerPhase;

/// How long after the last key the text is checked.
const SETTLED_MS: u32 = 150;

/// Keeps [`crate::ui::state::check::CheckState`] up to date. Once, in [`crate::ui::app::App`].
#[hook]
pub fn use_check(engine: &Engine, workspace: &WorkspaceContext, check: &CheckContext, worker: &WorkerContext) {
    let version = use_memo((), |()| Cell::new(0));
    let checked_opened = use_memo((), |()| Cell::new(None));
    {
        let check = check.dispatcher();
        use_effect_with(workspace.opened, move |_| check.dispatch(CheckAction::Forget));
    }
    let engine = engine.clone();
    // A worker that was replaced has forgotten the question.
    let ready = worker.phase == WorkerPhase::Ready;
    use_effect_with((workspace.project.program.clone(), workspace.opened, ready), move |(program, opened, _)| {
        let delay = if checked_opened.replace(Some(*opened)) == Some(*opened) { SETTLED_MS } else { 0 };
        let program = program.clone();
        let version: Rc<Cell<u32>> = version;
        let timeout = Timeout::new(delay, move || {
            version.set(version.get() + 1);
            engine.check(version.get(), program.source());
        });
        move || drop(timeout)
    });
}
