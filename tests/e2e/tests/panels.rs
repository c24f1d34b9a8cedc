//! Which panels are shown: hidden ones, Presentation view, code and stack together on a phone, keys for every keyboard.

use e2e::{Page, key};

/// Waits until at least `least` lines of code are visible, each row of a wrapped one counted.
fn expect_lines(page: &Page, least: u32) {
    page.expect_script(
        &format!("{least} lines of code are in sight"),
        &format!(
            "const box = document.querySelector('.cm-scroller').getBoundingClientRect();
             const line = parseFloat(getComputedStyle(document.querySelector('.cm-line')).lineHeight);
             return box.height / line >= {least}"
        ),
    );
}

#[test]
fn every_panel_can_be_hidden_and_brought_back() {
    let page = Page::open();
    page.press("Panels");
    for panel in ["Module", "Files", "Memory", "Inspector", "System calls", "Console"] {
        page.click("checkbox", panel);
        page.expect_no("region", panel);
    }
    page.expect_script(
        "the editor has the whole width",
        "return document.querySelector('.editor-pane').getBoundingClientRect().width >= innerWidth - 2",
    );
    // It is remembered.
    page.reload();
    page.wait_until_ready();
    page.expect_no("region", "Module");
    // Going to a panel by its key brings it back, and so does the menu.
    page.chord(key::ALT, '3');
    page.expect("region", "Module");
    page.press("Panels");
    page.click("checkbox", "Console");
    page.expect("region", "Console");
    page.hit(key::ESCAPE);
    page.expect_no("checkbox", "Console");
}

#[test]
fn presentation_view_shows_a_dozen_lines_of_large_code_beside_the_stack() {
    let page = Page::open_at_size(1280, 720);
    for _ in 0..3 {
        page.press("Larger text");
    }
    page.choose_example("Loops");
    page.press("Debug");
    page.expect_status("Before the first instruction");
    page.press("Presentation view");
    page.expect_no("region", "Module");
    page.expect_no("region", "Memory");
    page.expect_text("Operand stack");
    expect_lines(&page, 12);
    page.expect_script(
        "buttons are as large as the text",
        "const size = (query) => parseFloat(getComputedStyle(document.querySelector(query)).fontSize);
         return size('.run-controls .button') >= size('.step-sentence')
             && size('.debug-button') >= size('.part-head > h3')",
    );
    page.press("Step into");
    page.expect_status("i32.const 100: pushed 100");
    page.expect_script(
        "no line is cut off",
        "const lines = document.querySelector('.cm-scroller'); return lines.scrollWidth <= lines.clientWidth",
    );
    (0..3).for_each(|_| page.press("Step into"));
    page.expect_status("local.get $i: pushed 0");
    page.expect_script(
        "operand stack, locals and call stack are in sight",
        "const below = document.querySelector('.inspector').getBoundingClientRect().bottom;
         return ['.operand .debug-value', '[aria-label=Locals] .debug-value', '[aria-label=\"Call stack\"] .frame']
             .every((query) => document.querySelector(query)?.getBoundingClientRect().bottom <= below)",
    );
    page.press("Run");
    page.expect_in("Console", "Returned by");
    page.expect_script(
        "the result is in sight, below the code",
        "const view = document.querySelector('.console-output').getBoundingClientRect();
         const value = document.querySelector('.run-result .value').getBoundingClientRect();
         return value.top >= view.top && value.bottom <= view.bottom",
    );
    page.press("Debug");
    page.expect_status("Before the first instruction");
    page.hit(key::ESCAPE);
    // In this text size, panels are tabs; code and stack are beside each other while debugging.
    page.expect("tablist", "Panels");
    expect_lines(&page, 7);
    page.expect_script(
        "the stack is beside the code",
        "const box = (query) => document.querySelector(query).getBoundingClientRect();
         return box('.editor-host').right <= box('.inspector').left",
    );
}

