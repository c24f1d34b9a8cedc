//! Programs that do not end by themselves.

use e2e::Page;

const FLOOD: &str = r#"(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "again and again\n")
  (func (export "_start")
    (i32.store (i32.const 0) (i32.const 16))
    (i32.store (i32.const 4) (i32.const 16))
    (loop $forever
      (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
      (br $forever))))"#;

#[test]
fn an_endless_loop_can_be_stopped() {
    let page = Page::open();
    page.choose_example("An infinite loop");
    page.expect_source("$forever");
    page.press("Run");
    page.expect_enabled("Stop");
    page.press("Stop");
    page.expect_status("topped");
    page.expect_enabled("Run");
}

#[test]
fn an_endless_loop_can_be_paused_and_continued() {
    let page = Page::open();
    page.choose_example("An infinite loop");
    page.expect_source("$forever");
    page.press("Run");
    page.press("Pause");
    page.expect_status("aused");
    page.press("Continue");
    page.expect_enabled("Pause");
    page.press("Stop");
    page.expect_status("topped");
}

#[test]
fn a_flood_of_output_can_be_stopped() {
    let page = Page::open();
    page.set_source(FLOOD);
    page.press("Run");
    page.expect_console("again and again");
    page.press("Stop");
    page.expect_status("topped");
}

#[test]
fn the_page_answers_while_a_program_runs() {
    let page = Page::open();
    page.choose_example("An infinite loop");
    page.expect_source("$forever");
    page.press("Run");
    page.expect_enabled("Stop");
    let longest = page.session().script(
        "return new Promise((done) => {
            let last = performance.now(), longest = 0, left = 60;
            const tick = (now) => { longest = Math.max(longest, now - last); last = now;
              left -= 1; if (left === 0) done(longest); else requestAnimationFrame(tick); };
            requestAnimationFrame(tick); })",
        &[],
    );
    let milliseconds = longest.expect("the page answers").as_f64().expect("it is a number");
    assert!(milliseconds < 500.0, "the page stood still for {milliseconds} ms");
    page.press("Stop");
    page.expect_status("topped");
}
