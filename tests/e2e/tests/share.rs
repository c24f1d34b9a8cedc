//! A program in a link.

use e2e::Page;

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
    page.expect_console("42");
}
