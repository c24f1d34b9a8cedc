//! The editor, as the rest of the page sees it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use yew::prelude::*;

use super::reducers::{SourcesContext, WorkspaceContext};
use crate::protocol::{Problem, Span};
use crate::ui::platform::dom;
use crate::ui::platform::editor::Editor;
use crate::ui::selectors::debug::{DrawnBreakpoint, Marks};
use crate::ui::selectors::line_endings::{self, Breaks};
use crate::ui::selectors::offsets::{to_byte, to_utf16};
use crate::ui::selectors::sources::line_span;
use crate::ui::state::project::{Workspace, WorkspaceAction};
use crate::ui::state::sources::{ModuleView, SourcesAction, SourcesState};

/// Up to this many bytes the text is taken over at every key; of a longer one, when the user pauses for a moment.
const PROMPT_UP_TO: usize = 100_000;
const SETTLED_MS: u32 = 150;

/// The editor's handle: cheap to clone, and equal to itself for as long as the page is open.
#[derive(Clone)]
pub struct EditorLink(Rc<EditorInner>);

impl PartialEq for EditorLink {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

struct EditorInner {
    editor: RefCell<Option<Editor>>,
    /// What the editor shows, but for changes that are not taken over yet.
    shown: RefCell<Rc<str>>,
    /// What new lines of it end with.
    line_ending: Cell<&'static str>,
    read_only: Cell<bool>,
    /// The source file that is shown, where it is not the program itself.
    file: RefCell<Option<Rc<str>>>,
    /// Where to go when the text that it is in is shown.
    reveal: RefCell<Option<Reveal>>,
    changed: Cell<bool>,
    settle: RefCell<Option<Timeout>>,
    workspace: UseReducerDispatcher<Workspace>,
    sources: UseReducerDispatcher<SourcesState>,
}

/// A place in a text that is not shown yet.
enum Reveal {
    /// In the text of the program.
    Span(Span),
    /// In a source file.
    Line(Rc<str>, u32),
}

/// Makes the handle. Once, in [`crate::ui::app::App`]; others take [`EditorLink`] from its context.
#[hook]
pub fn use_editor(workspace: &WorkspaceContext, sources: &SourcesContext) -> EditorLink {
    let (workspace, sources) = (workspace.dispatcher(), sources.dispatcher());
    let link = use_memo((), |()| {
        EditorLink(Rc::new(EditorInner {
            editor: RefCell::new(None),
            shown: RefCell::new("".into()),
            line_ending: Cell::new("\n"),
            read_only: Cell::new(false),
            file: RefCell::default(),
            reveal: RefCell::default(),
            changed: Cell::new(false),
            settle: RefCell::new(None),
            workspace,
            sources,
        }))
    });
    (*link).clone()
}

impl EditorInner {
    /// Another text is in the editor.
    fn shows(&self, text: Rc<str>) {
        self.line_ending.set(line_endings::dominant(&text, Breaks::Editor));
        *self.shown.borrow_mut() = text;
    }
}

impl EditorLink {
    /// The editor is in the page now.
    pub fn attach(&self, editor: Editor, text: Rc<str>) {
        self.0.shows(text);
        *self.0.editor.borrow_mut() = Some(editor);
    }

    /// The editor is no longer in the page.
    pub fn detach(&self) {
        self.flush();
        self.0.editor.take();
    }

    /// Shows another text: of the program, or of a source file that it was compiled from.
    pub fn show(&self, text: Rc<str>, read_only: bool, file: Option<Rc<str>>) {
        let inner = &self.0;
        let language = if file.is_some() { "source" } else { "wat" };
        let reveal = inner.reveal.take().and_then(|reveal| match reveal {
            Reveal::Span(span) => file.is_none().then_some(span),
            Reveal::Line(path, line) => line_span(&text, line).filter(|_| file.as_ref() == Some(&path)),
        });
        *inner.file.borrow_mut() = file;
        inner.settle.take();
        inner.changed.set(false);
        inner.read_only.set(read_only);
        if let Some(editor) = &*inner.editor.borrow() {
            editor.set_text(&text, read_only, language);
            if let Some(span) = reveal {
                editor.reveal(&text, span.start, span.end);
            }
        }
        inner.shows(text);
    }

    /// The user changed the text.
    pub fn changed(&self) {
        let inner = &self.0;
        inner.changed.set(true);
        if inner.shown.borrow().len() <= PROMPT_UP_TO {
            self.flush();
            return;
        }
        let weak = Rc::downgrade(inner);
        let settle = Timeout::new(SETTLED_MS, move || {
            if let Some(inner) = weak.upgrade() {
                EditorLink(inner).flush();
            }
        });
        *inner.settle.borrow_mut() = Some(settle);
    }

