//! The editor's glue: text in, text out, what the user does, where problems are underlined.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use wasmoscope::protocol::{Problem, Severity, Span};
use wasmoscope::ui::platform::editor::{Editor, EditorCallbacks};
use web_sys::{Document, Element, HtmlElement};
use yew::Callback;

use crate::dist;

/// An editor in the page, and what it reported.
struct Bench {
    editor: Editor,
    host: Element,
    received: Rc<RefCell<Vec<String>>>,
}

fn document() -> Document {
    web_sys::window().and_then(|window| window.document()).expect("tests run in a document")
}

impl Bench {
    async fn with(text: &str) -> Self {
        let code = Editor::load(Some(&dist::address("editor").await)).await.expect("the editor loads");
        let host = document().create_element("div").expect("an element");
        host.set_attribute("style", "height: 20rem").expect("a style");
        document().body().expect("a body").append_child(&host).expect("a child");
        let received: Rc<RefCell<Vec<String>>> = Rc::default();
        let tell = |what: &'static str| {
            let received = received.clone();
            Callback::from(move |()| received.borrow_mut().push(what.into()))
        };
        let callbacks = EditorCallbacks {
            on_change: tell("change"),
            on_run: tell("run"),
            on_leave: tell("leave"),
            on_cursor: {
                let received = received.clone();
                Callback::from(move |(line, column)| received.borrow_mut().push(format!("cursor {line}:{column}")))
            },
            on_breakpoint: {
                let received = received.clone();
                Callback::from(move |line| received.borrow_mut().push(format!("breakpoint {line}")))
            },
            on_moved: Callback::noop(),
            on_point: Callback::noop(),
        };
        let editor = code.create(&host, text, callbacks).expect("the editor starts");
        Self { editor, host, received }
    }

    fn find(&self, selector: &str) -> HtmlElement {
        let found = self.host.query_selector(selector).expect("a valid selector");
        found.unwrap_or_else(|| panic!("there is no {selector}")).unchecked_into()
    }

    /// Sends what the keyboard sends for a key.
    fn press(&self, key: &str, ctrl: bool) {
        let script = "const [target, key, ctrlKey] = args; \
             target.dispatchEvent(new KeyboardEvent('keydown', { key, ctrlKey, bubbles: true, cancelable: true }));";
        call(script, &[self.find(".cm-content").into(), key.into(), ctrl.into()]);
    }

    /// Pastes in place of the selection.
    fn paste(&self, text: &str) {
        let script = "const [target, text] = args; target.focus(); \
             const clipboardData = new DataTransfer(); clipboardData.setData('text/plain', text); \
             target.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));";
        call(script, &[self.find(".cm-content").into(), text.into()]);
    }

    fn received(&self, what: &str) -> bool {
        self.received.borrow().iter().any(|received| received == what)
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.host.remove();
    }
}

/// Runs a script whose parameters are in `args`.
fn call(script: &str, parameters: &[wasm_bindgen::JsValue]) {
    let args: js_sys::Array = parameters.iter().collect();
    let function = js_sys::Function::new_with_args("args", script);
    function.call1(&wasm_bindgen::JsValue::NULL, &args).expect("the script runs");
}

fn problem(start: u32, end: u32) -> Problem {
    Problem {
        file: "main.wat".into(),
        span: Some(Span { start, end, line: 1, column: 1, end_line: 1, end_column: 1 }),
        severity: Severity::Error,
        message: "unknown".into(),
        help: None,
        excerpt: None,
    }
}

#[wasm_bindgen_test]
async fn it_is_a_text_box_with_its_name() {
    let bench = Bench::with("(module)").await;
    let content = bench.find(".cm-content");
    assert_eq!(content.get_attribute("role").as_deref(), Some("textbox"));
    assert_eq!(content.get_attribute("aria-label").as_deref(), Some("WebAssembly text"));
    assert_eq!(bench.editor.text(), "(module)");
}

#[wasm_bindgen_test]
async fn changes_of_the_user_are_reported_and_those_of_the_page_are_not() {
    let bench = Bench::with("").await;
    bench.editor.set_text("(module)\n", false, "wat");
    assert!(!bench.received("change"));
    bench.paste(";; ž 🦀\n");
    assert!(bench.received("change"));
    assert_eq!(bench.editor.text(), ";; ž 🦀\n(module)\n");
    assert!(bench.received("cursor 2:1"));
}

#[wasm_bindgen_test]
async fn read_only_text_stays_as_it_is() {
    let bench = Bench::with("").await;
    bench.editor.set_text("(module)", true, "wat");
    bench.paste("x");
    assert_eq!(bench.editor.text(), "(module)");
    assert_eq!(bench.find(".cm-content").get_attribute("aria-readonly").as_deref(), Some("true"));
    bench.editor.set_text("(module)", false, "wat");
    bench.paste("x");
    assert_eq!(bench.editor.text(), "x(module)");
}

#[wasm_bindgen_test]
async fn control_enter_runs_and_escape_leaves() {
    let bench = Bench::with("(module)").await;
    bench.press("Enter", true);
    assert!(bench.received("run"));
    assert_eq!(bench.editor.text(), "(module)");
    bench.press("Escape", false);
    assert!(bench.received("leave"));
}

#[wasm_bindgen_test]
async fn a_problem_is_underlined_where_it_is() {
    // Before the wrong word there are characters of two, three and four bytes.
    let text = ";; ž€🦀\n(modul)";
    let bench = Bench::with(text).await;
    let start = text.find("modul").expect("it is there") as u32;
    bench.editor.set_problems(text, &[problem(start, start + 5)]);
    assert_eq!(bench.find(".cm-lintRange-error").text_content().as_deref(), Some("modul"));
    bench.editor.set_problems(text, &[]);
    assert!(bench.host.query_selector(".cm-lintRange-error").expect("a valid selector").is_none());
}

#[wasm_bindgen_test]
async fn a_problem_past_the_end_is_no_failure() {
    let bench = Bench::with("(module").await;
    bench.editor.set_problems("(module", &[problem(7, 7), problem(900, 901), problem(3, 1)]);
    assert_eq!(bench.editor.text(), "(module");
}

#[wasm_bindgen_test]
async fn reveal_goes_to_the_place() {
    let text = format!("{}(here)", "ž\n".repeat(500));
    let bench = Bench::with(&text).await;
    let start = text.find("here").expect("it is there") as u32;
    bench.editor.reveal(&text, start, start + 4);
    assert!(bench.received("cursor 501:6"), "{:?}", bench.received.borrow());
    bench.paste("there");
    assert!(bench.editor.text().ends_with("(there)"));
}
