//! What the other end-to-end tests rely on without seeing it fail, in each browser.

use e2e::{Browser, Options, Server};
use serde_json::json;
use std::fs;
use tempfile::TempDir;

fn host(page: &str) -> (Server, TempDir) {
    let folder = TempDir::with_prefix("wasmoscope-host-").expect("the system has a folder for temporary files");
    let head = "<!doctype html><title>A page</title><link rel=icon href=data:,>\
         <meta name=viewport content=width=device-width>";
    fs::write(folder.path().join("index.html"), format!("{head}{page}")).expect("it can be written");
    (e2e::host(folder.path()), folder)
}

fn violations_of(page: &str) -> Vec<String> {
    let (server, _folder) = host(page);
    let browser = Browser::start();
    browser.session.go(&server.origin());
    // So that what the page asked for on its way has been asked.
    browser.session.script("return new Promise((done) => setTimeout(done, 100))", &[]).expect("the page answers");
    browser.misdeeds(&server.origin())
}

#[test]
fn a_page_that_does_nothing_wrong_has_no_misdeeds() {
    let none: [&str; 0] = [];
    assert_eq!(violations_of("<p>Hello</p>"), none);
}

#[test]
fn an_error_on_the_console_is_a_misdeed() {
    let found = violations_of("<script>console.error('so it failed')</script>");
    assert!(found.len() == 1 && found[0].contains("so it failed"), "{found:?}");
}

#[test]
fn an_uncaught_exception_is_a_violation() {
    let found = violations_of("<script>throw new TypeError('not caught')</script>");
    assert!(found.len() == 1 && found[0].contains("not caught"), "{found:?}");
}

#[test]
fn a_broken_policy_is_a_misdeed() {
    let policy = "<meta http-equiv=Content-Security-Policy content=\"script-src 'self'\">";
    let found = violations_of(&format!("{policy}<script>document.title = 'run'</script>"));
    assert!(!found.is_empty() && found.iter().all(|misdeed| misdeed.contains("script-src")), "{found:?}");
}

#[test]
fn a_request_to_another_origin_is_a_violation_and_is_blocked() {
    let (other, _folder) = host("");
    // Another port is another origin, and one that could answer.
    let elsewhere = format!("{}/picture.png", other.origin());
    let found = violations_of(&format!("<img src={elsewhere} alt=''><img src=http://wasmoscope.example/a.png alt=''>"));
    for url in [elsewhere.as_str(), "http://wasmoscope.example/a.png"] {
        assert!(found.iter().any(|misdeed| misdeed.ends_with(url)), "{url}: {found:?}");
    }
}

#[test]
fn sizes_and_colour_schemes_are_those_that_were_asked_for() {
    let (server, _folder) = host("");
    let browser = Browser::with(Options { width: 390, height: 844, dark: true });
    browser.resize(390, 844);
    browser.prefer_dark(true);
    browser.session.go(&server.origin());
    let ask = "return [innerWidth, innerHeight, matchMedia('(prefers-color-scheme: dark)').matches]";
    assert_eq!(browser.session.script(ask, &[]).expect("the page answers"), json!([390, 844, true]));
    browser.prefer_dark(false);
    browser.resize(1440, 900);
    assert_eq!(browser.session.script(ask, &[]).expect("the page answers"), json!([1440, 900, false]));
}

#[test]
fn a_script_of_the_test_runs_before_the_pages_own() {
    let (server, _folder) = host("<script>document.title = `was ${window.early}`</script>");
    server.inject("window.early = 'early'");
    let browser = Browser::start();
    browser.session.go(&server.origin());
    assert_eq!(browser.session.script("return document.title", &[]).expect("the page answers"), json!("was early"));
}
