//! What a program prints that is not text, or very much of it: the page goes on answering.

use e2e::Page;
use serde_json::json;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How long the page's thread may be busy at once, in milliseconds. 50 are the aim, which is kept on a machine without
/// other work (0 to 54 ms on two processors, for all patterns); work that is quadratic takes many seconds, and the native tests of the console count it.
const LONGEST_TASK: f64 = 1_000.0;

/// One test at a time, as each keeps a processor busy.
static ALONE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    // A failed test must not make the next one fail.
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A program that fills this many bytes with a pattern and prints them `times` times; 0 means an infinite loop.
fn prints(pattern: &[u8], bytes: usize, times: u32) -> String {
    let data: String = pattern.iter().map(|byte| format!("\\{byte:02x}")).collect();
    let (length, size) = (pattern.len(), bytes / pattern.len() * pattern.len());
    format!(
        r#"(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 3)
  (data (i32.const 65536) "{data}")
  (func (export "_start") (local $at i32) (local $left i32)
    (loop $fill
      (memory.copy (i32.add (i32.const 65536) (local.get $at)) (i32.const 65536) (i32.const {length}))
      (local.set $at (i32.add (local.get $at) (i32.const {length})))
      (br_if $fill (i32.lt_u (local.get $at) (i32.const {size}))))
    (i32.store (i32.const 0) (i32.const 65536))
    (i32.store (i32.const 4) (i32.const {size}))
    (local.set $left (i32.const {times}))
    (loop $print
      (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
      (local.set $left (i32.sub (local.get $left) (i32.const 1)))
      (br_if $print (local.get $left)))))"#
    )
}

const OBSERVE: &str = "
    window.longest = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) window.longest = Math.max(window.longest, entry.duration);
    }).observe({ type: 'longtask' });";

/// The longest task since [`OBSERVE`], or since this was asked last.
fn longest_task(page: &Page) -> f64 {
    // When the program has ended, the console goes on drawing what it keeps.
    let longest = "return new Promise((done) => setTimeout(() => { done(window.longest); window.longest = 0; }, 1000))";
    page.session().script(longest, &[]).ok().and_then(|longest| longest.as_f64()).expect("the page answers")
}

/// Prints about 50 MB of each pattern, and checks the longest time that the page was busy. Before each, a program that
/// prints a word: its end is another one, and the first run of a browser loads fonts and compiles code, whatever is
/// printed.
fn stays_quick(patterns: &[(&str, &[u8])]) {
    let _alone = alone();
    let page = Page::open();
    page.session().script(OBSERVE, &[]).expect("Chromium observes long tasks");
    for (name, pattern) in patterns {
        page.set_source(&prints(b"word\n", 5, 1).replace("_start", "first"));
        page.expect_in("Module", "first");
        page.press("Run");
        page.expect_console("word");
        page.expect_status("Returned");
        page.set_source(&prints(pattern, 65_536, 800));
        page.expect_in("Module", "_start");
        longest_task(&page);
        page.press("Run");
        page.expect_status("Exited");
        let longest = longest_task(&page);
        println!("{name}: the longest task took {longest} ms");
        assert!(longest < LONGEST_TASK, "{name}: the page was busy for {longest} ms");
    }
}

#[test]
fn bytes_that_are_no_text() {
    stays_quick(&[("0xFF", b"\xff"), ("characters cut off", b"\xf0\x9f\xa6"), ("NULs", b"\0")]);
}

#[test]
fn text_and_other_bytes_in_turn() {
    stays_quick(&[
        ("a byte that is no text after each letter", b"a\xff"),
        ("UTF-16", b"a\0b\0\n\0"),
        ("colors", b"\x1b[31ma\x1b[32mb"),
        ("escape characters", b"\x1b"),
    ]);
}

#[test]
fn lines_of_any_length() {
    stays_quick(&[
        ("one line", b"abcdefg "),
        ("one word", b"a"),
        ("newlines", b"\n"),
        ("carriage returns", b"\r"),
        ("a progress bar", b"\r10%"),
    ]);
}

#[test]
fn characters_that_are_hard_to_draw() {
    stays_quick(&[
        ("combining marks", "\u{301}".as_bytes()),
        ("letters with many marks", "a\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}".as_bytes()),
        ("wide characters", "\u{4e16}\u{754c}".as_bytes()),
        ("pictures", "\u{1f469}\u{200d}\u{1f467}".as_bytes()),
        ("right to left", "\u{5d0}\u{202e}a ".as_bytes()),
    ]);
}

#[test]
fn a_flood_of_bytes_that_are_no_text_can_be_stopped() {
    let _alone = alone();
    let page = Page::open();
    // Little at a time, so that it is not over by what a run may print at most.
    page.set_source(&prints(b"\xff", 64, 0));
    page.press("Run");
    page.expect_console("\\xFF\\xFF");
    page.press("Stop");
    page.expect_status("topped");
    // The interpreter answered, and was not replaced.
    assert_eq!(page.session().script("return document.querySelector('.fault-banner p')", &[]).ok(), Some(json!(null)));
}
