//! That assistive technology can use the page: axe-core finds nothing at the start, while debugging and with everything
//! unfolded, on a desktop and on a phone, in light and dark. The other states are still to come.

use e2e::{Page, key};
use serde_json::{Value, json};
use std::fmt::Write;
use std::fs;

const DESKTOP: (u32, u32) = (1440, 900);
const PHONE: (u32, u32) = (390, 844);

/// The panels as tabs.
const TABS: [&str; 7] = ["Editor", "Console", "System calls", "Module", "Files", "Inspector", "Memory"];

/// Every rule of WCAG 2.2 up to level AA, and what axe's authors recommend besides.
const CHECK: &str = "
    return axe.run(document, {
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
        rules: { 'target-size': { enabled: true } },
        resultTypes: ['violations'],
    }).then(({ violations }) => violations.flatMap(({ id, nodes }) =>
        nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)}: ${failureSummary.slice(0, 400)}`)));";

/// What axe finds wrong in what the page shows now.
fn violations(page: &Page) -> Vec<String> {
    let axe = fs::read_to_string(e2e::root().join("node_modules/axe-core/axe.min.js"))
        .expect("axe-core is installed by `npm ci`, which `cargo xtask build` runs");
    let found = page.session().script(&format!("{axe};{CHECK}"), &[]).expect("axe runs in the page");
    let found = found.as_array().expect("a list of violations");
    found.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Collects what is wrong in one state in both colour schemes.
fn in_both_schemes(page: &Page, state: &str, found: &mut String) {
    for dark in [false, true] {
        page.browser().prefer_dark(dark);
        let theme = if dark { "dark" } else { "light" };
        page.expect_script(
            "the theme has followed",
            &format!("return document.documentElement.dataset.theme === '{theme}'"),
        );
        for violation in violations(page) {
            let _ = writeln!(found, "{state}, {theme}: {violation}");
        }
    }
}

/// Fails with all that is wrong in a state: on a desktop, and on a phone in each panel.
fn check(page: &Page, state: &str) {
    let mut found = String::new();
    in_both_schemes(page, &format!("{state}, desktop"), &mut found);
    page.browser().resize(PHONE.0, PHONE.1);
    if page.shows("tablist", "Panels") {
        for tab in TABS {
            page.click("tab", tab);
            in_both_schemes(page, &format!("{state}, phone, {tab}"), &mut found);
        }
    } else {
        // A dialog is over everything.
        in_both_schemes(page, &format!("{state}, phone"), &mut found);
    }
    page.browser().resize(DESKTOP.0, DESKTOP.1);
    page.browser().prefer_dark(false);
    assert!(found.is_empty(), "{found}");
}

fn open() -> Page {
    Page::open_at_size(DESKTOP.0, DESKTOP.1)
}

#[test]
fn at_the_start_and_empty() {
    let page = open();
    check(&page, "start");
    page.set_source("");
    page.expect_source("");
    check(&page, "empty");
}

#[test]
fn debugging() {
    let page = open();
    page.choose_example("Memory and data");
    page.press("Debug");
    page.expect_status("Before the first instruction");
    check(&page, "debugging, at the start");
    page.fill("Step number", "15");
    page.hit(key::ENTER);
    page.press("Show 0x28 in Memory");
    page.fill("New watch expression", "local.nothing");
    page.hit(key::ENTER);
    page.expect_in("Watch expressions", "no local");
    check(&page, "debugging, with operands and a selection in the memory");
    page.press("Go to the end");
    page.expect_status("main returned");
    check(&page, "debugging, at the end");
}

#[test]
fn breakpoints_and_watchpoints() {
    let page = open();
    page.choose_example("Recursive factorial");
    page.press("Debug");
    page.expect_status("Before the first instruction");
    page.press("Step into");
    page.press("Step into");
    page.press("New breakpoint");
    page.choose("Stop at", "a local");
    page.fill("Which: a local", "$factorial $n");
    page.press("Add");
    page.choose("Stop at", "a global");
    page.fill("Which: a global", "$none");
    page.press("Add");
    page.expect_in("Breakpoints", "has no global");
    check(&page, "watching");
}

#[test]
fn everything_that_can_be_unfolded_is_unfolded() {
    let page = open();
    page.choose_example("Memory and data");
    page.session()
        .script("document.querySelectorAll('details').forEach((details) => { details.open = true })", &[])
        .expect("they can be opened");
    check(&page, "unfolded");
}

#[test]
fn axe_finds_what_is_wrong() {
    let page = open();
    let spoil = "const button = document.createElement('button');
        button.style = 'width: 10px; height: 10px; padding: 0; color: #aaa; background: #bbb';
        document.querySelector('main').append(button, button.cloneNode())";
    page.session().script(spoil, &[]).expect("the page can be spoilt");
    let found = violations(&page).join("\n");
    assert!(found.contains("button-name") && found.contains("target-size"), "{found}");
    // In the page as it is loaded, nothing of axe is there.
    page.reload();
    assert_eq!(page.session().script("return typeof axe", &[]).ok(), Some(json!("undefined")));
    assert!(page.server().transfers().iter().all(|sent| !sent.path.contains("axe")));
}
