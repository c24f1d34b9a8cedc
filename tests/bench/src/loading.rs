//! A first visit: nothing is cached, and Run is pressed as soon as it can be.

use crate::median;
use e2e::{Browser, Server};
use serde_json::{Value, json};
use std::process::Command;
use std::time::{Duration, Instant};

/// Medians over the visits.
pub struct Loading {
    /// What went over the wire, compressed by gzip, until the first run had finished.
    pub bytes: u64,
    pub files: usize,
    /// The same files compressed by brotli, as most hosts on the internet do for most browsers.
    pub brotli: u64,
    /// From the start of the navigation, in milliseconds.
    pub editor: f64,
    pub finished: f64,
}

/// Runs in the page from its first moment: looks at every frame, presses Run, notes the times.
const VISITOR: &str = r#"
window.visit = {};
const look = () => {
  const editor = document.querySelector(".cm-content");
  if (editor && !window.visit.editor) window.visit.editor = performance.now();
  const run = [...document.querySelectorAll("button")].find((button) =>
    (button.getAttribute("aria-label") || button.textContent).trim().startsWith("Run"));
  if (editor && run && !run.disabled && !window.visit.pressed) {
    window.visit.pressed = performance.now();
    run.click();
  }
  const statuses = [...document.querySelectorAll("[role=status], output")];
  if (window.visit.pressed && statuses.some((status) => /\b42\b/.test(status.textContent))) {
    window.visit.finished = performance.now();
    return;
  }
  requestAnimationFrame(look);
};
requestAnimationFrame(look);
"#;

pub fn measure(rounds: usize) -> Loading {
    // One visit before the ones that count: the host compresses each file once.
    let server = Server::start(&e2e::dist());
    visit(&server);
    let visits: Vec<_> = (0..rounds).map(|_| visit(&server)).collect();
    let (bytes, files) = visits[0].1;
    let brotli = brotli(&server);
    Loading {
        bytes,
        files,
        brotli,
        editor: median(visits.iter().map(|(visit, _)| visit["editor"].as_f64().unwrap_or(f64::NAN)).collect()),
        finished: median(visits.iter().map(|(visit, _)| visit["finished"].as_f64().unwrap_or(f64::NAN)).collect()),
    }
}

/// Adds up what the first visit fetched, compressed by the brotli that comes with Node.js, at its best.
fn brotli(server: &Server) -> u64 {
    let mut paths: Vec<_> =
        server.transfers().into_iter().filter(|sent| sent.status == 200).map(|sent| sent.path).collect();
    paths.sort();
    paths.dedup();
    let script = "const { readFileSync } = require('node:fs'); const { brotliCompressSync } = require('node:zlib'); \
         console.log(process.argv.slice(1).reduce((sum, path) => sum + brotliCompressSync(readFileSync(path)).length, 0))";
    let files = paths.iter().map(|path| {
        let name = path.trim_start_matches('/');
        e2e::dist().join(if name.is_empty() { "index.html" } else { name })
    });
    let output = Command::new("node").args(["-e", script, "--"]).args(files).output().expect("Node.js is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().parse().expect("the script prints a number")
}

fn visit(server: &Server) -> (Value, (u64, usize)) {
    let browser = Browser::start();
    let before = server.transfers().len();
    browser
        .session
        .devtools("Page.addScriptToEvaluateOnNewDocument", &json!({ "source": VISITOR }))
        .expect("Chromium runs scripts on new documents");
    browser.session.go(&server.origin());
    let started = Instant::now();
    loop {
        let visit = browser.session.script("return window.visit", &[]).expect("the page runs scripts");
        if !visit["finished"].is_null() {
            let sent = &server.transfers()[before..];
            return (visit, (sent.iter().map(|transfer| transfer.bytes).sum(), sent.len()));
        }
        assert!(started.elapsed() < Duration::from_secs(60), "the first run does not finish: {visit}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
