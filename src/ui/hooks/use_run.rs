//! Starts runs: combines the current text with what to call and its arguments. What starts, and what is waited for
//! first, is decided in `state/launches`.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use yew::prelude::*;

use super::reducers::{CheckContext, DebugContext, LayoutContext, RunContext, SettingsContext, WorkspaceContext};
use super::use_check::Checker;
use super::use_editor::EditorLink;
use super::use_engine::Engine;
use crate::protocol::{ExportSummary, Outcome, RunOptions, Source};
use crate::ui::selectors::arguments;
use crate::ui::selectors::entry::{Plan, plan, plan_call};
use crate::ui::state::launches::{LaunchEffect, LaunchEvent, Launches, Seen};
use crate::ui::state::layout::{LayoutAction, Panel};
use crate::ui::state::run::{Launch, Phase};

/// How long Run waits for the check to report the exports; after that, the worker decides what to call.
const LONGEST_WAIT_MS: u32 = 1000;

/// Starts runs: cheap to clone, and equal to itself for as long as the page is open.
#[derive(Clone)]
pub struct Launcher(Rc<LauncherInner>);

impl PartialEq for Launcher {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

struct LauncherInner {
    engine: Engine,
    editor: EditorLink,
    workspace: WorkspaceContext,
    settings: SettingsContext,
    layout: LayoutContext,
    debug: DebugContext,
    check: CheckContext,
    run: RunContext,
    checker: Checker,
    state: RefCell<Launches>,
    timer: RefCell<Option<Timeout>>,
}

/// Creates the handle. Called once, in [`crate::ui::app::App`]; others take [`Launcher`] from its context.
#[hook]
#[allow(clippy::too_many_arguments, reason = "each is a slice of the page's state")]
pub fn use_launcher(
    engine: &Engine,
    editor: &EditorLink,
    workspace: &WorkspaceContext,
    settings: &SettingsContext,
    layout: &LayoutContext,
    debug: &DebugContext,
    check: &CheckContext,
    run: &RunContext,
    checker: &Checker,
) -> Launcher {
    let launcher = use_memo((), |()| {
        Launcher(Rc::new(LauncherInner {
            engine: engine.clone(),
            editor: editor.clone(),
            workspace: workspace.clone(),
            settings: settings.clone(),
            layout: layout.clone(),
            debug: debug.clone(),
            check: check.clone(),
            run: run.clone(),
            checker: checker.clone(),
            state: RefCell::default(),
            timer: RefCell::default(),
        }))
    });
    {
        // On a narrow screen, or while the system calls are shown, there would be no place to type an answer.
        let layout = layout.dispatcher();
        use_effect_with(debug.asks(), move |asks| {
            if *asks {
                layout.dispatch(LayoutAction::Show { panel: Panel::Console });
            }
        });
    }
    {
        let launcher = launcher.clone();
        let refused = matches!(&run.phase, Phase::Finished(outcome) if matches!(**outcome, Outcome::NotStarted { .. }));
        use_effect_with((check.requested, check.answered, refused), move |(_, _, refused)| launcher.checked(*refused));
    }
    (*launcher).clone()
}

impl Launcher {
    /// **Run**.
    pub fn run(&self) {
        self.0.editor.flush();
        self.apply(LaunchEvent::RunPressed { plan: self.plan() });
    }

    /// Calls an export with the arguments in its input fields, or asks for them.
    pub fn call(&self, export: &ExportSummary, launch: Launch) {
        let (check, workspace) = (self.0.check.clone(), self.0.workspace.clone());
        let plan = plan_call(&check, export, &workspace.project.debugging.calls);
        self.apply(LaunchEvent::Called { launch, plan });
    }

