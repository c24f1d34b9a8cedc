//! The two programs of the page are split in two: what the first run needs, and the rest, which comes later.

use e2e::{Options, Page, key};
use serde_json::json;
use wasmoscope::protocol::{Event, Request};

/// The page from a host where some of its files are missing.
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
    page.expect_status("Returned 25");
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

/// Does something that needs the rest of the page, from a host that lacks it: the page says so, goes on, and does it when
/// the file is there again.
fn waits_for_the_page(begin: impl Fn(&Page), begun: impl Fn(&Page)) {
    let page = page_without("app_rest-");
    begin(&page);
    page.expect_text("A part of Wasmoscope could not be fetched: the server answered 404");
    page.press("Run");
    page.expect_status("Returned 25");
    page.server().find_again();
    page.press("Try again");
    begun(&page);
    page.expect_no("button", "Try again");
    expect_nothing_fetched_in_between(&page);
}

/// A page that is held up for the rest asks for it with a request of the old kind.
fn expect_nothing_fetched_in_between(page: &Page) {
    page.expect_script(
        "the page was never held up for its rest",
        "return !performance.getEntriesByType('resource')
             .some((entry) => entry.initiatorType === 'xmlhttprequest' && entry.name.includes('app_rest'))",
    );
}

#[test]
fn share_waits_for_the_rest() {
    waits_for_the_page(|page| page.press("Share"), |page| page.expect("dialog", "Share"));
}

#[test]
fn projects_waits_for_the_rest() {
    waits_for_the_page(|page| page.press("Projects"), |page| page.expect("dialog", "Projects"));
}

#[test]
fn download_waits_for_the_rest() {
    waits_for_the_page(|page| page.press("Download"), |page| page.expect("dialog", "Download"));
}

#[test]
fn new_folder_waits_for_the_rest() {
    waits_for_the_page(|page| page.press("New folder"), |page| page.expect("dialog", "New folder"));
}

#[test]
fn debug_waits_for_the_rest_of_the_page() {
    waits_for_the_page(|page| page.press("Debug"), |page| page.expect("button", "Step into"));
}

#[test]
fn a_dropped_program_waits_for_the_rest_and_is_opened() {
    // Files that a script makes: every browser takes those.
    let drop = "const data = new DataTransfer();
        data.items.add(new File(['(module (func (export \"dropped\")))'], 'dropped.wat'));
        document.querySelector('.cm-content').dispatchEvent(
            new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));";
    waits_for_the_page(
        |page| {
            page.session().script(drop, &[]).expect("the page takes events");
            // What is pressed afterwards does not replace it.
            page.press("Help");
        },
        |page| {
            page.press("Close");
            page.expect_source("dropped");
        },
    );
}

#[test]
fn a_dropped_folder_waits_for_the_rest_with_all_it_holds() {
    if e2e::skipped() {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let top = folder.path().join("top");
    std::fs::create_dir_all(top.join("deep")).expect("it can be made");
    std::fs::write(top.join("deep/c.txt"), "C").expect("it can be written");
    waits_for_the_page(
        |page| {
            page.drop_on(".files-panel", &top);
            page.expect_script("the drag is over", "return !document.querySelector('.drop-zone')");
        },
        |page| {
            page.click("treeitem", "top, folder");
            page.click("treeitem", "deep, folder");
            page.expect("treeitem", "c.txt");
        },
    );
}

#[test]
fn a_key_of_the_debugger_waits_for_the_rest() {
    waits_for_the_page(|page| page.hit(key::F5), |page| page.expect("button", "Step into"));
}

#[test]
fn a_breakpoint_that_is_set_before_debug_waits_for_the_rest_with_it() {
    waits_for_the_page(
        |page| {
            // To the last instruction. The mouse asks for values, which needs the rest at once.
            page.focus_editor();
            page.chord(key::CONTROL, key::HOME);
            for _ in 1..15 {
                page.hit(key::DOWN);
            }
            page.hit(key::F9);
            page.press("Debug");
        },
        |page| {
            page.expect_status("Before the first instruction");
            page.press("Continue");
            page.expect_status("Stopped at a breakpoint");
        },
    );
}

#[test]
fn what_is_typed_without_the_rest_is_kept_checked_and_run() {
    let page = page_without("app_rest-");
    page.set_source("(module (func (export \"main\") (result i32) (i32.const 7)))");
    page.press("Run");
    page.expect_status("Returned 7");
    // It cannot be stored, and that is said.
    page.expect_text("A part of Wasmoscope could not be fetched");
    page.set_source("(module (func (export \"main\") (result i32) (i32.cons 8)))");
    page.server().find_again();
    // What is typed may have had it fetched already.
    let again =
        "const again = [...document.querySelectorAll('button')].find((button) => button.innerText === 'Try again');
        again?.click();
        return !again";
    page.expect_script("the rest is there when it is tried again", again);
    page.expect_problem("i32.cons");
    page.expect("button", "Projects: Welcome, saved in this browser");
    page.reload();
    page.expect_source("i32.cons 8");
    expect_nothing_fetched_in_between(&page);
}

#[test]
fn the_rest_is_fetched_by_itself_when_the_connection_is_back() {
    let page = page_without("app_rest-");
    page.press("Share");
    page.expect_text("A part of Wasmoscope could not be fetched");
    page.server().find_again();
    page.session().script("dispatchEvent(new Event('online'))", &[]).expect("the page takes events");
    page.expect_no("button", "Try again");
    // What was asked for so long ago is not done by itself.
    page.expect_no("dialog", "Share");
    page.press("Share");
    page.expect("dialog", "Share");
}

#[test]
fn debug_waits_for_the_rest_of_the_interpreter_while_run_goes_on() {
    let page = page_without("worker_rest-");
    page.set_source("(module (func (export \"main\") (result i32) (i32.const 7)))");
    page.press("Debug");
    page.expect_text("A part of the interpreter could not be fetched: the server answered 404");
    page.press("Stop");
    page.expect_status("topped");
    page.press("Run");
    page.expect_status("Returned 7");
    page.press("Debug");
    page.expect_text("A part of the interpreter could not be fetched");
    page.server().find_again();
    page.press("Try again");
    page.expect_next_line("i32.const 7");
    page.expect_no("button", "Try again");
}

#[test]
fn an_interpreter_that_crashes_without_its_rest_is_replaced_with_a_reason() {
    let mut page = page_without("worker_rest-");
    page.allow_error("A part of the interpreter could not be fetched");
    // What is wrong with a program is told by the rest.
    page.set_source("(module (func (export \"main\") (result i32) (i32.cons 7)))");
    page.press("Run");
    page.expect_text("A part of the interpreter could not be fetched: the server answered 404");
    page.expect_text("Your text and files are safe");
    page.set_source("(module (func (export \"main\") (result i32) (i32.const 7)))");
    page.press("Run");
    page.expect_status("Returned 7");
    page.server().find_again();
    page.set_source("(module (func (export \"main\") (result i32) (i32.cons 9)))");
    // After several failed attempts the next one is far off; the user can ask for it.
    let again = "[...document.querySelectorAll('button')].find((button) => button.innerText === 'Try again')?.click();
        return document.getElementById('problems').innerText.includes('i32.cons')";
    page.expect_script("the problem is listed", again);
}
