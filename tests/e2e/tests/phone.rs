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

/// What is out of sight to the right, or has to be scrolled sideways to be seen.
const OUT_OF_SIGHT: &str = "
    const scrolls = [...document.querySelectorAll('body, body *')].filter((element) =>
        element.checkVisibility() && !element.matches('input, .cm-scroller') && element.clientWidth > 3
        && element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).overflowX !== 'visible'
        && getComputedStyle(element).textOverflow !== 'ellipsis');
    const beyond = [...document.querySelectorAll('button, input, select, [role=tab]')].filter((element) =>
        element.checkVisibility() && !element.closest('.visually-hidden') && element.getBoundingClientRect().right > innerWidth + 1);
    return scrolls.concat(beyond).map((element) => element.className || element.innerText).join(', ')";

#[test]
fn nothing_is_out_of_sight_on_the_narrowest_phone() {
    let page = Page::open_at_size(320, 640);
    let all_in_sight = |state: &str| {
        let found = page.session().script(OUT_OF_SIGHT, &[]).expect("the page can be measured");
        assert_eq!(found.as_str(), Some(""), "{state}");
    };
    page.set_source(
        "(module (memory (export \"memory\") 1) (func (export \"main\") (i32.store (i32.const 16) (i32.const 7))))",
    );
    page.expect_problem("No problems");
    all_in_sight("before a run");
    page.press("Help");
    page.expect("button", "Close");
    all_in_sight("the help");
    page.press("Close");
    page.press("Debug");
    page.expect_status("Before the first instruction");
    for tab in ["Inspector", "Syscalls", "Memory", "Files", "Module", "Console", "Editor"] {
        page.click("tab", tab);
        all_in_sight(tab);
    }
    page.press("Share");
    page.expect("textbox", "Link");
    all_in_sight("sharing");
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
