//! Starting runs: puts together the text as it is this moment, what is called and with what.

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
        }))
    });
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

    /// **Debug**.
    pub fn debug(&self) {
        let (source, options, text) = self.prepare();
        let breakpoints = self.0.debug.clone().breakpoints.all();
        self.0.layout.dispatch(LayoutAction::Show { panel: Panel::Editor });
        self.0.engine.debug(source, Entry::Default, options, text, breakpoints);
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
