//! Files whose lines end with `\r\n`: marks are where they belong, and the endings are kept.

use e2e::{Page, key};
use std::fs;

/// A program with a mark's worth of lines before the place that matters.
fn program(body: &[&str]) -> String {
    let mut lines = vec!["(module".to_owned()];
    lines.extend((2..=42).map(|line| format!("  ;; ž line {line}")));
    lines.extend(body.iter().map(|line| (*line).to_owned()));
    lines.join("\r\n") + "\r\n"
}

const MAIN: &[&str] = &[
    "  (func (export \"main\") (result i32)",
    "    (local $a i32)",
    "    (local.set $a (i32.const 5))",
    "    (i32.add (local.get $a) (i32.const 1))))",
];

fn open(text: &str) -> Page {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("lines.wat");
    fs::write(&file, text).expect("it can be written to");
    let page = Page::open();
    page.upload("open", &[&file]);
    page.expect("button", "Projects: lines");
    page
}

fn expect_underlined(page: &Page, word: &str) {
    page.expect_script(
        &format!("{word} is underlined"),
        &format!(
            "const marks = [...document.querySelectorAll('.cm-lintRange-error')];
             const text = marks.map((mark) => mark.textContent).join('');
             return text === '{word}' || text"
        ),
    );
}

fn expect_marked(page: &Page, instruction: &str) {
    page.expect_script(
        &format!("{instruction} is marked"),
        &format!(
            "const marks = [...document.querySelectorAll('.cm-debug-current')];
             const text = marks.map((mark) => mark.textContent).join('');
             return text === '{instruction}' || text"
        ),
    );
}

#[test]
fn a_problem_is_underlined_where_it_is_also_after_a_reload() {
    let page = open(&program(&["  (func", "    (i32.bad)))"]));
    page.expect_problem("line 44, column 6");
    // Only lines in sight are drawn, so it is gone to first.
    page.press("Error");
    expect_underlined(&page, "i32.bad");
    page.reload();
    page.press("Error");
    expect_underlined(&page, "i32.bad");
    page.expect_text("Line 44, column 13");
    // Typing changes nothing but what is typed.
    page.hit(key::HOME);
    page.type_text(" ");
    page.expect_problem("line 44, column 7");
    expect_underlined(&page, "i32.bad");
}

#[test]
fn the_current_instruction_and_the_values_are_where_they_are_named() {
    let page = open(&program(MAIN));
    page.press("Debug");
    page.expect_status("Before the first instruction");
    expect_marked(&page, "i32.const 5");
    page.expect_next_line("(local.set $a (i32.const 5))");
    page.press("Step into");
    page.expect_status("pushed 5");
    expect_marked(&page, "local.set $a");
    page.press("Step into");
    page.press("Step into");
    page.expect_next_line("(i32.add (local.get $a");
    page.expect_script(
        "the value stands behind its instruction",
        "return [...document.querySelectorAll('.cm-debug-value')].some((value) =>
             value.closest('.cm-line').textContent.includes('(local.get $a' + value.textContent + ')'))",
    );
}

#[test]
fn what_is_downloaded_has_the_endings_that_were_opened() {
    let text = program(MAIN).replacen("line 7\r\n", "line 7\n", 1);
    let page = open(&text);
    page.put_cursor("line 3");
    page.hit(key::END);
    // The new line is indented like the one before it.
    page.type_text("!\n;; new");
    page.expect_source("line 3!\n  ;; new\n");
    page.press("Download");
    page.press("Text");
    let expected = text.replacen("line 3\r\n", "line 3!\r\n  ;; new\r\n", 1);
    assert_eq!(String::from_utf8(page.downloaded("lines.wat")).expect("it is text"), expected);
}

#[test]
fn a_file_that_is_edited_keeps_its_endings() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("data.txt");
    fs::write(&file, "a\r\nb\r\nc\n").expect("it can be written to");
    let page = Page::open();
    page.upload("files", &[&file]);
    page.click("treeitem", "data.txt");
    page.press("Open file");
    page.click("textbox", "Contents");
    page.chord(key::CONTROL, key::END);
    page.type_text("z");
    page.chord(key::CONTROL, 's');
    page.press("Download");
    assert_eq!(page.downloaded("data.txt"), b"a\r\nb\r\nc\nz");
}