    /// **Debug**: what **Run** would run, the step that the project was shared at, or the current debug run from its
    /// start.
    pub fn debug(&self) {
        let inner = &self.0;
        let is_debugging = inner.debug.clone().is_on();
        // The typed text may belong to another run than the shared one.
        inner.editor.flush();
        let bookmark = inner.workspace.clone().project.debugging.bookmark.as_ref().map(|shared| shared.bytes.clone());
        self.apply(LaunchEvent::DebugPressed { is_debugging, bookmark, plan: self.plan() });
    }

    /// "Show me where": the last run again, under the debugger, up to where it ended.
    pub fn debug_again(&self) {
        self.apply(LaunchEvent::DebugAgainPressed);
    }

    /// Whether what ran last had another text than this one.
    pub fn has_run_another(&self, text: Option<&Rc<str>>) -> bool {
        self.0.state.borrow().has_run_another(text)
    }

    /// What Run does, given what is known of the program.
    fn plan(&self) -> Plan {
        let inner = &self.0;
        let (check, workspace) = (inner.check.clone(), inner.workspace.clone());
        let project = &workspace.project;
        plan(&check, inner.checker.is_about(check.answered, &project.program), &project.debugging.calls)
    }

    /// Called when the exports may be known; `refused`: the last run did not start.
    fn checked(&self, refused: bool) {
        let is_pending = self.0.state.borrow().is_pending(refused);
        if is_pending {
            self.apply(LaunchEvent::Checked { refused, plan: self.plan() });
        }
    }

    fn apply(&self, event: LaunchEvent) {
        let inner = &self.0;
        let watches_calls = inner.settings.clone().record_calls && inner.layout.clone().dock == Panel::Calls;
        let seen = Seen { is_ready: inner.engine.is_ready(), watches_calls };
        let (next, effects) = inner.state.take().apply(event, seen);
        inner.state.replace(next);
        effects.into_iter().for_each(|effect| self.perform(effect));
    }

    fn perform(&self, effect: LaunchEffect) {
        let inner = &self.0;
        let breakpoints = || inner.debug.clone().breakpoints.all();
        match effect {
            LaunchEffect::Run(entry) => {
                let (source, options, text) = self.prepare();
                self.apply(LaunchEvent::Ran { text });
                inner.engine.run(source, entry, options);
            }
            LaunchEffect::Debug(entry) => {
                let (source, options, text) = self.prepare();
                inner.engine.debug(source, entry, options, text, breakpoints());
            }
            LaunchEffect::DebugAt(bookmark) => {
                let (source, options, text) = self.prepare();
                inner.engine.debug_at(source, options, text, breakpoints(), bookmark.to_vec());
            }
            LaunchEffect::DebugAgain(text) => inner.engine.debug_again(text, breakpoints()),
            LaunchEffect::ForgetRun => inner.engine.forget_run(),
            LaunchEffect::Check => inner.checker.send_now(&inner.workspace.clone().project.program),
            LaunchEffect::SetTimer => {
                let launcher = self.clone();
                let timeout = Timeout::new(LONGEST_WAIT_MS, move || launcher.apply(LaunchEvent::TimedOut));
                inner.timer.replace(Some(timeout));
            }
            LaunchEffect::ClearTimer => drop(inner.timer.take()),
            LaunchEffect::Layout(action) => inner.layout.dispatch(action),
            LaunchEffect::State(action) => inner.run.dispatch(action),
        }
    }

    /// The program in its current state, with its run options and its text if that is editable.
    fn prepare(&self) -> (Source, RunOptions, Option<Rc<str>>) {
        let inner = &self.0;
        inner.editor.flush();
        // A fresh clone has the current state; it is dropped again right away.
        let project = inner.workspace.clone().project.clone();
        let options = RunOptions {
            arguments: arguments::split(&project.arguments),
            environment: arguments::environment(&project.environment),
            limits: inner.settings.clone().limits.clone(),
            trace: inner.settings.clone().record_calls,
            engine: inner.settings.clone().engine,
        };
        (project.program.source(), options, project.program.text().cloned())
    }
}
