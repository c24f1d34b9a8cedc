//! Calling an exported function.

use e2e::Page;

#[test]
fn an_export_is_called_with_arguments() {
    let page = Page::open();
    page.set_source(
        "(module (func (export \"add\") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))",
    );
    page.expect_in("Module", "add");
    page.fill("Argument 1 of add", "40");
    page.fill("Argument 2 of add", "0x2");
    page.press("Call add");
    page.expect_console("42");
}

#[test]
fn an_argument_that_is_no_number_is_explained() {
    let page = Page::open();
    page.set_source("(module (func (export \"same\") (param i32) (result i32) (local.get 0)))");
    page.fill("Argument 1 of same", "many");
    page.press("Call same");
    page.expect_text("many");
    page.fill("Argument 1 of same", "-1");
    page.press("Call same");
    page.expect_console("-1");
}
