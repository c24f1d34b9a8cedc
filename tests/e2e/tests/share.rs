//! A program in a link.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use e2e::Page;
use flate2::{Compression, write::ZlibEncoder};
use std::io::Write;

/// A link to a project of one file with this many bytes.
fn link(size: usize) -> String {
    let mut varint = Vec::new();
    let mut rest = size;
    while rest >= 0x80 {
        varint.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    varint.push(rest as u8);
    let mut body = b"\x03big\x00\x1f(module (func (export \"main\")))\x00\x00\x01\x01\x08data.bin\x01".to_vec();
    body.extend(varint);
    body.resize(body.len() + size, 0);
    let mut packed = ZlibEncoder::new(b"WSCP\x01\x01".to_vec(), Compression::best());
    packed.write_all(&body).expect("memory can be written to");
    format!("/#project={}", BASE64_URL_SAFE_NO_PAD.encode(packed.finish().expect("memory can be written to")))
}

/// How many records of any kind the browser stores for the page, with those of single files.
const STORED: &str = "
    return indexedDB.databases().then((all) => Promise.all(all.map(({ name }) => new Promise((done) => {
      const open = indexedDB.open(name);
      open.onsuccess = () => {
        const names = [...open.result.objectStoreNames];
        const counts = open.result.transaction(names).objectStore.bind(open.result.transaction(names));
        Promise.all(names.map((store) => new Promise((counted) => {
          const count = counts(store).count();
          count.onsuccess = () => counted(count.result);
        }))).then((numbers) => { open.result.close(); done(numbers.reduce((sum, one) => sum + one, 0)); });
      };
    })))).then((numbers) => numbers.reduce((sum, one) => sum + one, 0))";

fn stored(page: &Page) -> u64 {
    page.session().script(STORED, &[]).ok().and_then(|count| count.as_u64()).expect("the databases can be counted")
}

#[test]
fn a_shared_program_opens_in_a_fresh_browser() {
    let page = Page::open();
    page.set_source("(module (func (export \"main\") (result i32) i32.const 1234))");
    page.press("Share");
    let link = page.shared_link();
    let (_, fragment) = link.split_once('#').expect("the project is in the fragment");

    let other = Page::open_at(&format!("/#{fragment}"));
    other.expect_source("i32.const 1234");
    // It is not run without a click.
    other.expect_not_in("Console", "1234");
    other.press("Run");
    other.expect_console("1234");
}

#[test]
fn a_broken_link_leaves_the_stored_work_alone() {
    let page = Page::open();
    page.set_source("(module (func (export \"main\") (result i32) i32.const 77))");
    page.press("Run");
    page.expect_console("77");
    for fragment in ["#project=!!!!", "#project=AAAA", "#project=", "#%00%ff", "#<script>alert(1)</script>"] {
        page.visit(&format!("/{fragment}"));
        page.reload();
        page.expect_source("i32.const 77");
    }
}

#[test]
fn a_broken_link_is_explained() {
    let page = Page::open_at("/#project=AAAA");
    page.expect_text("link");
    page.press("Run");
    page.expect_console("25");
}

#[test]
fn what_a_link_brings_is_stored_when_it_is_run_and_not_before() {
    let page = Page::open();
    let before = stored(&page);
    page.visit(&link(100_000));
    page.expect_text("Opened from a link");
    page.expect_in("Files", "data.bin");
    // Longer than a change takes to be stored.
    page.reload();
    page.expect_text("Opened from a link");
    assert_eq!(stored(&page), before, "nothing of it is stored");
    let journals = "return Object.keys(localStorage).filter((key) => localStorage[key].includes('data.bin')).length";
    assert_eq!(page.session().script(journals, &[]).ok(), Some(serde_json::json!(0)));
    page.press("Run");
    page.expect("button", "Projects: shared: big, saved in this browser");
    assert!(stored(&page) > before);
    assert!(!page.url().contains("project="), "a reload does not open the link once more");
    page.reload();
    page.expect("button", "Projects: shared: big, saved in this browser");
    page.expect_in("Files", "data.bin");
}

#[test]
fn what_a_link_brings_can_be_kept_with_a_click() {
    let page = Page::open_at(&link(1000));
    page.expect_text("Opened from a link");
    page.press("Keep it");
    page.expect("button", "Projects: shared: big, saved in this browser");
}

#[test]
fn a_large_link_shows_its_size_and_waits_for_a_click() {
    let page = Page::open();
    page.set_source("(module (func (export \"main\") (result i32) i32.const 77))");
    page.expect("button", "Projects: Welcome, saved in this browser");
    page.visit(&link(63 << 20));
    page.reload();
    page.expect_text("The link holds a project of 63 MiB when it is unpacked");
    page.expect_source("i32.const 77");
    page.press("Open it");
    page.expect_in("Files", "data.bin");
    page.expect("button", "Projects: shared: big, unchanged");
}

#[test]
fn copying_the_link_says_so() {
    let page = Page::open();
    page.press("Share");
    page.shared_link();
    page.press("Copy the link");
    page.expect("button", "Copied");
}
