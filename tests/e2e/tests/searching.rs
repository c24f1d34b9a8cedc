//! Searching the console.

use e2e::{Page, key};

/// Prints `line 0` to `line 399`, one below the other.
const LINES: &str = r#"(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00\09\00\00\00")
  (data (i32.const 16) "line 000\0a")
  (func $digit (param $at i32) (param $value i32)
    (i32.store8 (local.get $at) (i32.add (i32.const 48) (i32.rem_u (local.get $value) (i32.const 10)))))
  (func (export "_start") (local $i i32)
    (loop $again
      (call $digit (i32.const 21) (i32.div_u (local.get $i) (i32.const 100)))
      (call $digit (i32.const 22) (i32.div_u (local.get $i) (i32.const 10)))
      (call $digit (i32.const 23) (local.get $i))
      (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $i) (i32.const 400))))))"#;

/// Whether the selected match is visible, and which line it is in.
const CURRENT: &str = "const view = document.querySelector('.console-output').getBoundingClientRect();
    const mark = document.querySelector('.console-output mark[data-current]')?.getBoundingClientRect();
    const inSight = !!mark && mark.top >= view.top && mark.bottom <= view.bottom;";

#[test]
fn what_is_searched_in_the_console_is_gone_to() {
    let page = Page::open();
    page.set_source(LINES);
    page.press("Run");
    page.expect_console("line 399");
    page.press("Search the console");
    page.type_text("99");
    page.expect_in("Console", "1 of 4");
    let in_sight = format!("{CURRENT} return inSight");
    page.expect_script("the first match is in sight", &in_sight);
    page.hit(key::ENTER);
    page.expect_in("Console", "2 of 4");
    page.expect_script("the second match is in sight", &in_sight);
    page.press("Previous match");
    page.press("Previous match");
    page.expect_in("Console", "4 of 4");
    page.expect_script("the last match is in sight", &in_sight);
    page.press("Next match");
    page.expect_in("Console", "1 of 4");
    page.click("searchbox", "Search the console");
    page.chord(key::SHIFT, key::ENTER);
    page.expect_in("Console", "4 of 4");
    page.hit('x');
    page.expect_in("Console", "No matches");
    page.hit(key::ESCAPE);
    page.expect_no("searchbox", "Search the console");
}
