//! The result of a run: its headline is visible, and nothing of it is cut off.

use e2e::Page;

/// Prints much, then panics as a Rust program does.
const PANICS: &str = "(module
  (import \"wasi_snapshot_preview1\" \"fd_write\" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export \"memory\") 1)
  (data (i32.const 0) \"\\10\\00\\00\\00\\4a\\00\\00\\00\")
  (data (i32.const 16) \"thread 'main' panicked at src/bank.rs:34:9:\\nAda has only 5\\nnote: run with `R\")
  (data (i32.const 256) \"\\0c\\01\\00\\00\\05\\00\\00\\00\")
  (data (i32.const 268) \"line\\n\")
  (func $print (param $fd i32) (param $text i32)
    (drop (call $fd_write (local.get $fd) (local.get $text) (i32.const 1) (i32.const 512))))
  (func (export \"_start\") (local $i i32)
    (loop $more
      (call $print (i32.const 1) (i32.const 256))
      (br_if $more (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 60))))
    (call $print (i32.const 2) (i32.const 0))
    unreachable))";

/// Whether the headline of the result lies within what the console shows.
const HEADLINE_IN_SIGHT: &str = "const view = document.querySelector('.console-output').getBoundingClientRect();
    const head = document.querySelector('.run-result h3')?.getBoundingClientRect();
    return Boolean(head) && head.top >= view.top && head.bottom <= view.bottom";

#[test]
fn a_panic_is_headed_by_its_own_message_and_place() {
    let page = Page::open();
    page.set_source(PANICS);
    page.press("Run");
    page.expect_console("Panicked at bank.rs:34: Ada has only 5");
    page.expect_in("Call stack at the end", "_start");
    page.expect_script("its headline is in sight", HEADLINE_IN_SIGHT);
}

#[test]
fn the_cause_of_a_trap_has_its_numbers() {
    let page = Page::open();
    page.choose_example("A trap");
    page.expect_source("`average` divides");
    page.press("Run");
    page.expect_console("i32.div_s: 0 / 0: division by zero");
    page.expect_in("Call stack at the end", "line");
}

#[test]
fn the_status_is_never_cut() {
    for width in [1440, 820, 390] {
        let page = Page::open_at_size(width, 844);
        page.choose_example("A trap");
        page.expect_source("`average` divides");
        page.press("Run");
        page.expect_status("divi");
        page.expect_script("its headline is in sight", HEADLINE_IN_SIGHT);
        page.expect_script(
            "all of the status can be read",
            "const text = document.querySelector('.status-text');
             return text.scrollWidth <= text.clientWidth + 1 && getComputedStyle(text).textOverflow !== 'ellipsis'",
        );
    }
}

#[test]
fn a_long_name_of_a_function_stays_within_its_result() {
    let page = Page::open();
    let name = "very_".repeat(60);
    page.set_source(&format!("(module (func (export \"{name}\") (result i32) (i32.const 42)))"));
    page.press("Run");
    page.expect_status("Returned 42");
    page.expect_script(
        "the whole name is in the card",
        "const card = document.querySelector('.run-result');
         return card.innerText.includes('very_') && card.scrollWidth <= card.clientWidth",
    );
}

#[test]
fn an_error_that_comes_and_goes_does_not_move_the_editor() {
    let page = Page::open();
    let height = "return document.querySelector('.editor-host').clientHeight";
    page.set_source("(module (func");
    page.expect_problem("1 problem");
    let with_problem = page.session().script(height, &[]).expect("the editor has a height");
    page.set_source("(module (func (export \"main\")))");
    page.expect_problem("No problems");
    assert_eq!(page.session().script(height, &[]).expect("the editor has a height"), with_problem);
}

#[test]
fn a_notice_takes_no_line_from_the_editor() {
    let page = Page::open();
    page.expect_source("i32");
    let height = "return document.querySelector('.editor-host').clientHeight";
    let before = page.session().script(height, &[]).expect("the editor has a height");
    page.choose_example("Loops");
    page.expect("button", "Dismiss the notice");
    assert_eq!(page.session().script(height, &[]).expect("the editor has a height"), before);
}

#[test]
fn a_result_says_when_it_is_of_an_earlier_text() {
    let page = Page::open();
    page.choose_example("A trap");
    page.expect_source("`average` divides");
    page.press("Run");
    page.expect_console("division by zero");
    page.expect_not_in("Console", "You have changed the program since this run");
    page.set_source("(module (func (export \"main\") (result i32) (i32.const 7)))");
    page.expect_in("Console", "You have changed the program since this run");
    page.press("Run");
    page.expect_console("Returned by");
    page.expect_not_in("Console", "You have changed the program since this run");
}

#[test]
fn a_debug_session_ends_with_the_card_of_a_run() {
    let page = Page::open();
    page.set_source("(module (func (export \"main\") (result i32) (i32.add (i32.const 40) (i32.const 2))))");
    page.press("Debug");
    page.expect_status("Before the first instruction");
    page.expect_not_in("Console", "Returned by");
    page.press("Go to the end");
    page.expect_in("Console", "Returned by");
    page.expect_in("Console", "0x2a");
    page.press("Go to the start");
    page.expect_not_in("Console", "Returned by");
    page.set_source("(module (func (export \"main\") (result i32) (i32.div_u (i32.const 1) (i32.const 0))))");
    page.press("Debug");
    page.expect_status("Before the first instruction");
    page.press("Go to the end");
    page.expect_in("Console", "integer-divide-by-zero");
    page.expect_no("button", "Show me where");
}
