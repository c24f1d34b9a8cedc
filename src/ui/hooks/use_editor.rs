//! The editor as the rest of the page sees it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use yew::prelude::*;

use super::reducers::{SourcesContext, WorkspaceContext};
use crate::protocol::{Problem, Span};
use crate::ui::platform::dom;
use crate::ui::platform::editor::Editor;
use crate::ui::selectors::breakpoints::DrawnBreakpoint;
use crate::ui::selectors::debug::Marks;
use crate::ui::selectors::line_endings::{self, Breaks};
use crate::ui::selectors::offsets::{to_byte, to_utf16};
use crate::ui::selectors::sources::line_span;
use crate::ui::state::project::{Workspace, WorkspaceAction};
use crate::ui::state::sources::{ModuleView, SourcesAction, SourcesState};

/// A text of up to this many bytes is read at every keystroke, a longer one when the user pauses.
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
    /// The text in the editor, without changes that have not been read yet.
    shown: RefCell<Rc<str>>,
    /// The line ending for its new lines.
    line_ending: Cell<&'static str>,
    read_only: Cell<bool>,
    /// The source file shown, if it is not the program itself.
    file: RefCell<Option<Rc<str>>>,
    /// What to reveal once its text is shown.
    reveal: RefCell<Option<Reveal>>,
    changed: Cell<bool>,
    settle: RefCell<Option<Timeout>>,
    workspace: UseReducerDispatcher<Workspace>,
    sources: UseReducerDispatcher<SourcesState>,
}

/// A position in a text that is not shown yet.
enum Reveal {
    /// In the text of the program.
    Span(Span),
    /// In a source file.
    Line(Rc<str>, u32),
}

/// Creates the handle. Called once, in [`crate::ui::app::App`]; others take [`EditorLink`] from its context.
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
    /// The editor now shows another text.
    fn shows(&self, text: Rc<str>) {
        self.line_ending.set(line_endings::dominant(&text, Breaks::Editor));
        *self.shown.borrow_mut() = text;
    }
}

impl EditorLink {
    /// The editor was added to the page.
    pub fn attach(&self, editor: Editor, text: Rc<str>) {
        self.0.shows(text);
        *self.0.editor.borrow_mut() = Some(editor);
    }

    /// The editor was removed from the page.
    pub fn detach(&self) {
        self.flush();
        self.0.editor.take();
    }

    /// Shows another text: the program's, or that of a source file that it was compiled from.
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

    /// Reads what was typed immediately: before a run, a download, or leaving the page.
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

    /// Underlines problems that were found in `text`. If the user has typed since, the next check updates them.
    pub fn set_problems(&self, text: &Rc<str>, problems: &[Problem]) {
        let inner = &self.0;
        let is_shown = !inner.changed.get() && **inner.shown.borrow() == **text;
        if let Some(editor) = inner.editor.borrow().as_ref().filter(|_| is_shown) {
            editor.set_problems(text, problems);
        }
    }

    /// Whether long lines wrap.
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

    /// Shows the program's current position. `text` is the program being debugged, if it is editable; if the user has
    /// changed it since, nothing is shown.
    pub fn show_debug(&self, text: Option<&Rc<str>>, marks: Option<&Marks>) {
        let inner = &self.0;
        let shown = inner.shown.borrow();
        let is_shown = !inner.changed.get() && text.is_none_or(|text| **text == **shown);
        if let Some(editor) = &*inner.editor.borrow() {
            editor.set_debug(&shown, marks.filter(|_| is_shown));
        }
    }

    /// The line of the cursor, from 1.
    pub fn line(&self) -> Option<u32> {
        self.0.editor.borrow().as_ref().map(Editor::line)
    }

    /// The source file shown; `None` for the program's own text.
    pub fn file(&self) -> Option<Rc<str>> {
        self.0.file.borrow().clone()
    }

    /// The byte offset of an editor position; `None` if the editor does not show `text`, where one is given.
    pub fn byte_at(&self, position: u32, text: Option<&Rc<str>>) -> Option<u32> {
        let shown = self.0.shown.borrow();
        let is_shown = self.file().is_none() && !self.0.changed.get() && text.is_none_or(|text| **text == **shown);
        is_shown.then(|| to_byte(&shown, position))
    }

    /// The editor positions of a span.
    pub fn positions(&self, span: Span) -> (u32, u32) {
        let positions = to_utf16(&self.0.shown.borrow(), &[span.start, span.end]);
        (positions[0], positions[1])
    }

    /// Selects a span of the program's text and scrolls to it, once the text is shown.
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

    /// Selects a line of a source file and scrolls to it, once the file is shown.
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
