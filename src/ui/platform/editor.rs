//! The interface of the text editor, `editor/index.js`.

use js_sys::{Array, Function, Object, Reflect, Uint32Array};
use wasm_bindgen::prelude::*;
use web_sys::Element;
use yew::Callback;

use super::dom;
use crate::protocol::{Problem, Severity, Span};
use crate::ui::selectors::breakpoints::DrawnBreakpoint;
use crate::ui::selectors::debug::Marks;
use crate::ui::selectors::offsets::to_utf16;

// The bundle's URL is known only after the build, hence an import at run time.
#[wasm_bindgen(inline_js = "export const importModule = (url) => import(url);")]
extern "C" {
    #[wasm_bindgen(catch, js_name = importModule)]
    async fn import_module(url: &str) -> Result<JsValue, JsValue>;
}

#[wasm_bindgen]
extern "C" {
    /// The exports of `editor/index.js`.
    type EditorModule;

    #[wasm_bindgen(method, catch, js_name = createEditor)]
    fn create_editor(
        this: &EditorModule,
        parent: &Element,
        text: &str,
        on_change: &JsValue,
        on_run: &JsValue,
        on_leave: &JsValue,
        on_cursor: &JsValue,
        on_breakpoint: &JsValue,
        on_moved: &JsValue,
        on_point: &JsValue,
    ) -> Result<WatEditor, JsValue>;

    type WatEditor;

    #[wasm_bindgen(method)]
    fn text(this: &WatEditor) -> String;
    #[wasm_bindgen(method, js_name = setText)]
    fn set_text(this: &WatEditor, text: &str, read_only: bool, language: &str);
    #[wasm_bindgen(method, js_name = setProblems)]
    fn set_problems(this: &WatEditor, problems: &Array);
    #[wasm_bindgen(method)]
    fn reveal(this: &WatEditor, from: u32, to: u32);
    #[wasm_bindgen(method, js_name = setBreakpoints)]
    fn set_breakpoints(this: &WatEditor, breakpoints: &Array);
    #[wasm_bindgen(method, js_name = setDebug)]
    fn set_debug(this: &WatEditor, marks: &JsValue);
    #[wasm_bindgen(method, js_name = setWrapping)]
    fn set_wrapping(this: &WatEditor, is_wrapped: bool);
    #[wasm_bindgen(method)]
    fn line(this: &WatEditor) -> u32;
    #[wasm_bindgen(method)]
    fn focus(this: &WatEditor);
    #[wasm_bindgen(method)]
    fn destroy(this: &WatEditor);
}

/// The editor's events.
#[derive(Clone)]
pub struct EditorCallbacks {
    /// The user, rather than [`Editor::set_text`], changed the text.
    pub on_change: Callback<()>,
    pub on_run: Callback<()>,
    /// Escape was pressed and nothing in the editor handled it.
    pub on_leave: Callback<()>,
    /// The cursor is on this line and column, both from 1.
    pub on_cursor: Callback<(u32, u32)>,
    /// A click next to this line, from 1.
    pub on_breakpoint: Callback<u32>,
    /// An edit moved breakpoints: these are all that are left.
    pub on_moved: Callback<Vec<MovedBreakpoint>>,
    /// The user points at a position, which requests a hover.
    pub on_point: Callback<HoverRequest>,
}

/// The position of a breakpoint after an edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MovedBreakpoint {
    pub id: u32,
    pub line: u32,
    /// As in [`DrawnBreakpoint`].
    pub column: u32,
}

/// A request for a hover.
#[derive(Clone)]
pub struct HoverRequest {
    /// In editor positions, as in `selectors/offsets`.
    pub at: u32,
    /// The name at that position, without `$`.
    pub name: Option<String>,
    answer: Function,
}

/// The contents of a hover.
#[derive(Debug, Clone, PartialEq)]
pub struct HoverText {
    pub title: String,
    /// A value and its type.
    pub value: Option<(String, String)>,
    pub notes: Vec<String>,
    /// The range, in editor positions; `None` for the name that the user points at.
    pub range: Option<(u32, u32)>,
}

impl HoverRequest {
    /// Answers the request, once; `None` if there is no hover.
    pub fn answer(&self, hover: Option<&HoverText>) {
        let answer = hover.map_or(JsValue::NULL, |hover| {
            let text = |text: &Option<&String>| text.map_or(JsValue::UNDEFINED, |text| text.as_str().into());
            let value = hover.value.as_ref().map(|(value, _)| value);
            let ty = hover.value.as_ref().map(|(_, ty)| ty);
            let number = |number: Option<u32>| number.map_or(JsValue::UNDEFINED, JsValue::from);
            let (from, to) = (hover.range.map(|(from, _)| from), hover.range.map(|(_, to)| to));
            let notes: Array = hover.notes.iter().map(|note| JsValue::from(note.as_str())).collect();
            object([
                ("title", hover.title.as_str().into()),
                ("value", text(&value)),
                ("type", text(&ty)),
                ("notes", notes.into()),
                ("from", number(from)),
                ("to", number(to)),
            ])
        });
        // It resolves a promise, which cannot fail.
        let _ = self.answer.call1(&JsValue::NULL, &answer);
    }
}

type Plain = Closure<dyn Fn()>;
type Placed = Closure<dyn Fn(u32, u32)>;
type Line = Closure<dyn Fn(u32)>;
type Numbers = Closure<dyn Fn(Uint32Array)>;
type Points = Closure<dyn Fn(u32, Option<String>, Function)>;

/// An editor in the page; dropping it removes it.
pub struct Editor {
    view: WatEditor,
    _closures: ([Plain; 3], Placed, Line, Numbers, Points),
}

