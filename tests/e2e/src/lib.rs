//! End-to-end tests of the built page in headless Chromium or, with `E2E_BROWSER=firefox`, in headless Firefox.
//!
//! An end-to-end test (`tests/*.rs`, one file a feature) reads as sentences: [`Page`] finds everything by role and
//! accessible name, as a user with a screen reader does, and waits for conditions. Nothing sleeps for a fixed time.
//! When a test ends, the page must not have logged an error, broken its Content-Security-Policy or asked another origin
//! for anything; when it fails, a picture of the page is left in `target/e2e/`.
//!
//! Below [`Page`]: [`Browser`] is a browser with a fresh profile, [`webdriver`] the protocol it is driven by (and [`bidi`]
//! where that is not enough), and [`Server`] the static host that serves `dist/`. [`animation`] joins screenshots.

pub mod animation;
pub mod bidi;
mod browser;
mod page;
pub mod webdriver;

pub use browser::{Browser, Kind, Options, skipped};
pub use page::{Page, key};
pub use static_host::{Server, Transfer};

use std::path::{Path, PathBuf};

/// The release build of the page.
///
/// # Panics
/// If there is none, because the tests have nothing to run.
pub fn dist() -> PathBuf {
    let dist = root().join("dist");
    assert!(dist.join("index.html").exists(), "there is no dist/index.html; run `cargo xtask build` first");
    dist
}

/// Logs an error for a policy violation, which BiDi does not report.
const REPORT_VIOLATIONS: &str = "addEventListener('securitypolicyviolation', (event) => \
    console.error(`${event.violatedDirective} forbids ${event.blockedURI || event.sourceFile}`))";

/// Serves a folder to a browser of the tests: what a page's policy forbids is an error on its console.
pub fn host(folder: &Path) -> Server {
    let server = Server::start(folder);
    // Not as a preload script of WebDriver BiDi: in Firefox one fails now and then, with an error of its own on the
    // console ("Permission denied to access property").
    server.inject(REPORT_VIOLATIONS);
    server
}

/// The folder that holds the workspace's `Cargo.toml`.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("this crate is tests/e2e of the workspace")
}
