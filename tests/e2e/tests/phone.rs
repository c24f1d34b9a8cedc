//! The page at 390 pixels.

use e2e::Page;

#[test]
fn a_program_is_run_on_a_phone() {
    let page = Page::open_at_size(390, 844);
    page.press("Run");
    page.expect_status("25");
}

#[test]
fn nothing_is_wider_than_the_phone() {
    let page = Page::open_at_size(390, 844);
    page.expect_script(
        "the page does not scroll sideways",
        "return document.documentElement.scrollWidth <= document.documentElement.clientWidth",
    );
    page.press("Run");
    page.expect_status("25");
    page.expect_script(
        "the page does not scroll sideways after a run",
        "return document.documentElement.scrollWidth <= document.documentElement.clientWidth",
    );
}

#[test]
fn a_debugged_program_that_asks_is_answered_where_it_can_be() {
    let page = Page::open_at_size(390, 844);
    page.choose_example("Reading standard input");
    page.press("Debug");
    page.expect_status("Before the first instruction");
    page.press("Continue");
    page.answer("Ada");
    page.expect_console("Ada");
    page.press("End of input");
    page.expect_status("Exited with code 0");
    page.expect_no("textbox", "Standard input");
}
