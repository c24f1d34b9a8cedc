//! The suite of `tests/guests/suite`, which knows what each call of WASI should answer, in the page.

#[path = "../../support/guests.rs"]
mod guests;

use e2e::Page;

fn open_suite() -> Page {
    let page = Page::open();
    page.upload("open", &[&guests::guest("suite")]);
    page.expect_text("suite.wasm");
    page.expect_enabled("Run");
    page
}

/// Runs the sections with these names; none: all that need nothing.
fn run(page: &Page, sections: &str) {
    page.fill("Command-line arguments", sections);
    page.press("Run");
}

/// All was as expected: the program says so, and by its exit code too.
fn expect_all(page: &Page) {
    page.expect_status("Exited with code 0");
    page.expect_console("as expected");
    page.expect_not_in("Console", "(expected");
}

#[test]
fn every_call_answers_as_expected_in_the_page() {
    let page = open_suite();
    run(&page, "");
    expect_all(&page);
    // The tree that it leaves behind is there to be looked at.
    page.expect("treeitem", "links, folder");
}

#[test]
fn a_hostile_program_gets_errors_in_the_page() {
    let page = open_suite();
    run(&page, "hostile");
    expect_all(&page);
}

#[test]
fn limits_are_met_with_errors_in_the_page() {
    let page = open_suite();
    run(&page, "limits");
    expect_all(&page);
}

#[test]
fn typed_input_is_read_to_its_end_in_the_page() {
    let page = open_suite();
    run(&page, "input");
    for line in ["one", "two", "three"] {
        page.answer(line);
    }
    page.press("End of input");
    expect_all(&page);
}
