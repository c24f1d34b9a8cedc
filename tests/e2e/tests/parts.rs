//! The two programs of the page are split in two: what the first run needs, and the rest, which comes later.

use e2e::{Options, Page};
use serde_json::json;
use wasmoscope::protocol::{Event, Request};

/// The page from a host that lacks some of its files.
fn page_without(part: &str) -> Page {
    let mut page = Page::unopened(Options::default());
    page.server().lose(part);
    page.allow_error("404");
    page.visit("/");
    page.wait_until_ready();
    page
}

#[test]
fn the_page_starts_and_runs_its_first_program_without_the_rest() {
    let page = page_without("_rest-");
    page.press("Run");
    page.expect_status("Returned 42");
}

#[test]
fn a_program_that_prints_and_one_that_traps_run_without_the_rest_of_the_engine() {
    let page = page_without("worker_rest-");
    page.choose_example("Hello over WASI");
    page.expect_source("Hello, world!");
    page.press("Run");
    page.expect_console("Hello, world!");
    page.choose_example("Recursive factorial");
    page.expect_source("$factorial");
    page.press("Run");
    page.expect_status("Returned 3628800");
}

/// Starts the page's engine once more, without the page, has it warm up, and writes into the page how that went.
const WARM_UP: &str = r#"
const [request, warm] = arguments;
const says = document.body.appendChild(document.createElement("p"));
// Over the page: below it, it would make the window scroll.
says.style = "position: fixed; inset: auto 0 0";
const engine = new Worker(document.documentElement.dataset.worker, { type: "module" });
engine.onerror = (event) => { says.textContent = event.message; };
engine.onmessage = () => {
  engine.onmessage = ({ data }) => {
    const [kind] = new Uint8Array(data);
    says.textContent = kind === warm ? "the engine is warm" : `the engine sent event ${kind}`;
  };
  engine.postMessage(new Uint8Array(request).buffer);
};
"#;

#[test]
fn the_engine_warms_up_without_its_rest() {
    let page = page_without("worker_rest-");
    let request = Request::WarmUp.encode().expect("a request has bytes");
    let warm = Event::Warm { milliseconds: 0.0 }.encode().expect("an event has bytes");
    page.session().script(WARM_UP, &[json!(request), json!(warm[0])]).expect("an engine can be started");
    page.expect_text("the engine is warm");
}

#[test]
fn a_rest_that_cannot_be_fetched_is_told_and_no_text_is_lost() {
    let mut page = page_without("worker_rest-");
    page.allow_error("a part of the program is missing");
    page.set_source("(module (func (export \"main\") (result i32) (i32.const 7)))");
    page.press("Debug");
    page.expect_text("a part of the program is missing");
    page.expect_source("i32.const 7");
    page.press("Run");
    page.expect_status("Returned 7");
}