#[test]
fn a_phone_shows_code_above_the_stack_while_debugging() {
    let page = Page::open_at_size(390, 844);
    page.press("Debug");
    page.expect_status("Before the first instruction");
    page.press("Step into");
    page.expect_status("i32.const 2: pushed 2");
    page.expect("textbox", "WebAssembly text");
    page.expect_script(
        "the code is above the stack",
        "const top = (query) => document.querySelector(query).getBoundingClientRect().top;
         return top('.editor-host') < top('.inspector')",
    );
    let height = "document.querySelector('.inspector').getBoundingClientRect().height";
    let shared = page.session().script(&format!("return {height}"), &[]).expect("the inspector has a height");
    // In its own tab the stack has the room of the code, too; what happened stays in sight.
    page.click("tab", "Inspector");
    page.expect_no("textbox", "WebAssembly text");
    page.expect_status("i32.const 2: pushed 2");
    page.expect_script("it is higher", &format!("return {height} > {} * 1.5", shared.as_f64().unwrap_or_default()));
    page.click("tab", "Editor");
    page.expect("textbox", "WebAssembly text");
    for name in ["Examples", "Projects", "Share"] {
        page.expect("button", name);
    }
}

#[test]
fn steps_have_keys_that_every_keyboard_has() {
    let page = Page::open();
    page.press("Debug");
    page.expect_status("Before the first instruction");
    page.chord(key::ALT, 'i');
    page.expect_status("i32.const 2: pushed 2");
    page.chord(key::ALT, 'n');
    page.expect_status("i32.const 3: pushed 3");
    page.chord_of(&[key::ALT, key::SHIFT], 'i');
    page.expect_status("Back at step 1");
    page.chord(key::ALT, 'c');
    page.expect_status("calc returned 25");
    page.chord_of(&[key::ALT, key::SHIFT], 'c');
    page.expect_status("Back at the start");
}

#[test]
fn the_memory_panel_follows_writes_until_it_is_turned_off() {
    let page = Page::open();
    page.set_source(
        "(module (memory (export \"memory\") 1)
           (func (export \"main\")
             (i32.store (i32.const 0x8000) (i32.const 7))
             (i32.store (i32.const 0) (i32.const 8))))",
    );
    page.press("Debug");
    page.expect_status("Before the first instruction");
    for _ in 0..3 {
        page.press("Step into");
    }
    page.expect_status("i32.store: wrote 7 as 07 00 00 00 at 0x8000");
    page.expect_in("Memory", "8000");
    page.click("checkbox", "Follow");
    for _ in 0..3 {
        page.press("Step into");
    }
    page.expect_status("i32.store: wrote 8 as 08 00 00 00 at 0x0");
    page.expect_in("Memory", "8000");
}

#[test]
fn the_memory_panel_follows_to_the_last_access_before_a_breakpoint() {
    let page = Page::open();
    page.set_source(
        "(module (memory (export \"memory\") 1)
           (func (export \"main\")
             (i32.store (i32.const 0x8000) (i32.const 7))
             nop nop nop
             nop))",
    );
    page.put_cursor("nop))");
    page.hit(key::F9);
    page.press("Debug");
    page.expect_status("Before the first instruction");
    page.expect_not_in("Memory", "8000");
    page.press("Continue");
    page.expect_status("Stopped at a breakpoint");
    page.expect_in("Memory", "8000");
}

#[test]
fn long_lines_wrap_by_choice() {
    let page = Page::open();
    page.set_source(&format!("(module) ;; {}", "a long comment ".repeat(40)));
    let wraps = |wraps: bool| {
        page.expect_script(
            "long lines wrap as chosen",
            &format!(
                "const box = document.querySelector('.cm-scroller'); return (box.scrollWidth <= box.clientWidth) === {wraps}"
            ),
        );
    };
    wraps(false);
    page.press("Wrap long lines");
    wraps(true);
    page.reload();
    page.wait_until_ready();
    wraps(true);
}

#[test]
fn debugging_begins_in_presentation_view_while_a_program_runs() {
    let page = Page::open_at_size(1280, 720);
    page.choose_example("An infinite loop");
    page.expect_source("infinite loop");
    page.chord(key::ALT, 'p');
    page.press("Run");
    page.expect_enabled("Pause");
    page.hit(key::F5);
    page.expect_status("Before the first instruction");
    page.hit(key::ESCAPE);
    page.expect("region", "Module");
}
