//! The debugger as the page sees it. Which commands wait for one another is in `state/command_queue`.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use yew::prelude::*;

use super::reducers::{DebugContext, SettingsContext, SourcesContext, WorkspaceContext};
use super::use_editor::EditorLink;
use super::use_engine::Engine;
use crate::protocol::{BreakpointKind, DebugCommand, Event, Hover, ValueChange, WriteTarget};
use crate::ui::platform::dom;
use crate::ui::platform::editor::{HoverRequest, HoverText};
use crate::ui::selectors::debug::written;
use crate::ui::state::breakpoints::BreakpointChange;
use crate::ui::state::command_queue::{CommandQueue, QueueEffect, QueueEvent, Seen};
use crate::ui::state::debug::{Base, DebugAction, DebugState, Direction};
use crate::ui::state::debug_notes::DebugNotes;
use crate::ui::state::expressions::ExpressionChange;
use crate::ui::state::project::WorkspaceAction;

/// The debugger's handle: cheap to clone, and equal to itself for as long as the page is open.
#[derive(Clone)]
pub struct Debugger(Rc<DebuggerInner>);

impl PartialEq for Debugger {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

struct DebuggerInner {
    engine: Engine,
    editor: EditorLink,
    debug: DebugContext,
    sources: SourcesContext,
    settings: SettingsContext,
    queue: RefCell<CommandQueue>,
    /// What the user points at, until the debugger has replied, with the number of that query.
    hover_request: RefCell<Option<(u32, HoverRequest)>>,
    queries: Cell<u32>,
    workspace: WorkspaceContext,
}

/// Creates the handle and keeps the worker and the breakpoints in sync. Called once, in [`crate::ui::app::App`].
#[hook]
pub fn use_debugger(
    engine: &Engine,
    editor: &EditorLink,
    debug: &DebugContext,
    workspace: &WorkspaceContext,
    sources: &SourcesContext,
    settings: &SettingsContext,
) -> Debugger {
    let debugger = use_memo((), |()| {
        Debugger(Rc::new(DebuggerInner {
            engine: engine.clone(),
            editor: editor.clone(),
            debug: debug.clone(),
            sources: sources.clone(),
            settings: settings.clone(),
            queue: RefCell::default(),
            hover_request: RefCell::default(),
            queries: Cell::default(),
            workspace: workspace.clone(),
        }))
    });
    {
        let debugger = debugger.clone();
        use_effect_with((), move |()| {
            let received = debugger.clone();
            let listener = debugger.0.engine.listen(Callback::from(move |event: Rc<Event>| received.on_event(event)));
            move || drop(listener)
        });
    }
    // Positions in a text that has been edited since do not match the program being debugged.
    let same_text = debug.text.is_none() || debug.text.as_ref() == workspace.project.program.text();
    {
        // Names are resolved in the program being debugged; instructions have positions in its text.
        let sent = use_memo((), |()| RefCell::new((None, Vec::new())));
        let (engine, list) = (engine.clone(), debug.breakpoints.clone());
        use_effect_with((debug.is_on().then_some(debug.run), debug.breakpoints.all()), move |(run, all)| {
            if run.is_some() {
                let mut sent = sent.borrow_mut();
                // The request that started the run had the complete list.
                let is_new = sent.0 != *run;
                let breakpoints = if is_new || same_text { all.clone() } else { list.all_before(&sent.1) };
                if !is_new && (same_text || sent.1 != breakpoints) {
                    engine.set_breakpoints(breakpoints.clone());
                }
                *sent = (*run, breakpoints);
            }
        });
    }
    {
        let (engine, texts) = (engine.clone(), debug.expressions.texts());
        let frame = debug.frame as u32;
        use_effect_with((debug.is_on().then_some(debug.run), frame, texts), move |(run, frame, texts)| {
            if run.is_some() {
                engine.evaluate(*frame, texts.iter().map(ToString::to_string).collect());
            }
        });
    }
    {
        let debug = debug.dispatcher();
        let notes = workspace.project.debugging.clone();
        use_effect_with(workspace.opened, move |_| debug.dispatch(DebugAction::Opened(notes)));
    }
    {
        // The debugging setup is saved with its project.
        let (workspace, opened) = (workspace.clone(), workspace.opened);
        let kept = (debug.breakpoints.all(), debug.expressions.texts());
        use_effect_with(kept, move |(breakpoints, expressions)| {
            let now = workspace.clone();
            if now.opened == opened {
                let bookmark = now.project.debugging.bookmark.clone();
                let (breakpoints, expressions) = (breakpoints.clone(), expressions.clone());
                let notes = DebugNotes { breakpoints, expressions, bookmark, ..DebugNotes::default() };
                now.dispatch(WorkspaceAction::SetNotes(notes.into()));
            }
        });
    }
    (*debugger).clone()
}

impl Debugger {
    /// Runs a command, forwards or backwards. If the debugger is busy with a short one, this one is queued.
    pub fn command(&self, command: DebugCommand) {
        self.apply(QueueEvent::Played(command));
    }

    /// A command from the user; it stops playback.
    pub fn press(&self, command: DebugCommand) {
        self.apply(QueueEvent::Pressed(command));
    }

    /// A command whose key is held down: repeated as fast as the debugger can, and not after the key was released.
    pub fn hold(&self, command: DebugCommand) {
        self.apply(QueueEvent::Held(command));
    }

    pub fn jump(&self, step: u64) {
        self.press(DebugCommand::JumpTo { step });
    }

    /// Cancels what the debugger is doing.
    pub fn pause(&self) {
        self.apply(QueueEvent::Paused);
    }

    pub fn play(&self, direction: Option<Direction>) {
        self.0.debug.dispatch(DebugAction::Play(direction));
    }

