//! A mistake in the text, from its appearance to its end.

use e2e::Page;

#[test]
fn a_module_that_exports_no_function_says_what_to_add() {
    let page = Page::open();
    page.set_source("(module)");
    page.expect_problem("export a function to call it: (func (export \"main\") ...)");
    page.expect_in("Module", "nothing to call");
    page.expect_not_in("Problems", "No problems");
    page.set_source("(module (func (export \"main\")))");
    page.expect_problem("No problems");
}

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

#[test]
fn the_module_panel_tells_a_valid_program_from_an_invalid_one_and_from_none() {
    let page = Page::open();
    page.expect_in("Module", "Library");
    page.set_source(r#"(module (func (export "calc") (result i32) (f32.const 1)))"#);
    page.expect_in("Module", "Not valid");
    page.expect_in("Module", "breaks a rule of validation");
    page.set_source(" ");
    page.expect_in("Module", "No program yet");
    page.expect_not_in("Module", "calc");
    page.set_source("hello world");
    page.expect_problem("a program begins with (module");
}
