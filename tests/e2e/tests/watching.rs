//! Stopping where something happens, wherever that is, and going back to the last write.

use e2e::{Page, key};

const SUMS: &str = r#"(module
  (memory (export "memory") 1)
  (func $put (param $at i32) (param $value i32)
    (i32.store (local.get $at) (local.get $value)))
  (func (export "main") (result i32) (local $i i32)
    (loop $again
      (call $put (i32.mul (local.get $i) (i32.const 4)) (local.get $i))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $again (i32.lt_s (local.get $i) (i32.const 6))))
    (i32.load (i32.const 12))))"#;

fn debugged() -> Page {
    let page = Page::open();
    page.set_source(SUMS);
    page.press("Debug");
    page.expect_status("Before the first instruction");
    page
}

#[test]
fn a_breakpoint_with_a_condition_stops_only_where_it_holds() {
    let page = Page::open();
    page.set_source(SUMS);
    page.put_cursor("local.set $i");
    page.hit(key::F9);
    page.fill("Condition: breakpoint of line 8", "$i == 3");
    page.hit(key::ENTER);
    page.press("Debug");
    page.expect_status("Before the first instruction");
    page.press("Continue");
    page.expect_status("Stopped at a breakpoint");
    page.expect_in("Locals", "3");
    page.press("Continue");
    page.expect_status("main returned 3");
    page.press("Reverse continue");
    page.expect_status("Stopped at a breakpoint");
    page.expect_in("Locals", "3");
}

#[test]
fn selected_bytes_are_watched_and_their_last_writer_is_found() {
    let page = debugged();
    page.fill("Go to address", "12");
    page.hit(key::ENTER);
    page.press("Watch the selected bytes");
    page.expect_in("Breakpoints", "Byte at 0xc on change");
    page.press("Continue");
    page.expect_status("Stopped by a watchpoint: i32.store on line 4 writes the byte at 0xc: 0 becomes 3");
    page.expect_in("Locals", "$value");
    page.press("Continue");
    page.expect_status("main returned 3");
    page.press("Who last wrote the selected bytes?");
    page.expect_status("The next step writes it last: i32.store on line 4 writes the byte at 0xc: 0 becomes 3");
    page.expect_in("Operand stack", "12");
    // Before that, nothing has written it.
    page.press("Who last wrote the selected bytes?");
    page.expect_status("No instruction before this step has written the byte at 0xc");
}

#[test]
fn a_local_is_watched_and_its_last_writer_found_by_keyboard() {
    let page = debugged();
    // After the editor, where Tab indents.
    page.press("New breakpoint");
    page.tab_to("button", "Watch $i");
    page.hit(key::ENTER);
    page.expect_in("Breakpoints", "Local $i of");
    page.press("Continue");
    page.expect_status("local.set $i on line 8 writes local $i");
    page.press("Continue");
    page.expect_status("1 becomes 2");
    page.click("textbox", "Which: a function's entry");
    page.tab_to("button", "Who last wrote $i?");
    page.hit(key::ENTER);
    page.expect_status("0 becomes 1");
}

#[test]
fn function_breakpoints_stop_and_a_missing_function_is_reported() {
    let page = debugged();
    page.press("New breakpoint");
    page.choose("Stop at", "a function's entry");
    page.fill("Which: a function's entry", "$put");
    page.hit(key::ENTER);
    page.expect_in("Breakpoints", "Entry of $put");
    page.fill("Which: a function's entry", "$get");
    page.hit(key::ENTER);
    page.expect_in("Breakpoints", "the program has no function get");
    page.press("Continue");
    page.expect_status("Stopped at a breakpoint");
    page.expect_in("Call stack", "put");
    // It is kept with the project.
    page.reload();
    page.expect_in("Breakpoints", "Entry of $put");
}

#[test]
fn an_instruction_to_stop_at_is_marked_and_moves_with_the_text() {
    let page = debugged();
    page.press("New breakpoint");
    page.choose("Stop at", "a function's entry");
    page.fill("Which: a function's entry", "$put");
    page.hit(key::ENTER);
    page.choose("Stop at", "an instruction");
    page.fill("Which: an instruction", "4:6");
    page.hit(key::ENTER);
    page.expect_in("Breakpoints", "Line 4, column 6");
    page.expect_script("the instruction is marked", MARKED);
    page.expect_script("the function is marked", &marks_on("function", "3"));
    page.press("Stop");
    page.put_cursor("(func $put");
    page.type_text(";; one more");
    page.hit(key::ENTER);
    page.expect_in("Breakpoints", "Line 5, column 6");
    page.expect_script("the instruction is marked on its new line", &marks_on("instruction", "5"));
    page.expect_script("so is the function", &marks_on("function", "4"));
    page.expect_script("and the instruction itself", MARKED);
    page.press("Debug");
    page.expect_status("Before the first instruction");
    page.press("Continue");
    page.expect_status("Stopped at a breakpoint");
    page.press("Continue");
    page.expect_status("Stopped at a breakpoint, on line 5; next: i32.store takes");
    // Removing the instruction removes the breakpoint.
    page.press("Stop");
    page.put_cursor("i32.store");
    for _ in 0.."i32.store".len() {
        page.hit(key::DELETE);
    }
    page.expect_not_in("Breakpoints", "Line 5, column 6");
    page.expect_in("Breakpoints", "Entry of $put");
}

const MARKED: &str = "return document.querySelector('.cm-breakpoint-instruction')?.textContent === 'i32.store'";

/// Whether the gutter has one such mark, beside that line.
fn marks_on(kind: &str, line: &str) -> String {
    format!(
        "const marks = [...document.querySelectorAll('.cm-breakpoint[data-kind=\"{kind}\"]')];
         const top = (element) => element?.getBoundingClientRect().top;
         const number = [...document.querySelectorAll('.cm-lineNumbers .cm-gutterElement')]
           .find((element) => element.textContent === '{line}');
         return marks.length === 1 && top(marks[0].parentElement) === top(number)"
    )
}

#[test]
fn a_watched_local_is_narrowed_to_calls_as_deep_as_this_one() {
    let page = Page::open();
    page.choose_example("Recursive factorial");
    page.expect_source("$factorial");
    page.press("Debug");
    page.expect_status("Before the first instruction");
    page.press("Step into");
    page.press("Step into");
    page.expect_status("Entered factorial with $n = 10");
    page.press("Watch $n");
    page.expect_in("Breakpoints", "Local $n of $factorial, in any call, on change");
    page.press("Only at this depth: Local $n of $factorial, in any call, on change");
    page.expect_in("Breakpoints", "Local $n of $factorial, at call depth 2, on change");
    page.expect_no("button", "Only at this depth: Local $n of $factorial, at call depth 2, on change");
}

#[test]
fn one_click_selects_a_stored_value() {
    let page = Page::open();
    page.set_source(
        "(module (memory (export \"memory\") 1)
          (func (export \"main\") (i32.store (i32.const 8) (i32.const 7)) (nop)))",
    );
    page.press("Debug");
    page.expect_status("Before the first instruction");
    for _ in 0..3 {
        page.press("Step into");
    }
    page.expect_status("i32.store");
    let click = "const cell = document.querySelector('[data-address=\"9\"]');
        const at = { bubbles: true, button: 0, buttons: 1, pointerType: 'mouse' };
        cell?.dispatchEvent(new PointerEvent('pointerdown', at));
        return Boolean(cell)";
    page.expect_script("the stored bytes are there", click);
    page.press("Watch the selected bytes");
    page.expect_in("Breakpoints", "4 bytes at 0x8 on change");
}
