//! Files: in, through a program, and out.

use e2e::Page;
use std::fs;

#[test]
fn a_file_is_uploaded_counted_and_the_report_downloaded() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let text = folder.path().join("words.txt");
    fs::write(&text, "to be or not to be\n").expect("it can be written to");

    let page = Page::open();
    page.choose_example("Rust: word counter");
    page.expect_in("Files", "poem.txt");
    page.upload("files", &[&text]);
    page.expect_in("Files", "words.txt");
    page.fill("Command-line arguments", "-o report.txt words.txt");
    page.press("Run");
    page.expect_console("report written to report.txt");
    page.expect_in("Files", "report.txt");
    page.click("treeitem", "report.txt");
    page.press("Save as");
    let report = String::from_utf8(page.downloaded("report.txt")).expect("the report is text");
    assert!(report.contains("      1       6      19  words.txt"), "{report}");
    assert!(report.contains("2  be"), "{report}");
}

#[test]
fn a_file_that_a_program_writes_is_shown_and_kept() {
    let page = Page::open();
    page.choose_example("Writing a file");
    page.expect_source("path_open");
    page.press("Run");
    page.expect_console("wrote notes.txt");
    page.expect_in("Files", "notes.txt");
    // What it wrote is stored by now, and the example is still nobody's own.
    page.expect("button", "Projects: Writing a file, unchanged");
    page.reload();
    page.expect_in("Files", "notes.txt");
}

#[test]
fn a_module_from_disk_is_opened_and_run() {
    let page = Page::open();
    page.upload("open", &[&e2e::dist().join("examples/hello.wasm")]);
    page.expect_text("hello.wasm");
    page.press("Run");
    page.expect_console("What is your name?");
    page.press("Stop");
}

#[test]
fn thousands_of_files_are_taken_in_and_counted() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let names: Vec<_> = (0..3000).map(|number| folder.path().join(format!("f{number:04}.txt"))).collect();
    names.iter().for_each(|name| fs::write(name, "one of many").expect("it can be written to"));
    let paths: Vec<&std::path::Path> = names.iter().map(|name| name.as_path()).collect();
    let page = Page::open();
    let began = std::time::Instant::now();
    page.upload("files", &paths);
    page.expect_text("3,000 files were added to Files.");
    page.expect_in("Files", "f0000.txt");
    println!("3,000 files took {:?}", began.elapsed());
}
