//! A conversation with a program.

use e2e::{Page, key};

#[test]
fn a_rust_program_asks_and_is_answered() {
    let page = Page::open();
    page.choose_example("Rust: hello");
    page.press("Run");
    // The prompt ends without a newline, and is there all the same.
    page.expect_console("What is your name?");
    page.answer("Ada");
    page.expect_console("Hello, Ada!");
    page.answer("Grace");
    page.expect_console("Hello, Grace!");
    page.answer("");
    page.expect_console("Goodbye, all 2 of you.");
}

#[test]
fn the_input_can_end() {
    let page = Page::open();
    page.choose_example("Reading standard input");
    page.expect_source("fd_read");
    page.press("Run");
    page.expect_console("Who are you?");
    page.answer("Ada");
    page.expect_console("Nice to meet you, Ada");
    page.press("End of input");
    page.expect_console("Goodbye!");
}

#[test]
fn a_step_at_a_question_goes_to_the_field_for_the_answer() {
    let page = Page::open();
    page.choose_example("Reading standard input");
    page.expect_source("fd_read");
    page.press("Debug");
    page.expect_status("Before the first instruction");
    page.press("Continue");
    page.expect_status("waits for input");
    page.focus_editor();
    page.hit(key::F11);
    page.expect_script("the input has the focus", "return document.activeElement?.id === 'standard-input'");
    page.answer("Ada");
    page.expect_console("Ada");
}

#[test]
fn a_program_that_only_prints_has_no_field_for_input() {
    let page = Page::open();
    page.set_source(
        "(module (import \"wasi_snapshot_preview1\" \"fd_write\" (func (param i32 i32 i32 i32) (result i32)))
          (memory (export \"memory\") 1)
          (func (export \"_start\") (loop $for_ever (br $for_ever))))",
    );
    page.press("Run");
    page.expect_enabled("Pause");
    page.expect_status("Running");
    page.expect_no("textbox", "Standard input");
    page.press("Stop");
}
