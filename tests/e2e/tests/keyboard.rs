//! The page without a mouse.

use e2e::{Page, key};

#[test]
fn a_program_is_written_and_run_by_keyboard_alone() {
    if e2e::skipped() {
        return;
    }
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
    page.expect("link", "Licences");
    page.hit(key::ESCAPE);
    page.expect_no("dialog", "Keys and help");
}

#[test]
fn alt_and_a_number_lead_to_the_panels() {
    let page = Page::open();
    page.set_source("(module)");
    page.hit(key::HOME);
    page.press("Share");
    // The click is held until the rest of the page is there.
    page.expect("dialog", "Share");
    page.hit(key::ESCAPE);
    // Typing goes on where the cursor was, also when the key is pressed in the editor itself.
    page.chord(key::ALT, '1');
    page.type_text(";; a");
    page.chord(key::ALT, '1');
    page.type_text("b\n");
    page.expect_source(";; ab\n(module)");
    let focused = |panel: &str| {
        let at = format!(
            "return document.activeElement.id === '{panel}' && document.activeElement.matches(':focus-visible')"
        );
        page.expect_script(&format!("{panel} has the keyboard"), &at);
    };
    // Of two that share a place, the one that is hidden comes and has the keyboard.
    page.chord(key::ALT, '6');
    focused("panel-calls");
    page.chord(key::ALT, '2');
    focused("panel-console");
    page.chord(key::ALT, '5');
    focused("panel-memory");
}

#[test]
fn the_licences_of_all_parts_are_shipped() {
    let page = std::fs::read_to_string(e2e::dist().join("licences.html")).expect("the build makes it");
    for part in ["wasmi", "yew", "@codemirror/view", "The Rust standard library"] {
        assert!(page.contains(&format!("<td>{part}</td>")), "{part} is not named");
    }
    assert!(page.contains("Permission is hereby granted"));
}
