//! Seeing inside a program, step by step, forwards and backwards.

use e2e::{Page, key};

#[test]
fn the_factorial_is_stepped_through_and_its_stack_watched() {
    let page = Page::open();
    page.choose_example("Recursive factorial");
    page.expect_source("$factorial");
    page.press("Debug");
    page.expect_status("Before the first instruction");
    page.press("Step into");
    page.expect_status("pushed 10");
    page.expect_in("Operand stack", "10");
    page.expect_status("next: call $factorial takes the value 10");
    page.expect("img", "taken by the next instruction");
    page.press("Step into");
    page.expect_status("Entered factorial with $n = 10");
    page.expect_in("Call stack", "factorial($n = 10)");
    page.expect_in("Locals", "Parameters");
    page.expect_in("Locals", "$n");
    page.press("Step into");
    page.expect_status("local.get $n: pushed 10");
    page.press("Step out");
    page.expect_in("Operand stack", "3628800");
    page.expect_not_in("Call stack", "factorial");
}

#[test]
fn a_call_is_gone_back_over() {
    let page = Page::open();
    page.choose_example("Recursive factorial");
    page.expect_source("$factorial");
    page.press("Debug");
    page.expect_status("Before the first instruction");
    page.press("Step into");
    page.expect_status("pushed 10");
    page.press("Step over");
    page.expect_in("Operand stack", "3628800");
    page.press("Step back over");
    page.expect_script("it is at step 1 again", STEP_1);
    page.expect_not_in("Operand stack", "3628800");
    // And forwards again, to the end, and one step back from it.
    page.press("Continue");
    page.expect_status("main returned 3628800");
    page.press("Step back");
    page.expect_status("Back at step");
}

const STEP_1: &str = "return document.querySelector('input[aria-label=\"Step number\"]')?.value === '1'";

#[test]
fn a_trap_is_opened_where_it_happened() {
    let page = Page::open();
    page.choose_example("A trap");
    page.expect_source("`average` divides");
    page.press("Run");
    page.expect_status("divi");
    page.press("Show me where");
    page.expect_status("i32.div_s");
    page.expect_in("Operand stack", "0");
    page.press("Step back");
    page.expect_status("; next: ");
}

#[test]
fn the_call_stack_of_a_trap_links_to_the_places() {
    let page = Page::open();
    page.set_source(
        "(module\n  (func $divide (param i32) (result i32)\n    (i32.div_s (i32.const 1) (local.get 0)))\n         \x20 (func (export \"main\") (result i32)\n    (call $divide (i32.const 0))))",
    );
    page.press("Run");
    page.expect_status("divi");
    page.expect("button", "divide, line 3");
    page.press("main, line 5");
    page.expect_text("Line 5, column 18");
    page.press("divide, line 3");
    page.expect_text("Line 3, column 15");
    // Another run has calls of its own, or none.
    page.set_source("(module (func (export \"main\") (result i32) (i32.const 7)))");
    page.press("Run");
    page.expect_status("Returned 7");
    page.expect_no("button", "divide, line 3");
}

#[test]
fn input_is_typed_while_debugging_and_gone_back_before() {
    let page = Page::open();
    page.choose_example("Reading standard input");
    page.expect_source("fd_read");
    page.press("Debug");
    page.expect_status("Before the first instruction");
    page.press("Continue");
    page.expect_console("Who are you?");
    page.answer("Ada");
    page.expect_console("Nice to meet you, Ada");
    page.press("Go to the start");
    page.expect_not_in("Console", "Nice to meet you, Ada");
    page.expect_not_in("Console", "Who are you?");
    // What was typed is not asked for again.
    page.press("Continue");
    page.expect_console("Nice to meet you, Ada");
}

#[test]
fn the_timeline_is_walked_by_keyboard() {
    let page = Page::open();
    page.choose_example("Recursive factorial");
    page.expect_source("$factorial");
    page.focus_editor();
    page.hit(key::F5);
    page.expect_status("Before the first instruction");
    page.press("Go to the end");
    page.expect_status("main returned 3628800");
    page.fill("Step number", "1");
    page.hit(key::ENTER);
    page.expect_script("it is at step 1", STEP_1);
    page.hit(key::F11);
    page.expect_status("Entered factorial with $n = 10");
    page.chord(key::ALT, key::F11);
    page.expect_script("it is at step 1 again", STEP_1);
    page.press("Stop");
    page.expect_no("region", "Operand stack");
}

#[test]
fn as_many_steps_are_taken_as_keys_are_pressed_and_the_last_one_can_be_undone() {
    let page = Page::open();
    page.choose_example("Recursive factorial");
    page.expect_source("$factorial");
    page.press("Debug");
    page.expect_status("Before the first instruction");
    (0..30).for_each(|_| page.hit(key::F11));
    page.expect_value("Step number", "30");
    page.press("Go to the end");
    page.expect_status("returned");
    let step = || page.value("Step number").parse::<u64>().expect("steps are numbers");
    let end = step();
    page.expect_in("Timeline", &format!("of {end}, the end"));
    page.press("Step back");
    page.expect_status("next: the end of");
    assert_eq!(step(), end - 1);
    page.press("Step into");
    page.expect_status("returned");
}

#[test]
fn a_breakpoint_set_by_key_stops_again_and_again() {
    let page = Page::open();
    page.set_source("(module (func (export \"main\") (result i32) (local $i i32)\n(loop $again\n(local.set $i (i32.add (local.get $i) (i32.const 1)))\n(br_if $again (i32.lt_s (local.get $i) (i32.const 3))))\n(local.get $i)))");
    page.focus_editor();
    page.chord(key::CONTROL, key::HOME);
    page.hit(key::DOWN);
    page.hit(key::DOWN);
    page.hit(key::F9);
    page.press("Debug");
    page.expect_status("Before the first instruction");
    for i in ["0", "1", "2"] {
        page.press("Continue");
        page.expect_status("Stopped at a breakpoint");
        page.expect_in("Locals", i);
    }
    page.press("Reverse continue");
    page.expect_in("Locals", "1");
}

#[test]
fn a_long_search_shows_progress_and_can_be_cancelled() {
    let page = Page::open();
    page.choose_example("An infinite loop");
    page.press("Debug");
    page.expect_status("Before the first instruction");
    page.press("Go to the end");
    page.expect_status("Pause stops it where it is");
    page.press("Pause");
    page.expect_status("Paused");
    // From there it is gone back, and on.
    page.fill("Step number", "10");
    page.hit(key::ENTER);
    page.expect_script(
        "it stands at step 10",
        "return document.querySelector('input[aria-label=\"Step number\"]').value === '10'",
    );
    page.press("Step into");
    page.press("Continue");
    page.expect_status("Pause stops it where it is");
    page.press("Pause");
    page.expect_status("Paused");
}

#[test]
fn at_both_ends_a_key_says_why_it_does_nothing() {
    let page = Page::open();
    page.press("Debug");
    page.expect_status("Before the first instruction");
    page.chord(key::ALT, key::F11);
    page.expect_in("What happened", "this is the start of the program");
    page.press("Continue");
    page.expect_status("calc returned 25");
    page.hit(key::F11);
    page.expect_in("What happened", "the program has ended. Step back to look at an earlier step");
    page.chord(key::ALT, key::F11);
    page.expect_status("Back at step");
}
