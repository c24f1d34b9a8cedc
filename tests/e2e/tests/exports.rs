//! Calling an exported function.

use e2e::Page;

#[test]
fn an_export_is_called_with_arguments() {
    let page = Page::open();
    page.set_source(
        "(module (func (export \"add\") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))",
    );
    page.expect_in("Module", "add");
    page.fill("parameter 0 i32 of add", "40");
    page.fill("parameter 1 i32 of add", "0x2");
    page.press("Call add");
    page.expect_console("42");
}

#[test]
fn an_argument_that_is_no_number_is_explained() {
    let page = Page::open();
    page.set_source("(module (func (export \"same\") (param i32) (result i32) (local.get 0)))");
    page.fill("parameter 0 i32 of same", "many");
    page.press("Call same");
    page.expect_text("many");
    page.fill("parameter 0 i32 of same", "-1");
    page.press("Call same");
    page.expect_console("-1");
}

#[test]
fn of_many_functions_some_are_listed_and_the_others_are_found() {
    let page = Page::open();
    let function = |number: u32| format!("(func (export \"give_{number}\") (result i32) i32.const {number})\n");
    page.set_source(&format!("(module {})", (0..60).map(function).collect::<String>()));
    page.expect_text("40 of 60 are listed.");
    page.check_behaviour();
    page.click("searchbox", "Find a function");
    page.type_text("_57");
    page.expect_text("give_57");
    // The first one stays, as Run calls it.
    page.expect_no("button", "Call give_1");
    page.press("Call give_57");
    page.expect_console("57");
    page.click("searchbox", "Find a function");
    page.type_text("x");
    page.expect_text("No function has “_57x” in its name.");
}

#[test]
fn the_longest_argument_is_seen_whole() {
    let page = Page::open();
    page.set_source("(module (func (export \"same\") (param i64) (result i64) (local.get 0)))");
    page.expect("textbox", "parameter 0 i64 of same");
    page.fill("parameter 0 i64 of same", "0xFFFFFFFFFFFFFFFF");
    page.expect_script(
        "all digits are in sight",
        "const box = document.querySelector('.call-argument input'); return box.scrollWidth <= box.clientWidth",
    );
    page.expect_script(
        "Call and Debug are in one row",
        "const [call, debug] = document.querySelectorAll('.call-row button');
         return call.getBoundingClientRect().top === debug.getBoundingClientRect().top",
    );
}
