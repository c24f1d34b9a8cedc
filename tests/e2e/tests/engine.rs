//! The browser's own engine instead of wasmi: the same programs, results and steps.

use e2e::{Page, key};

/// The engine that the numbers below the console name.
fn expect_engine(page: &Page, engine: &str) {
    let script = format!("return document.querySelector('.counters dd')?.textContent === '{engine}'");
    page.expect_script(&format!("the last program ran on {engine}"), &script);
}

#[test]
fn the_browser_s_engine_runs_and_debugs_like_wasmi() {
    let page = Page::open();
    page.choose("Engine", "Browser (compiler)");
    page.press("Run");
    page.expect_console("25");
    expect_engine(&page, "Browser");
    page.press("Debug");
    page.expect_next_line("i32.const 2");
    for _ in 0..3 {
        page.hit(key::F11);
    }
    page.expect_next_line("i32.const 5");
    page.chord(key::ALT, key::F11);
    page.expect_next_line("i32.add");
    // The choice is kept.
    page.reload();
    page.wait_until_ready();
    page.expect_script(
        "the engine is still chosen",
        "return document.querySelector('select[aria-label=Engine]')?.value === 'browser'",
    );
    page.choose("Engine", "wasmi (interpreter)");
    page.press("Run");
    expect_engine(&page, "wasmi");
}

#[test]
fn traps_output_and_input_are_those_of_wasmi() {
    let page = Page::open();
    page.choose("Engine", "Browser (compiler)");
    page.choose_example("A trap");
    page.expect_source("`average` divides");
    page.press("Run");
    page.expect_status("divi");
    page.expect_in("Console", "Show me where");
    page.choose_example("Hello over WASI");
    page.press("Run");
    page.expect_console("Hello, world!");
    page.choose_example("Reading standard input");
    page.press("Run");
    page.answer("Ada");
    page.expect_console("Ada");
}

#[test]
fn an_endless_loop_pauses_and_stops() {
    let page = Page::open();
    page.choose("Engine", "Browser (compiler)");
    page.choose_example("An infinite loop");
    page.press("Run");
    page.expect_status("Running");
    page.press("Pause");
    page.expect_status("Paused");
    page.press("Stop");
    page.expect_status("Stopped");
    page.press("Debug");
    page.press("Continue");
    page.press("Pause");
    page.expect_status("Paused");
    page.press("Stop");
    page.expect_status("Stopped");
}

#[test]
fn deep_recursion_goes_back_and_stops_at_once() {
    let page = Page::open();
    page.choose("Engine", "Browser (compiler)");
    page.set_source(
        "(module (func $f (export \"main\") (param $n i32) (call $f (i32.add (local.get $n) (i32.const 1)))))",
    );
    page.fill("$n i32 of main", "0");
    page.press("Debug");
    page.press("Continue");
    page.expect_text("calls deep");
    page.chord(key::ALT, key::F11);
    page.chord_of(&[key::ALT, key::SHIFT], key::F11);
    page.expect_text("Back at step");
    page.press("Stop");
    page.expect_status("Stopped");
    page.check_behaviour();
}

/// No browser has memories with pages of another size.
#[test]
fn what_the_browser_refuses_runs_on_wasmi_and_says_so() {
    let page = Page::open();
    page.choose("Engine", "Browser (compiler)");
    page.set_source("(module (memory 100 (pagesize 1)) (func (export \"main\") (result i32) (memory.size)))");
    page.press("Run");
    page.expect_status("100");
    expect_engine(&page, "wasmi");
    page.expect_text("ran on wasmi, because the browser’s engine refused it");
}