    /// Takes over what was typed, at once: before a run, a download, a farewell.
    pub fn flush(&self) {
        let inner = &self.0;
        inner.settle.take();
        if !inner.changed.replace(false) || inner.read_only.get() {
            return;
        }
        let Some(text) = inner.editor.borrow().as_ref().map(Editor::text) else { return };
        let text = line_endings::restore(&inner.shown.borrow(), &text, inner.line_ending.get(), Breaks::Editor);
        let text: Rc<str> = text.into();
        *inner.shown.borrow_mut() = text.clone();
        inner.workspace.dispatch(WorkspaceAction::SetText(text));
    }

    /// Underlines problems that were found in `text`; if the user has typed on since, the next check will tell.
    pub fn set_problems(&self, text: &Rc<str>, problems: &[Problem]) {
        let inner = &self.0;
        let is_shown = !inner.changed.get() && **inner.shown.borrow() == **text;
        if let Some(editor) = inner.editor.borrow().as_ref().filter(|_| is_shown) {
            editor.set_problems(text, problems);
        }
    }

    /// Whether lines that are longer than the editor is wide are broken.
    pub fn set_wrapping(&self, is_wrapped: bool) {
        if let Some(editor) = &*self.0.editor.borrow() {
            editor.set_wrapping(is_wrapped);
        }
    }

    /// Draws breakpoints.
    pub fn set_breakpoints(&self, breakpoints: &[DrawnBreakpoint]) {
        if let Some(editor) = &*self.0.editor.borrow() {
            editor.set_breakpoints(breakpoints);
        }
    }

    /// Shows where a program stands. `text` is the one that is debugged, if it can be edited; where the user has
    /// changed it since, there is nothing to show.
    pub fn show_debug(&self, text: Option<&Rc<str>>, marks: Option<&Marks>) {
        let inner = &self.0;
        let shown = inner.shown.borrow();
        let is_shown = !inner.changed.get() && text.is_none_or(|text| **text == **shown);
        if let Some(editor) = &*inner.editor.borrow() {
            editor.set_debug(&shown, marks.filter(|_| is_shown));
        }
    }

    /// The line that the cursor is on, from 1.
    pub fn line(&self) -> Option<u32> {
        self.0.editor.borrow().as_ref().map(Editor::line)
    }

    /// The source file that is shown; `None`: the text of the program itself.
    pub fn file(&self) -> Option<Rc<str>> {
        self.0.file.borrow().clone()
    }

    /// The byte that a position in the editor is at; `None` where that is not `text`, if one is named.
    pub fn byte_at(&self, position: u32, text: Option<&Rc<str>>) -> Option<u32> {
        let shown = self.0.shown.borrow();
        let is_shown = self.file().is_none() && !self.0.changed.get() && text.is_none_or(|text| **text == **shown);
        is_shown.then(|| to_byte(&shown, position))
    }

    /// Where a place is, in the editor's positions.
    pub fn positions(&self, span: Span) -> (u32, u32) {
        let positions = to_utf16(&self.0.shown.borrow(), &[span.start, span.end]);
        (positions[0], positions[1])
    }

    /// Selects a place of the program's text and goes there, once it is shown.
    pub fn reveal(&self, span: Span) {
        self.flush();
        if self.file().is_some() {
            *self.0.reveal.borrow_mut() = Some(Reveal::Span(span));
            self.0.sources.dispatch(SourcesAction::Show(ModuleView::Disassembly));
            return;
        }
        if let Some(editor) = &*self.0.editor.borrow() {
            let shown = self.0.shown.borrow().clone();
            editor.reveal(&shown, span.start, span.end);
        }
    }

    /// Selects a line of a source file and goes there, once it is shown.
    pub fn reveal_line(&self, file: &Rc<str>, line: u32) {
        if self.file().as_ref() != Some(file) {
            *self.0.reveal.borrow_mut() = Some(Reveal::Line(file.clone(), line));
            self.0.sources.dispatch(SourcesAction::Choose(file.clone()));
            return;
        }
        let shown = self.0.shown.borrow().clone();
        if let (Some(editor), Some(span)) = (&*self.0.editor.borrow(), line_span(&shown, line)) {
            editor.reveal(&shown, span.start, span.end);
        }
    }

    pub fn focus(&self) {
        match &*self.0.editor.borrow() {
            Some(editor) => editor.focus(),
            None => dom::focus("editor-fallback"),
        }
    }
}
