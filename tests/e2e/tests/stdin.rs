//! A conversation with a program.

use e2e::Page;

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
