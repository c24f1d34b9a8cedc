//! Values by name: pointing at a name in the text, and watch expressions.

use e2e::{Page, key};

/// In the third call of the factorial, before its `i64.eqz`.
fn in_the_third_call(page: &Page) {
    page.choose_example("Recursive factorial");
    page.expect_source("$factorial");
    page.press("Debug");
    page.expect_status("Before the first instruction");
    page.fill("Step number", "19");
    page.hit(key::ENTER);
    page.expect_in("Locals", "8");
}

#[test]
fn a_name_that_is_pointed_at_shows_its_value() {
    let page = Page::open();
    in_the_third_call(&page);
    page.point_at("$n))");
    page.expect_text("local $n (0) 8 i64");
    page.point_at("call $factorial");
    page.expect_text("calls of it are under way");
}

#[test]
fn a_key_shows_the_value_at_the_cursor() {
    let page = Page::open();
    in_the_third_call(&page);
    page.focus_editor();
    page.put_cursor("$n))");
    page.chord(key::SHIFT, key::F9);
    page.expect_text("local $n (0) 8 i64");
    // Escape closes it and stays in the editor; the next one leaves.
    page.hit(key::ESCAPE);
    page.expect_script("it is closed", "return !document.querySelector('.cm-explanation')");
    page.expect_script("the editor has the keyboard", "return !!document.activeElement.closest('.cm-editor')");
    // A step takes it away: it was about the moment before.
    page.chord(key::SHIFT, key::F9);
    page.expect_text("local $n (0) 8 i64");
    page.hit(key::F11);
    page.expect_script("it is gone", "return !document.querySelector('.cm-explanation')");
}

#[test]
fn watch_expressions_change_with_the_steps() {
    let page = Page::open();
    in_the_third_call(&page);
    for expression in ["local.n * 2", "depth", "local.nothing"] {
        page.fill("New watch expression", expression);
        page.hit(key::ENTER);
    }
    page.expect_in("Watch expressions", "16");
    page.expect_in("Watch expressions", "no local `$nothing`");
    let marked = "return [...document.querySelectorAll('.expression[data-changed]')].length";
    page.expect_script("nothing has changed yet", &format!("{marked} === 0"));
    page.press("Step out");
    page.expect_in("Watch expressions", "18");
    page.expect_script("both are marked", &format!("{marked} === 2"));
    // They are still there in the next run, and go when they are taken away.
    page.press("Debug");
    page.expect_status("Before the first instruction");
    page.expect_in("Watch expressions", "no local `$n`");
    page.press("Remove local.nothing");
    page.expect_not_in("Watch expressions", "$nothing");
}
