//! Run and Debug of functions with parameters: their values come from the boxes under Module.

use e2e::{Page, key};

const CALC: &str = "(module (func (export \"calc\") (param $a i32) (param $b i32) (result i32)
  (i32.add (local.get $a) (local.get $b))))";

/// Three functions, the second of which can trap.
const SEVERAL: &str = "(module
  (func (export \"sq\") (param $n i32) (result i32) (i32.mul (local.get $n) (local.get $n)))
  (func (export \"div\") (param $a i32) (param $b i32) (result i32) (i32.div_s (local.get $a) (local.get $b)))
  (func (export \"one\") (result i32) (i32.const 1)))";

/// Whether the box with this name has the keyboard.
fn expect_focus(page: &Page, name: &str) {
    page.expect_script(
        &format!("`{name}` has the keyboard"),
        &format!("return document.activeElement?.getAttribute('aria-label') === '{name}'"),
    );
}

#[test]
fn a_refused_argument_and_another_text_mark_the_results_before() {
    let page = Page::open();
    let square = |body: &str| format!("(module (func (export \"sq\") (param $n i32) (result i32) {body}))");
    page.set_source(&square("(i32.mul (local.get $n) (local.get $n))"));
    page.fill("$n i32 of sq", "3");
    page.press("Call sq");
    page.expect_status("Returned 9");
    page.expect_not_in("Console", "result of the run before");
    page.fill("$n i32 of sq", "abc");
    page.press("Call sq");
    page.expect_status("Not called: sq needs an argument");
    page.expect_in("Console", "What you see is the result of the run before.");
    page.fill("$n i32 of sq", "4");
    page.press("Call sq");
    page.expect_status("Returned 16");
    page.expect_not_in("Console", "result of the run before");
    // The results of an earlier text are marked, also among those of the new one.
    page.set_source(&square("(i32.add (local.get $n) (local.get $n))"));
    page.press("Call sq");
    page.expect_status("Returned 8");
    page.expect_script(
        "two results are of an earlier text",
        "const rows = [...document.querySelectorAll('.call-results > li')].map((row) => row.innerText.includes('of an earlier text'));
         return JSON.stringify(rows) === '[true,true,false]'",
    );
}

#[test]
fn run_asks_for_the_arguments_that_it_needs_and_enter_calls() {
    let page = Page::open();
    page.set_source(CALC);
    page.press("Run");
    page.expect_in("Module", "calc needs a value for $a (i32)");
    expect_focus(&page, "$a i32 of calc");
    page.type_text("40");
    page.hit(key::ENTER);
    page.expect_in("Module", "calc needs a value for $b (i32)");
    expect_focus(&page, "$b i32 of calc");
    page.type_text("0x2");
    page.hit(key::ENTER);
    page.expect_status("Returned 42");
    page.expect_in("Module", "calc(40, 2) = 42");
    // Run takes the same values.
    page.fill("$b i32 of calc", "3");
    page.press("Run");
    page.expect_status("Returned 43");
}

#[test]
fn a_value_that_its_type_does_not_allow_is_refused_in_place() {
    let page = Page::open();
    page.set_source(CALC);
    page.fill("$a i32 of calc", "4294967296");
    page.fill("$b i32 of calc", "1");
    page.press("Run");
    page.expect_in("Module", "4294967296 is not an i32: write a whole number from -2147483648 to 4294967295");
    expect_focus(&page, "$a i32 of calc");
    page.expect_script(
        "the box is marked, and says why",
        "const box = document.activeElement;
         return box.getAttribute('aria-invalid') === 'true' && document.getElementById(box.getAttribute('aria-describedby')) !== null",
    );
    page.fill("$a i32 of calc", "4294967295");
    page.expect_not_in("Module", "is not an i32");
    page.hit(key::ENTER);
    page.expect_status("Returned 0");
}

#[test]
fn debug_takes_the_same_arguments() {
    let page = Page::open();
    page.set_source(CALC);
    page.press("Debug");
    page.expect_in("Module", "calc needs a value for $a (i32)");
    page.type_text("5");
    page.fill("$b i32 of calc", "6");
    page.hit(key::ENTER);
    page.expect_status("Before the first instruction");
    page.expect_in("Locals", "5");
    page.press("Stop");
    page.hit(key::F5);
    page.expect_status("Before the first instruction");
}

#[test]
fn what_run_calls_is_named_and_can_be_changed() {
    let page = Page::open();
    page.expect_script(
        "what Run calls is named",
        "return document.querySelector('.entry-choice')?.innerText.replaceAll('\\n', ' ') === 'Run calls calc'",
    );
    page.set_source(SEVERAL);
    // The only one that takes nothing.
    page.press("Run");
    page.expect_status("Returned 1");
    page.choose("Run calls", "sq");
    page.press("Run");
    page.expect_in("Module", "sq needs a value for $n (i32)");
    page.type_text("7");
    page.hit(key::ENTER);
    page.expect_status("Returned 49");
    page.reload();
    page.expect_source("sq");
    page.expect_script(
        "the choice is kept",
        "return document.querySelector('.entry-choice select')?.selectedOptions[0]?.text === 'sq'",
    );
    assert_eq!(page.value("$n i32 of sq"), "7");
    page.press("Run");
    page.expect_status("Returned 49");
}

#[test]
fn results_of_calls_are_listed_until_they_are_cleared() {
    let page = Page::open();
    page.set_source(SEVERAL);
    page.fill("$n i32 of sq", "3");
    page.press("Call sq");
    page.expect_in("Module", "sq(3) = 9");
    page.fill("$n i32 of sq", "4");
    page.hit(key::ENTER);
    page.expect_in("Module", "sq(3) = 9\nsq(4) = 16");
    page.fill("$a i32 of div", "1");
    page.fill("$b i32 of div", "0");
    page.press("Call div");
    page.expect_in("Module", "div(1, 0) trapped: ");
    page.press("Clear results");
    page.expect_not_in("Module", "sq(3) = 9");
    page.expect_no("button", "Clear results");
}

#[test]
fn the_result_of_a_debugged_call_is_listed_once() {
    let page = Page::open();
    page.set_source(SEVERAL);
    page.fill("$n i32 of sq", "5");
    page.press("Debug sq");
    page.expect_status("Before the first instruction");
    page.press("Continue");
    page.expect_in("Module", "sq(5) = 25");
    page.press("Step back");
    page.press("Continue");
    page.expect_status("returned 25");
    page.press("Stop");
    page.expect_not_in("Module", "sq(5) = 25\nsq(5) = 25");
}

#[test]
fn on_a_phone_the_boxes_are_brought_up() {
    let page = Page::open_at_size(390, 844);
    page.set_source(CALC);
    page.press("Run");
    page.expect_in("Module", "calc needs a value for $a (i32)");
    expect_focus(&page, "$a i32 of calc");
    page.type_text("1");
    page.fill("$b i32 of calc", "2");
    page.hit(key::ENTER);
    page.expect_status("Returned 3");
}

#[test]
fn functions_stay_while_the_text_does_not_compile() {
    let page = Page::open();
    page.set_source(CALC);
    page.fill("$a i32 of calc", "12");
    page.set_source("(module (func (export \"calc\") (param $a i32) (result i32)");
    page.expect_problem("1 problem");
    page.expect_in("Module", "of the last text that compiles");
    assert_eq!(page.value("$a i32 of calc"), "12");
    page.set_source(CALC);
    page.expect_not_in("Module", "of the last text that compiles");
}

#[test]
fn only_a_program_that_can_read_it_has_a_command_line() {
    let page = Page::open();
    page.expect_in("Module", "calc");
    page.expect_no("textbox", "Command-line arguments");
    page.choose_example("Hello over WASI");
    page.expect("textbox", "Command-line arguments");
    page.expect_source("Hello, world!");
    page.set_source("(module (import \"wasi_snapshot_preview1\"");
    page.expect_problem("1 problem");
    page.expect("textbox", "Command-line arguments");
}

#[test]
fn f5_and_the_run_key_use_the_boxes_at_once_after_typing() {
    let page = Page::open();
    page.set_source(CALC);
    page.chord(key::CONTROL, key::ENTER);
    page.expect_in("Module", "calc needs a value for $a (i32)");
    expect_focus(&page, "$a i32 of calc");
}

#[test]
fn a_missing_import_is_reported_before_arguments_are_asked_for() {
    let page = Page::open();
    page.set_source(
        "(module (import \"env\" \"log\" (func $log (param i32)))
          (func (export \"show\") (param $n i32) (call $log (local.get $n))))",
    );
    page.expect("textbox", "$n i32 of show");
    page.press("Run");
    page.expect_console("The program did not start");
    page.expect_console("env");
}