impl Editor {
    /// Fetches the editor's code from `address`, or from the URL set at build time.
    pub async fn load(address: Option<&str>) -> Result<EditorCode, JsValue> {
        let address = address.map_or_else(|| dom::asset("editor", "editor.js"), str::to_owned);
        Ok(EditorCode(import_module(&address).await?.unchecked_into()))
    }

    /// The text, with `
    /// ` at the end of each line; `selectors/line_endings` restores the original endings.
    pub fn text(&self) -> String {
        self.view.text()
    }

    /// Shows another text, as `wat` or as the `source` of a module.
    pub fn set_text(&self, text: &str, read_only: bool, language: &str) {
        self.view.set_text(text, read_only, language);
    }

    /// Underlines the problems that have a position in `text`, which must be what the editor shows.
    pub fn set_problems(&self, text: &str, problems: &[Problem]) {
        let placed: Vec<_> = problems.iter().filter_map(|problem| Some((problem, problem.span?))).collect();
        let offsets: Vec<u32> = placed.iter().flat_map(|(_, span)| [span.start, span.end]).collect();
        let positions = to_utf16(text, &offsets);
        let diagnostics = placed.iter().zip(positions.as_chunks::<2>().0).map(|((problem, _), position)| {
            let severity = match problem.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            };
            let message = match &problem.help {
                Some(help) => format!("{}\n{help}", problem.message),
                None => problem.message.clone(),
            };
            object([
                ("from", position[0].into()),
                ("to", position[1].into()),
                ("severity", severity.into()),
                ("message", message.into()),
            ])
        });
        self.view.set_problems(&diagnostics.collect());
    }

    /// Selects the bytes from `start` to `end` of `text`, which must be what the editor shows.
    pub fn reveal(&self, text: &str, start: u32, end: u32) {
        let positions = to_utf16(text, &[start, end]);
        self.view.reveal(positions[0], positions[1]);
    }

    /// Draws breakpoints.
    pub fn set_breakpoints(&self, breakpoints: &[DrawnBreakpoint]) {
        let drawn = breakpoints.iter().map(|DrawnBreakpoint { id, line, column, kind }| {
            object([
                ("id", (*id).into()),
                ("line", (*line).into()),
                ("column", (*column).into()),
                ("kind", (*kind).into()),
            ])
        });
        self.view.set_breakpoints(&drawn.collect());
    }

    /// Shows the current position in `text`, which must be what the editor shows; `None` removes it.
    pub fn set_debug(&self, text: &str, marks: Option<&Marks>) {
        let Some(Marks { current, caller, values }) = marks else { return self.view.set_debug(&JsValue::NULL) };
        let places = [*current, *caller].into_iter().flatten().flat_map(|span| [span.start, span.end]);
        let offsets: Vec<u32> = places.chain(values.iter().map(|value| value.place.end)).collect();
        let mut positions = to_utf16(text, &offsets).into_iter();
        let mut range = |span: &Option<Span>| match (span.and_then(|_| positions.next()), span) {
            (Some(from), Some(_)) => Array::of2(&from.into(), &positions.next().unwrap_or(from).into()).into(),
            _ => JsValue::NULL,
        };
        let (current, caller) = (range(current), range(caller));
        let values = values.iter().zip(positions);
        let values = values.map(|(value, at)| {
            object([("at", at.into()), ("text", value.text.as_str().into()), ("earlier", value.earlier.into())])
        });
        let values: Array = values.collect();
        self.view.set_debug(&object([("current", current), ("caller", caller), ("values", values.into())]));
    }

    /// Whether long lines wrap.
    pub fn set_wrapping(&self, is_wrapped: bool) {
        self.view.set_wrapping(is_wrapped);
    }

    /// The line of the cursor, from 1.
    pub fn line(&self) -> u32 {
        self.view.line()
    }

    pub fn focus(&self) {
        self.view.focus();
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        self.view.destroy();
    }
}

/// The editor's code, loaded.
pub struct EditorCode(EditorModule);

impl EditorCode {
    /// Creates an editor in `parent`.
    pub fn create(&self, parent: &Element, text: &str, callbacks: EditorCallbacks) -> Result<Editor, JsValue> {
        let EditorCallbacks { on_change, on_run, on_leave, on_cursor, on_breakpoint, on_moved, on_point } = callbacks;
        let plain = [on_change, on_run, on_leave].map(|callback| Plain::new(move || callback.emit(())));
        let cursor = Placed::new(move |line, column| on_cursor.emit((line, column)));
        let breakpoint = Line::new(move |line| on_breakpoint.emit(line));
        let moved = Numbers::new(move |numbers: Uint32Array| {
            let numbers = numbers.to_vec();
            let moved = numbers.as_chunks::<3>().0.iter();
            on_moved.emit(moved.map(|&[id, line, column]| MovedBreakpoint { id, line, column }).collect());
        });
        let point = Points::new(move |at, name, answer| on_point.emit(HoverRequest { at, name, answer }));
        let view = self.0.create_editor(
            parent,
            text,
            plain[0].as_ref(),
            plain[1].as_ref(),
            plain[2].as_ref(),
            cursor.as_ref(),
            breakpoint.as_ref(),
            moved.as_ref(),
            point.as_ref(),
        )?;
        Ok(Editor { view, _closures: (plain, cursor, breakpoint, moved, point) })
    }
}

fn object<const N: usize>(fields: [(&str, JsValue); N]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        // Setting a property of a fresh plain object does not fail.
        let _ = Reflect::set(&object, &name.into(), &value);
    }
    object.into()
}
