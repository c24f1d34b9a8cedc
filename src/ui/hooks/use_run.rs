//! Starting runs: puts together the text as it is this moment, what is called and with what.

use std::cell::RefCell;
use std::rc::Rc;

use yew::prelude::*;

use super::reducers::{DebugContext, LayoutContext, SettingsContext, WorkspaceContext};
use super::use_editor::EditorLink;
use super::use_engine::Engine;
use crate::protocol::{Entry, RunOptions, Source};
use crate::ui::selectors::arguments;
use crate::ui::state::layout::{LayoutAction, Panel};

/// Starts runs: cheap to clone, and equal to itself for as long as the page is open.
#[derive(Clone)]
pub struct Launcher(Rc<Inner>);

impl PartialEq for Launcher {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

struct Inner {
    engine: Engine,
    editor: EditorLink,
    workspace: WorkspaceContext,
    settings: SettingsContext,
    layout: LayoutContext,
    debug: DebugContext,
    /// What was debugged last: **Debug** begins that again while it is on.
    debugged: RefCell<Entry>,
}

/// Makes the handle. Once, in [`crate::ui::app::App`]; others take [`Launcher`] from its context.
#[hook]
pub fn use_launcher(
    engine: &Engine,
    editor: &EditorLink,
    workspace: &WorkspaceContext,
    settings: &SettingsContext,
    layout: &LayoutContext,
    debug: &DebugContext,
) -> Launcher {
    let launcher = use_memo((), |()| {
        Launcher(Rc::new(Inner {
            engine: engine.clone(),
            editor: editor.clone(),
            workspace: workspace.clone(),
            settings: settings.clone(),
            layout: layout.clone(),
            debug: debug.clone(),
            debugged: RefCell::new(Entry::Default),
        }))
    });
    {
        // On a narrow screen, and beside the system calls, there would be nowhere to answer.
        let layout = layout.dispatcher();
        use_effect_with(debug.asks(), move |asks| {
            if *asks {
                layout.dispatch(LayoutAction::Show { panel: Panel::Console });
            }
        });
    }
    (*launcher).clone()
}

impl Launcher {
    /// **Run**.
    pub fn run(&self) {
        self.start(Entry::Default);
    }

    /// Calls an export with arguments as they were typed.
    pub fn call(&self, name: String, arguments: Vec<String>) {
        self.start(Entry::Export { name, arguments });
    }

    /// **Debug**: what **Run** would run, the step that the project was shared at, or what is debugged from its
    /// beginning.
    pub fn debug(&self) {
        let inner = &self.0;
        let again = inner.debug.clone().is_on();
        // What is typed may be about another run than the one that was shared.
        inner.editor.flush();
        let moment = inner.workspace.clone().project.debugging.moment.clone().filter(|_| !again);
        let Some(moment) = moment else {
            let entry = if again { inner.debugged.borrow().clone() } else { Entry::Default };
            return self.debug_entry(entry);
        };
        let (source, options, text) = self.prepare();
        let breakpoints = inner.debug.clone().breakpoints.all();
        *inner.debugged.borrow_mut() = Entry::Default;
        inner.layout.dispatch(LayoutAction::Show { panel: Panel::Editor });
        inner.engine.debug_at(source, options, text, breakpoints, moment.bytes.to_vec());
    }

    /// Debugs a call of an export, with arguments as they were typed.
    pub fn debug_call(&self, name: String, arguments: Vec<String>) {
        self.debug_entry(Entry::Export { name, arguments });
    }

    fn debug_entry(&self, entry: Entry) {
        let (source, options, text) = self.prepare();
        let breakpoints = self.0.debug.clone().breakpoints.all();
        *self.0.debugged.borrow_mut() = entry.clone();
        self.0.layout.dispatch(LayoutAction::Show { panel: Panel::Editor });
        self.0.engine.debug(source, entry, options, text, breakpoints);
    }

    /// "Show me where": the last run again, under the debugger, up to where it ended.
    pub fn debug_again(&self) {
        let (_, _, text) = self.prepare();
        let breakpoints = self.0.debug.clone().breakpoints.all();
        self.0.layout.dispatch(LayoutAction::Show { panel: Panel::Editor });
        self.0.engine.debug_again(text, breakpoints);
    }

    fn start(&self, entry: Entry) {
        let (source, options, _) = self.prepare();
        // Who watches the calls goes on watching them.
        let watches = options.trace && self.0.layout.clone().dock == Panel::Calls;
        let panel = if watches { Panel::Calls } else { Panel::Console };
        self.0.layout.dispatch(LayoutAction::Show { panel });
        self.0.engine.run(source, entry, options);
    }

    /// The program as it is this moment, with what it runs, and its text if it can be edited.
    fn prepare(&self) -> (Source, RunOptions, Option<Rc<str>>) {
        let inner = &self.0;
        inner.editor.flush();
        // A fresh clone sees the state of this moment, and lets go of it again.
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
