//! The page without a mouse.

use e2e::{Page, key};

#[test]
fn a_program_is_written_and_run_by_keyboard_alone() {
    let page = Page::open();
    page.tab_to("textbox", "WebAssembly text");
    page.chord(key::CONTROL, 'a');
    page.hit(key::BACKSPACE);
    page.type_text("(module (func (export \"main\") (result i32) (i32.const 11)))");
    // Tab belongs to the editor; Escape gives the keyboard back.
    page.hit(key::ESCAPE);
    page.tab_to("button", "Run");
    page.hit(key::ENTER);
    page.expect_console("11");
}

#[test]
fn a_question_mark_lists_the_keys() {
    let page = Page::open();
    page.focus_editor();
    page.hit(key::ESCAPE);
    page.hit('?');
    page.expect("dialog", "Keys and help");
    page.hit(key::ESCAPE);
    page.expect_no("dialog", "Keys and help");
}
