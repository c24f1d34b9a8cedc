//! That assistive technology can use each state of the page: axe-core finds nothing, on a desktop and on a phone, in light
//! and dark.

use e2e::{Page, key};
use serde_json::{Value, json};
use std::fmt::Write;
use std::fs;

const DESKTOP: (u32, u32) = (1440, 900);
const PHONE: (u32, u32) = (390, 844);

/// The panels as tabs.
const TABS: [&str; 7] = ["Editor", "Console", "Syscalls", "Module", "Files", "Inspector", "Memory"];

/// Every rule of WCAG 2.2 up to level AA, and what axe's authors recommend besides.
const ALL_RULES: [&str; 6] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
/// The rules whose result depends on the colour scheme.
const COLOUR_RULES: [&str; 2] = ["color-contrast", "link-in-text-block"];

const CHECK: &str = "
    return axe.run(document, {
        runOnly: arguments[0],
        rules: { 'target-size': { enabled: true } },
        resultTypes: ['violations'],
    }).then(({ violations }) => violations.flatMap(({ id, nodes }) =>
        nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)}: ${failureSummary.slice(0, 400)}`)));";

/// The violations of these rules, or groups of rules, in what the page shows now.
fn violations(page: &Page, rules: &[&str]) -> Vec<String> {
    if page.session().script("return typeof axe", &[]).expect("scripts run in the page") == json!("undefined") {
        let axe = fs::read_to_string(e2e::root().join("node_modules/axe-core/axe.min.js"))
            .expect("axe-core is installed by `npm ci`, which `cargo xtask build` runs");
        page.session().script(&axe, &[]).expect("axe loads");
    }
    let found = page.session().script(CHECK, &[json!(rules)]).expect("axe runs in the page");
    let found = found.as_array().expect("a list of violations");
    found.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Collects what is wrong in one state: by all rules in light colours, by those on colours in dark ones.
fn in_both_schemes(page: &Page, state: &str, found: &mut String) {
    in_scheme(page, "dark", &COLOUR_RULES, state, found);
    in_scheme(page, "light", &ALL_RULES, state, found);
}

fn in_scheme(page: &Page, theme: &str, rules: &[&str], state: &str, found: &mut String) {
    page.browser().prefer_dark(theme == "dark");
    let is_so = format!("return document.documentElement.dataset.theme === '{theme}'");
    page.expect_script("the theme has followed", &is_so);
    for violation in violations(page, rules) {
        let _ = writeln!(found, "{state}, {theme}: {violation}");
    }
}

/// Fails with all that is wrong in a state: on a desktop, and on a phone in each panel.
fn check(page: &Page, state: &str) {
    let mut found = String::new();
    in_both_schemes(page, &format!("{state}, desktop"), &mut found);
    page.browser().resize(PHONE.0, PHONE.1);
    if page.shows("tablist", "Panels") {
        for (index, tab) in TABS.into_iter().enumerate() {
            page.click("tab", tab);
            let state = format!("{state}, phone, {tab}");
            // The panels were seen in dark on the desktop; only what is around them is new.
            match index {
                0 => in_both_schemes(page, &state, &mut found),
                _ => in_scheme(page, "light", &ALL_RULES, &state, &mut found),
            }
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
fn with_problems() {
    let page = open();
    page.set_source("(module (func (export \"main\") (result i32)\n  i32.cnst 42)\n  (func (result i32) nop))");
    page.expect_problem("i32.cnst");
    check(&page, "problems");
}

#[test]
fn running_waiting_and_paused() {
    let page = open();
    page.choose_example("An infinite loop");
    page.press("Run");
    page.expect_enabled("Stop");
    check(&page, "running");
    page.press("Pause");
    page.expect_enabled("Continue");
    check(&page, "paused");
    page.press("Stop");
    page.expect_status("topped");
    check(&page, "stopped");
    page.choose_example("Reading standard input");
    page.press("Run");
    page.expect("textbox", "Standard input");
    check(&page, "waiting for input");
}

#[test]
fn finished_and_failed() {
    let page = open();
    page.choose_example("Hello over WASI");
    page.press("Run");
    page.expect_status("xit");
    check(&page, "finished");
    page.choose_example("A trap");
    page.press("Run");
    page.expect_status("divi");
    page.expect_text("i32.div_s");
    check(&page, "failed");
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
fn a_source_under_the_debugger() {
    let page = open();
    page.choose_example("Rust: word counter");
    page.expect_source("mod count;");
    check(&page, "a module with its source");
    page.press("Debug");
    page.expect_status("main.rs");
    page.press("Step into");
    page.expect_status("At line");
    check(&page, "debugging Rust");
}

#[test]
fn files_and_what_a_run_changed() {
    let page = open();
    page.choose_example("Writing a file");
    page.press("Run");
    page.expect_console("wrote notes.txt");
    page.expect_in("Files", "1 new");
    page.click("treeitem", "notes.txt");
    check(&page, "files");
    page.press("Review");
    check(&page, "review, the list");
    page.press("new, notes.txt");
    page.expect_text("lines removed");
    check(&page, "review, a file");
    page.hit(key::ESCAPE);
    page.click("treeitem", "notes.txt");
    page.press("Open file");
    page.expect("textbox", "Contents");
    check(&page, "a file as text");
    page.press("Show bytes");
    check(&page, "a file as bytes");
    page.hit(key::ESCAPE);
    page.click("treeitem", "notes.txt");
    page.press("Move");
    page.expect("dialog", "Move notes.txt");
    check(&page, "moving a file");
    page.hit(key::ESCAPE);
    page.press("New folder");
    check(&page, "a new folder");
    page.hit(key::ESCAPE);
    page.press("Download all files");
    check(&page, "downloading all files");
}

#[test]
fn system_calls() {
    let page = open();
    page.choose_example("Writing a file");
    page.click("tab", "System calls");
    check(&page, "system calls, none");
    page.click("checkbox", "Record");
    page.press("Run");
    page.expect_in("System calls", "path_open");
    page.click("option", "1");
    check(&page, "system calls");
}

#[test]
fn dialogs() {
    let page = open();
    page.press("Share");
    page.shared_link();
    check(&page, "Share");
    page.hit(key::ESCAPE);
    page.press("Download");
    check(&page, "Download");
    page.hit(key::ESCAPE);
    page.press("Help");
    page.expect("dialog", "Keys and help");
    check(&page, "Help");
    page.hit(key::ESCAPE);
    page.press("Projects");
    page.expect("dialog", "Projects");
    check(&page, "Projects");
    page.press("New project");
    check(&page, "a new project");
}

#[test]
fn searching_in_the_editor_and_in_the_console() {
    let page = open();
    page.choose_example("Hello over WASI");
    page.press("Run");
    page.expect_status("xit");
    page.focus_editor();
    page.chord(key::CONTROL, 'f');
    page.expect("textbox", "Find");
    check(&page, "searching in the editor");
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
fn axe_finds_violations() {
    let page = open();
    let spoil = "const button = document.createElement('button');
        button.style = 'width: 10px; height: 10px; padding: 0; color: #aaa; background: #bbb';
        document.querySelector('main').append(button, button.cloneNode())";
    page.session().script(spoil, &[]).expect("the page can be spoilt");
    let found = violations(&page, &ALL_RULES).join("\n");
    assert!(found.contains("button-name") && found.contains("target-size"), "{found}");
    // In the page as it is loaded, nothing of axe is there.
    page.reload();
    assert_eq!(page.session().script("return typeof axe", &[]).ok(), Some(json!("undefined")));
    assert!(page.server().transfers().iter().all(|sent| !sent.path.contains("axe")));
}
