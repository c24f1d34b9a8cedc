//! What is stored stays stored, and the page does not claim more: large files, a browser that refuses its storage,
//! other tabs, deleted site data, crashes.

use std::io::Write;

use e2e::{Options, Page, key, skipped};
use serde_json::json;

const KEPT: &str = r#"return Boolean(document.querySelector("[data-saving='saved']"))"#;
const NOT_KEPT: &str = r#"return Boolean(document.querySelector("[data-saving='failed']"))"#;

/// Whether the page asks before it is left.
const ASKS: &str = "const leaving = new Event('beforeunload', { cancelable: true }); \
     window.dispatchEvent(leaving); return leaving.defaultPrevented";
const DOES_NOT_ASK: &str = "const leaving = new Event('beforeunload', { cancelable: true }); \
     window.dispatchEvent(leaving); return !leaving.defaultPrevented";

/// Writes nine times 16 MiB, each time beginning with the number of the time.
const WRITES_144_MIB: &str = r#"(module
  (import "wasi_snapshot_preview1" "path_open" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 300)
  (data (i32.const 0) "out.bin")
  (func (export "_start") (local $i i32)
    (drop (call $open (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 7) (i32.const 9)
      (i64.const 0x1fffffff) (i64.const 0) (i32.const 0) (i32.const 16)))
    (i32.store (i32.const 32) (i32.const 65536))
    (i32.store (i32.const 36) (i32.const 16777216))
    (loop $again
      (i32.store (i32.const 65536) (local.get $i))
      (drop (call $write (i32.load (i32.const 16)) (i32.const 32) (i32.const 1) (i32.const 48)))
      (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 9))))))"#;

/// Reads that file: exits with the sum of the numbers, 0 + 1 + … + 8 = 36.
const SUMS_144_MIB: &str = r#"(module
  (import "wasi_snapshot_preview1" "path_open" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 300)
  (data (i32.const 0) "out.bin")
  (func (export "_start") (local $sum i32)
    (drop (call $open (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 7) (i32.const 0)
      (i64.const 0x1fffffff) (i64.const 0) (i32.const 0) (i32.const 16)))
    (i32.store (i32.const 32) (i32.const 65536))
    (i32.store (i32.const 36) (i32.const 16777216))
    (loop $again
      (i32.store (i32.const 65536) (i32.const 0))
      (drop (call $read (i32.load (i32.const 16)) (i32.const 32) (i32.const 1) (i32.const 48)))
      (local.set $sum (i32.add (local.get $sum) (i32.load (i32.const 65536))))
      (br_if $again (i32.load (i32.const 48))))
    (call $exit (local.get $sum))))"#;

/// A page that runs this script before anything of its own.
fn page_with_script(script: &str) -> Page {
    let page = Page::unopened(Options::default());
    page.server().inject(script);
    page.visit("/");
    page.wait_until_ready();
    page
}

/// Opens another tab of the page, or goes to one; the tab that the page is in.
fn tab(page: &Page) -> String {
    let handle = page.session().get("window").expect("there is a window");
    handle.as_str().expect("a handle is text").to_owned()
}

fn new_tab(page: &Page) -> String {
    let opened = page.session().post("window/new", &json!({ "type": "tab" })).expect("a tab can be opened");
    opened["handle"].as_str().expect("a tab has a handle").to_owned()
}

fn go_to(page: &Page, tab: &str) {
    page.session().post("window", &json!({ "handle": tab })).expect("the tab is there");
}

fn add_file(page: &Page, name: &str) {
    page.press("New file");
    page.fill("Name, at the top", name);
    page.press("Create");
    page.expect_in("Files", name);
}

#[test]
fn a_file_of_144_mib_survives_a_reload() {
    let page = Page::open();
    page.set_source(WRITES_144_MIB);
    page.press("Run");
    page.expect_in("Files", "144 MiB");
    page.expect_script("it is stored", KEPT);
    page.reload();
    page.expect_in("Files", "144 MiB");
    page.set_source(SUMS_144_MIB);
    page.press("Run");
    page.expect_status("36");
}

#[test]
fn a_module_of_130_mib_keeps_its_project() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("large.wasm");
    let length = 130_u32 << 20;
    // Importing `proc_exit`, so that it has a command line.
    let mut module =
        b"\0asm\x01\0\0\0\x01\x05\x01\x60\x01\x7f\x00\x02\x24\x01\x16wasi_snapshot_preview1\x09proc_exit\0\0\0"
            .to_vec();
    // A custom section of that size: its name is empty.
    let mut rest = length;
    while rest >= 128 {
        module.push((rest & 127) as u8 | 128);
        rest >>= 7;
    }
    module.push(rest as u8);
    module.resize(module.len() + length as usize, 0);
    std::fs::File::create(&path).and_then(|mut file| file.write_all(&module)).expect("it can be written");
    let page = Page::open();
    page.upload("open", &[&path]);
    page.expect("button", "Projects: large");
    page.expect_script("it is stored", KEPT);
    page.fill("Command-line arguments", "one");
    page.expect_script("it is stored", KEPT);
    page.reload();
    page.expect("button", "Projects: large");
    assert_eq!(page.value("Command-line arguments"), "one");
}

