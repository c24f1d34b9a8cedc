//! Nothing that was typed is lost.

use e2e::{Page, key};

#[test]
fn a_reload_keeps_the_text_and_the_arguments() {
    let page = Page::open();
    page.set_source("(module (func (export \"main\") (result i32) i32.const 99))");
    page.fill("Arguments", "one two");
    page.reload();
    page.expect_source("i32.const 99");
    assert_eq!(page.value("Arguments"), "one two");
}

#[test]
fn the_last_key_before_a_reload_is_kept() {
    let page = Page::open();
    page.set_source("(module (func (export \"main\") (result i32) i32.const 1))");
    page.focus_editor();
    page.chord(key::CONTROL, key::END);
    page.type_text(";; the end");
    page.reload();
    page.expect_source(";; the end");
}
