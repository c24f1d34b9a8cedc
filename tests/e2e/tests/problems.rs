//! A mistake in the text, from its appearance to its end.

use e2e::Page;

#[test]
fn a_problem_appears_at_its_place_and_goes() {
    let page = Page::open();
    page.set_source("(module\n  (func (export \"main\") (result i32)\n    i32.cnst 42))");
    page.expect_problem("i32.cnst");
    page.expect_problem("3");
    page.expect_script(
        "the editor underlines what is wrong",
        "return [...document.querySelectorAll('.cm-lintRange-error')].some((e) => 'i32.cnst'.startsWith(e.textContent) || \
         e.textContent.includes('i32.cnst'))",
    );
    page.set_source("(module\n  (func (export \"main\") (result i32)\n    i32.const 42))");
    page.expect_not_in("Problems", "i32.cnst");
    page.expect_script(
        "nothing is underlined any more",
        "return document.querySelectorAll('.cm-lintRange-error').length === 0",
    );
}

#[test]
fn a_type_error_is_a_problem_too() {
    let page = Page::open();
    page.set_source("(module (func (export \"main\") (result i32) i64.const 1))");
    page.expect_problem("i32");
    page.expect_problem("i64");
}

#[test]
fn a_program_with_problems_does_not_start() {
    let page = Page::open();
    page.set_source("(module (func (export \"main\")");
    page.press("Run");
    page.expect_status("Not started");
    page.expect_problem("1 problem");
    page.set_source("(module (func (export \"main\") (result i32) i32.const 5))");
    page.press("Run");
    page.expect_console("5");
}