#[test]
fn a_page_whose_storage_is_refused_is_whole_and_says_that_it_keeps_nothing() {
    let shared = Page::open();
    shared.set_source("(module (func (export \"main\") (result i32) i32.const 4321))");
    shared.press("Share");
    let link = shared.shared_link();
    let (_, fragment) = link.split_once('#').expect("the project is in the fragment");
    drop(shared);

    let page = page_with_script(
        "for (const name of ['indexedDB', 'localStorage', 'sessionStorage']) \
           Object.defineProperty(window, name, { get() { throw new DOMException('refused here', 'SecurityError'); } });",
    );
    page.expect_text("Your changes are lost when you close the page");
    page.expect_text("download the project to keep it");
    page.expect_script("nothing was made yet", DOES_NOT_ASK);
    page.session().script(&format!("location.hash = '{fragment}'"), &[]).expect("an address can be changed");
    page.expect_source("i32.const 4321");
    page.set_source("(module (func (export \"main\") (result i32) i32.const 4322))");
    page.expect_script("it says so", NOT_KEPT);
    page.expect_script("leaving asks", ASKS);
    add_file(&page, "mine.txt");
    // Others open, and it comes back, with its files.
    page.choose_example("Hello over WASI");
    page.expect_source("Hello, world!");
    page.press("Run");
    page.expect_console("Hello, world!");
    page.press("Projects");
    page.press("shared");
    page.expect_source("i32.const 4322");
    page.expect_in("Files", "mine.txt");
    page.press("Download");
    page.session()
        .script("document.querySelector('.download-list li:last-child button').click()", &[])
        .expect("a button can be clicked");
    page.expect_script("what was downloaded is not lost", DOES_NOT_ASK);
}

#[test]
fn what_was_typed_comes_back_from_the_journal_where_there_is_no_database() {
    let mut page =
        page_with_script("IDBFactory.prototype.open = () => { throw new DOMException('', 'SecurityError'); };");
    // The page asks; if it has not been touched since its last load, Chromium does not show the question.
    page.allow_error("Blocked attempt to show a 'beforeunload'");
    page.set_source("(module (func (export \"main\") (result i32) i32.const 90))");
    page.expect_script("it says so", NOT_KEPT);
    add_file(&page, "beside.txt");
    for _ in 0..2 {
        page.reload();
        page.expect_source("i32.const 90");
        page.expect_in("Files", "beside.txt");
        page.expect_script("it says so", NOT_KEPT);
    }
}

#[test]
fn a_project_that_another_tab_deletes_is_kept_again_whole_when_it_is_changed() {
    let page = Page::open();
    page.set_source("(module (func (export \"main\") (result i32) i32.const 5))");
    add_file(&page, "beside.txt");
    page.expect_script("it is stored", KEPT);
    let first = tab(&page);
    let second = new_tab(&page);
    go_to(&page, &second);
    page.visit("/");
    page.wait_until_ready();
    page.expect_source("i32.const 5");
    page.press("Projects");
    page.press("Delete Welcome");
    page.press("Delete");
    page.expect_script("it is gone", "return !document.querySelector('[aria-label=\"Delete Welcome\"]')");
    go_to(&page, &first);
    page.expect_text("was deleted in another tab");
    page.expect_script("it says so", NOT_KEPT);
    page.set_source("(module (func (export \"main\") (result i32) i32.const 5) (; changed ;))");
    page.expect_script("it is stored", KEPT);
    page.reload();
    page.expect_source("i32.const 5");
    page.expect_in("Files", "beside.txt");
}

#[test]
fn site_data_that_is_deleted_while_the_page_is_open_is_written_again() {
    let page = Page::open();
    page.set_source("(module (func (export \"main\") (result i32) i32.const 6))");
    add_file(&page, "beside.txt");
    page.expect_script("it is stored", KEPT);
    page.browser().delete_site_data(&page.server().origin());
    page.expect_text("It was saved again, with all its files");
    page.expect_script("it is stored", KEPT);
    page.reload();
    page.expect_source("i32.const 6");
    page.expect_in("Files", "beside.txt");
}

#[test]
fn what_was_typed_before_a_crash_comes_back_although_the_clock_was_set_back() {
    if skipped() {
        return;
    }
    let page = page_with_script(
        "if (!localStorage.crashed) { const now = Date.now; Date.now = () => now() + 3600e3; \
           IDBFactory.prototype.open = () => ({}); }",
    );
    page.set_source("(module (func (export \"main\") (result i32) i32.const 7))");
    page.focus_editor();
    page.chord(key::CONTROL, key::END);
    page.type_text(";; the end");
    page.session().script("localStorage.crashed = 1", &[]).expect("it can be noted");
    let fresh = new_tab(&page);
    page.browser().crash();
    go_to(&page, &fresh);
    page.visit("/");
    page.wait_until_ready();
    page.expect_source(";; the end");
}
