//! Running a program.

use e2e::{Page, key};

#[test]
fn the_default_example_returns_its_answer() {
    let page = Page::open();
    page.expect_source("i32.const 2");
    page.press("Run");
    page.expect_console("25");
    page.expect_status("25");
}

#[test]
fn the_page_works_below_a_sub_path() {
    let page = Page::open_at(e2e::Server::SUB_PATH);
    page.press("Run");
    page.expect_console("25");
}

#[test]
fn what_a_program_prints_is_shown() {
    let page = Page::open();
    page.choose_example("Hello over WASI");
    page.expect_source("Hello, world!");
    page.press("Run");
    page.expect_console("Hello, world!");
}

#[test]
fn a_trap_is_explained() {
    let page = Page::open();
    page.choose_example("A trap");
    page.expect_source("`average` divides");
    page.press("Run");
    page.expect_status("divi");
    page.press("Run");
    page.expect_status("divi");
}

#[test]
fn the_console_finds_what_colours_cut() {
    let page = Page::open();
    page.set_source(
        r#"(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "an \1b[31mer\1b[0mror\n")
  (func (export "_start")
    (i32.store (i32.const 0) (i32.const 16))
    (i32.store (i32.const 4) (i32.const 18))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))"#,
    );
    page.press("Run");
    page.expect_console("an error");
    page.press("Search the console");
    page.expect_script("the keyboard is in the search", "return document.activeElement.type === 'search'");
    page.type_text("error");
    page.expect_console("1 of 1");
    page.expect_script(
        "both parts are marked",
        "return [...document.querySelectorAll('.console mark')].map((mark) => mark.textContent).join('|') === 'er|ror'",
    );
}

#[test]
fn what_is_opened_begins_with_an_empty_console_and_nothing_running() {
    let page = Page::open();
    page.choose_example("Hello over WASI");
    page.press("Run");
    page.expect_console("Hello");
    page.expect_status("Exited with code 0");
    page.choose_example("An infinite loop");
    page.expect_not_in("Console", "Hello");
    page.expect_status("Ready");
    page.press("Run");
    page.expect_status("Running");
    page.choose_example("Recursive factorial");
    page.expect_status("Ready");
    page.press("Run");
    page.expect_status("Returned");
}

#[test]
fn an_invalid_limit_is_reported_and_stays_editable() {
    let page = Page::open();
    page.choose_example("An infinite loop");
    page.session().script("document.querySelector('.limits').open = true", &[]).expect("it opens");
    page.fill("Limit on time, in seconds", "1s");
    page.hit(key::ENTER);
    page.expect_in("Module", "“1s” is not a number of seconds: enter one, such as 5 or 0.5, or nothing for no limit.");
    assert_eq!(page.value("Limit on time, in seconds"), "1s");
    page.fill("Limit on time, in seconds", "0.25");
    page.hit(key::ENTER);
    page.expect_not_in("Module", "is not a number");
    page.press("Run");
    page.expect_text("the program ran for more than 250 ms");
}

#[test]
fn a_limit_that_is_too_large_is_kept_as_typed_and_says_what_the_largest_is() {
    let page = Page::open();
    page.session().script("document.querySelector('.limits').open = true", &[]).expect("it opens");
    page.fill("Limit on recursion, in calls", "10000000");
    page.hit(key::ENTER);
    page.expect_in("Module", "10,000,000 is too large: enter 1,000,000 calls or fewer. The limit is unchanged.");
    // Another limit has nothing to do with it.
    page.fill("Limit on time, in seconds", "5");
    page.hit(key::ENTER);
    page.expect_in("Module", "changed");
    page.expect_in("Module", "10,000,000 is too large");
    assert_eq!(page.value("Limit on recursion, in calls"), "10000000");
    page.fill("Limit on recursion, in calls", "0");
    page.hit(key::ENTER);
    page.expect_in("Module", "0 is too small: enter 1 or more calls");
    page.press("Default limits");
    page.expect_not_in("Module", "is too small");
    assert_ne!(page.value("Limit on recursion, in calls"), "0");
}
