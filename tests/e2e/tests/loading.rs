//! Loading the page, and failures of it.

use e2e::{Options, Page};

#[test]
fn a_page_whose_program_cannot_be_loaded_says_so() {
    let mut page = Page::unopened(Options::default());
    page.allow_error("404");
    page.allow_error("could not start");
    page.allow_error("the server answered");
    page.server().lose("app_bg");
    page.visit("/");
    page.expect_text("could not start");
    page.expect_text("the server answered 404");
}

#[test]
fn the_editor_is_there_before_the_interpreter() {
    let mut page = Page::unopened(Options::default());
    page.allow_error("worker");
    page.allow_error("404");
    page.server().lose("worker_bg");
    page.visit("/");
    page.wait_until_ready();
    page.expect_source("i32.const 2");
}