    pub fn change(&self, change: ValueChange) {
        if self.0.debug.clone().is_stopped() {
            self.0.debug.dispatch(DebugAction::Requested);
            self.0.engine.change_value(change);
        }
    }

    /// Selects a call of a frame, inlined or not.
    pub fn select_call(&self, frame: usize, level: usize) {
        self.0.debug.dispatch(DebugAction::SelectCall { frame, level });
    }

    /// Shows more of the call stack.
    pub fn show_more_frames(&self) {
        let debug = self.0.debug.clone();
        if let Some(view) = debug.view().filter(|_| debug.is_stopped()) {
            self.0.engine.show_frames(view.frames.len() as u32);
        }
    }

    /// Shows an address in the Memory panel.
    pub fn show_address(&self, address: u64) {
        self.0.debug.dispatch(DebugAction::ShowAddress(address));
    }

    pub fn show_in(&self, base: Base) {
        self.0.debug.dispatch(DebugAction::ShowIn(base));
    }

    /// Sets or removes a breakpoint on a line.
    pub fn toggle_breakpoint(&self, line: u32) {
        let file = self.0.editor.file().map(|file| file.to_string());
        self.change_breakpoints(BreakpointChange::Toggle(BreakpointKind::Line { file, line }));
    }

    /// Like [`Debugger::toggle_breakpoint`], for the line of the editor's cursor.
    pub fn toggle_breakpoint_here(&self) {
        if let Some(line) = self.0.editor.line() {
            self.toggle_breakpoint(line);
        }
    }

    pub fn change_breakpoints(&self, change: BreakpointChange) {
        self.0.debug.dispatch(DebugAction::Breakpoints(change));
    }

    /// Goes to the last instruction that wrote to the target.
    pub fn last_write(&self, target: WriteTarget) {
        self.press(DebugCommand::LastWrite { target });
    }

    pub fn expressions(&self, change: ExpressionChange) {
        self.0.debug.dispatch(DebugAction::Expressions(change));
    }

    /// Shows a hover for the position in the editor that the user points at.
    pub fn point(&self, hover_request: HoverRequest) {
        let inner = &self.0;
        let debug = inner.debug.clone();
        if inner.editor.file().is_some() {
            let name = hover_request.name.as_deref().filter(|_| debug.is_stopped());
            let text = name.and_then(|name| variable(&debug, name));
            return hover_request.answer(text.as_ref());
        }
        let at = inner.editor.byte_at(hover_request.at, debug.text.as_ref()).filter(|_| debug.is_stopped());
        let Some(at) = at else { return hover_request.answer(None) };
        let query = inner.queries.get() + 1;
        inner.queries.set(query);
        let name = hover_request.name.clone();
        // Pointing somewhere else cancels the previous hover.
        if let Some((_, before)) = inner.hover_request.replace(Some((query, hover_request))) {
            before.answer(None);
        }
        inner.engine.hover(query, at, name, debug.frame as u32);
    }

    fn show_hover(&self, query: u32, hover: Option<&Hover>) {
        let hover_request = self.0.hover_request.borrow_mut().take_if(|(requested, _)| *requested == query);
        let Some((_, hover_request)) = hover_request else { return };
        let base = self.0.debug.clone().base;
        let text = hover.map(|hover| HoverText {
            title: hover.title.clone(),
            value: hover.value.as_ref().map(|value| (written(value, base), value.ty.clone())),
            notes: hover.notes.clone(),
            range: hover.place.map(|place| self.0.editor.positions(place)),
        });
        hover_request.answer(text.as_ref());
    }

    /// Runs to the line of the editor's cursor.
    pub fn run_to_here(&self) {
        if let Some(line) = self.0.editor.line() {
            let file = self.0.editor.file().map(|file| file.to_string());
            self.press(DebugCommand::RunTo { file, line });
        }
    }

    fn on_event(&self, event: Rc<Event>) {
        match &*event {
            Event::Hover { query, hover, .. } => self.show_hover(*query, hover.as_ref()),
            Event::DebugStopped { .. } | Event::ChangeRefused { .. } => self.apply(QueueEvent::Received(event)),
            Event::Finished { .. } => {
                self.apply(QueueEvent::Received(event));
                if let Some((_, hover_request)) = self.0.hover_request.take() {
                    hover_request.answer(None);
                }
            }
            _ => {}
        }
    }

    fn apply(&self, event: QueueEvent) {
        let inner = &self.0;
        let effects = {
            // Fresh clones have the current state; they are dropped again right away.
            let (debug, sources, workspace) = (inner.debug.clone(), inner.sources.clone(), inner.workspace.clone());
            let step_by = inner.settings.clone().step_by(sources.is_known());
            let seen = Seen { debug: &debug, step_by, sources: &sources, texts: &workspace.project.sources };
            let (next, effects) = inner.queue.take().apply(event, seen);
            inner.queue.replace(next);
            effects
        };
        for effect in effects {
            match effect {
                QueueEffect::Debug(action) => inner.debug.dispatch(action),
                QueueEffect::Send(command) => inner.engine.debug_command(command),
                QueueEffect::Pause => inner.engine.debug_pause(),
                QueueEffect::FocusInput => dom::focus(dom::STANDARD_INPUT),
            }
        }
    }
}

/// The hover text for a variable of the selected call.
fn variable(debug: &DebugState, name: &str) -> Option<HoverText> {
    let found = debug.shown_variables()?.find(|variable| variable.name == name)?;
    let value = found.value.clone().unwrap_or_else(|| "not known here".to_owned());
    Some(HoverText { title: name.to_owned(), value: Some((value, found.ty.clone())), notes: Vec::new(), range: None })
}
