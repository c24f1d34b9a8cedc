//! Writing a program by hand.

use e2e::{Page, key};

#[test]
fn a_program_can_be_typed() {
    let page = Page::open();
    page.focus_editor();
    page.chord(key::CONTROL, 'a');
    page.hit(key::BACKSPACE);
    page.type_text("(module\n(func (export \"main\") (result i32)\n(i32.mul (i32.const 6) (i32.const 9))))");
    page.press("Run");
    page.expect_console("54");
}

#[test]
fn the_keyboard_runs_from_within_the_editor() {
    let page = Page::open();
    page.set_source("(module (func (export \"main\") (result i64) i64.const -1))");
    page.chord(key::CONTROL, key::ENTER);
    page.expect_console("-1");
}

#[test]
fn pasted_text_keeps_its_lines() {
    let page = Page::open();
    let text = "(module\n  (func (export \"main\") (result i32)\n    i32.const 7))";
    page.set_source(text);
    assert_eq!(page.source().as_deref(), Some(text));
    page.press("Run");
    page.expect_console("7");
}
