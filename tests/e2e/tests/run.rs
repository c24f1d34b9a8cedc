//! Running a program.

use e2e::Page;

#[test]
fn the_default_example_returns_its_answer() {
    let page = Page::open();
    page.expect_source("i32.const 42");
    page.press("Run");
    page.expect_console("42");
    page.expect_status("42");
}

#[test]
fn the_page_works_below_a_sub_path() {
    let page = Page::open_at(e2e::Server::SUB_PATH);
    page.press("Run");
    page.expect_console("42");
}

#[test]
fn what_a_program_prints_is_shown() {
    let page = Page::open();
    page.choose_example("Hello over WASI");
    page.expect_source("Hello, world!");
    page.press("Run");
    page.expect_console("Hello, world!");
}

#[test]
fn a_trap_is_explained() {
    let page = Page::open();
    page.choose_example("A trap");
    page.expect_source("i32.div_s");
    page.press("Run");
    page.expect_status("divi");
    page.press("Run");
    page.expect_status("divi");
}
