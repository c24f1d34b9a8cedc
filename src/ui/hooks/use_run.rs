//! Starts runs: combines the current text with what to call and its arguments.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use yew::prelude::*;

use super::reducers::{CheckContext, DebugContext, LayoutContext, RunContext, SettingsContext, WorkspaceContext};
use super::use_check::Checker;
use super::use_editor::EditorLink;
use super::use_engine::Engine;
use crate::protocol::{Entry, ExportSummary, Outcome, RunOptions, Source};
use crate::ui::selectors::arguments;
use crate::ui::selectors::entry::{EntryPoint, call, entry_point};
use crate::ui::state::layout::{LayoutAction, Panel};
use crate::ui::state::run::{Launch, Phase, RunAction};

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
    /// What was debugged last: while debugging, **Debug** starts it again.
    debugged: RefCell<Entry>,
    /// The text that ran last, if it is editable.
    ran: RefCell<Option<Rc<str>>>,
    /// What to start as soon as the exports are known, or when the timeout fires.
    waiting: RefCell<Option<(Launch, Timeout)>>,
    /// What was started before the exports were known.
    unchecked: Cell<Option<Launch>>,
}

/// What Run and Debug can do now.
enum Plan {
    Begin(Entry),
    /// A parameter of the export needs a value first.
    Need {
        export: Rc<str>,
        index: usize,
    },
    /// The exports are not known yet.
    Wait,
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
            debugged: RefCell::new(Entry::Default),
            ran: RefCell::default(),
            waiting: RefCell::default(),
            unchecked: Cell::new(None),
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
        self.launch(Launch::Run);
    }

    /// Calls an export with the arguments in its input fields, or asks for them.
    pub fn call(&self, export: &ExportSummary, launch: Launch) {
        let planned = self.plan_call(export);
        self.begin(planned, launch);
    }

    /// **Debug**: what **Run** would run, the step that the project was shared at, or the current debug run from its
    /// start.
    pub fn debug(&self) {
        let inner = &self.0;
        let again = inner.debug.clone().is_on();
        // The typed text may belong to another run than the shared one.
        inner.editor.flush();
        if again {
            let entry = inner.debugged.borrow().clone();
            return self.debug_entry(entry);
        }
        let bookmark = inner.workspace.clone().project.debugging.bookmark.clone();
        let Some(bookmark) = bookmark else { return self.launch(Launch::Debug) };
        let (source, options, text) = self.prepare();
        let breakpoints = inner.debug.clone().breakpoints.all();
        *inner.debugged.borrow_mut() = Entry::Default;
        inner.layout.dispatch(LayoutAction::Show { panel: Panel::Editor });
        inner.engine.debug_at(source, options, text, breakpoints, bookmark.bytes.to_vec());
    }

    fn launch(&self, launch: Launch) {
        self.0.waiting.take();
        self.0.unchecked.set(None);
        self.0.editor.flush();
        let planned = self.plan();
        self.begin(planned, launch);
    }

    /// What Run does, given what is known of the program.
    fn plan(&self) -> Plan {
        let inner = &self.0;
        let (check, workspace) = (inner.check.clone(), inner.workspace.clone());
        let project = &workspace.project;
        if check.is_pending() || !inner.checker.is_about(check.answered, &project.program) {
            return Plan::Wait;
        }
        let module = check.checked.as_ref().and_then(|checked| checked.module.as_ref());
        let Some(module) = module else { return Plan::Begin(Entry::Default) };
        if module.imports.iter().any(|import| !import.provided) {
            // Arguments would be typed in vain: the run says at once what is missing.
            return Plan::Begin(Entry::Default);
        }
        match entry_point(module, project.debugging.calls.entry.as_deref()) {
            EntryPoint::Export(export) => self.plan_call(export),
            EntryPoint::Start | EntryPoint::Nothing => Plan::Begin(Entry::Default),
        }
    }

    fn plan_call(&self, export: &ExportSummary) -> Plan {
        let (check, workspace) = (self.0.check.clone(), self.0.workspace.clone());
        let default_entry = check.module().and_then(|module| module.default_entry.as_deref());
        match call(export, workspace.project.debugging.calls.typed(&export.name), default_entry) {
            Ok(entry) => Plan::Begin(entry),
            Err(index) => Plan::Need { export: export.name.as_str().into(), index },
        }
    }

    fn begin(&self, plan: Plan, launch: Launch) {
        let inner = &self.0;
        match (plan, launch) {
            (Plan::Begin(entry), Launch::Run) => self.start(entry),
            (Plan::Begin(entry), Launch::Debug) => self.debug_entry(entry),
            (Plan::Need { export, index }, launch) => {
                inner.layout.dispatch(LayoutAction::Show { panel: Panel::Module });
                inner.run.dispatch(RunAction::Need { export, index, launch });
            }
            // The interpreter is still loading: the request waits in its queue and is handled first.
            (Plan::Wait, launch) if !inner.engine.is_ready() => self.begin_unchecked(launch),
            (Plan::Wait, launch) => {
                let launcher = self.clone();
                let timeout = Timeout::new(LONGEST_WAIT_MS, move || launcher.begin_unchecked(launch));
                inner.waiting.replace(Some((launch, timeout)));
                inner.checker.send_now(&inner.workspace.clone().project.program);
            }
        }
    }

    fn begin_unchecked(&self, launch: Launch) {
        self.0.waiting.take();
        self.0.unchecked.set(Some(launch));
        self.begin(Plan::Begin(Entry::Default), launch);
    }

    /// Called when the exports may be known; `refused`: the last run did not start.
    fn checked(&self, refused: bool) {
        let inner = &self.0;
        let waiting = inner.waiting.borrow().as_ref().map(|(launch, _)| *launch);
        let Some(launch) = waiting.or(inner.unchecked.get().filter(|_| refused)) else { return };
        let plan = self.plan();
        if matches!(plan, Plan::Wait) {
            return;
        }
        inner.unchecked.set(None);
        match waiting {
            Some(_) => drop(inner.waiting.take()),
            // The worker could not know what the user chose and typed.
            None if !matches!(plan, Plan::Begin(Entry::Default)) => inner.engine.forget_run(),
            None => return,
        }
        self.begin(plan, launch);
    }

    fn debug_entry(&self, entry: Entry) {
        let (source, options, text) = self.prepare();
        let breakpoints = self.0.debug.clone().breakpoints.all();
        *self.0.debugged.borrow_mut() = entry.clone();
        self.0.layout.dispatch(LayoutAction::Show { panel: Panel::Editor });
        self.0.engine.debug(source, entry, options, text, breakpoints);
    }

    /// Whether what ran last had another text than this one.
    pub fn has_run_another(&self, text: Option<&Rc<str>>) -> bool {
        self.0.ran.borrow().as_ref().is_some_and(|ran| Some(ran) != text)
    }

    /// "Show me where": the last run again, under the debugger, up to where it ended.
    pub fn debug_again(&self) {
        let breakpoints = self.0.debug.clone().breakpoints.all();
        self.0.layout.dispatch(LayoutAction::Show { panel: Panel::Editor });
        // If it has been edited since, the page says so.
        let text = self.0.ran.borrow().clone();
        self.0.engine.debug_again(text, breakpoints);
    }

    fn start(&self, entry: Entry) {
        let (source, options, text) = self.prepare();
        *self.0.ran.borrow_mut() = text;
        // A user who is looking at the calls keeps them in view.
        let watches = options.trace && self.0.layout.clone().dock == Panel::Calls;
        let panel = if watches { Panel::Calls } else { Panel::Console };
        self.0.layout.dispatch(LayoutAction::Show { panel });
        self.0.engine.run(source, entry, options);
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
        };
        (project.program.source(), options, project.program.text().cloned())
    }
}
