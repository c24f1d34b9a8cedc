//! A first visit: nothing is cached, and Run is pressed as soon as it can be.

use crate::median;
use e2e::{Browser, Server};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

/// Medians over the visits.
pub struct Loading {
    /// What went over the wire, compressed by gzip, until the first run had finished, without what is fetched behind it.
    pub bytes: u64,
    pub files: usize,
    /// The same files compressed by brotli, as most hosts on the internet do for most browsers.
    pub brotli: u64,
    /// What is fetched behind the first run, or when it is called: by gzip, by brotli.
    pub rest: [u64; 2],
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
    let [_, brotli] = compressed(&needed(&server));
    let rest = compressed(&rests());
    Loading {
        bytes,
        files,
        brotli,
        rest,
        editor: median(visits.iter().map(|(visit, _)| visit["editor"].as_f64().unwrap_or(f64::NAN)).collect()),
        finished: median(visits.iter().map(|(visit, _)| visit["finished"].as_f64().unwrap_or(f64::NAN)).collect()),
    }
}

/// Whether it is a part that the first run does without.
fn is_rest(path: &str) -> bool {
    path.contains("_rest-")
}

/// The files that the visits fetched and needed.
fn needed(server: &Server) -> Vec<PathBuf> {
    let mut paths: Vec<_> = server
        .transfers()
        .into_iter()
        .filter(|sent| sent.status == 200 && !is_rest(&sent.path))
        .map(|sent| sent.path)
        .collect();
    paths.sort();
    paths.dedup();
    let name = |path: &String| match path.trim_start_matches('/') {
        "" => "index.html".to_owned(),
        name => name.to_owned(),
    };
    paths.iter().map(|path| e2e::dist().join(name(path))).collect()
}

fn rests() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(e2e::dist()).expect("the page is built");
    entries.map_while(Result::ok).map(|entry| entry.path()).filter(|path| is_rest(&path.to_string_lossy())).collect()
}

/// How large files are by gzip and by brotli at their best, as they come with Node.js.
fn compressed(files: &[PathBuf]) -> [u64; 2] {
    let script = "const { readFileSync } = require('node:fs'); \
         const { brotliCompressSync, gzipSync } = require('node:zlib'); \
         const files = process.argv.slice(1).map((path) => readFileSync(path)); \
         const sum = (compress) => files.reduce((sum, file) => sum + compress(file).length, 0); \
         console.log(sum((file) => gzipSync(file, { level: 9 })), sum(brotliCompressSync))";
    let output = Command::new("node").args(["-e", script, "--"]).args(files).output().expect("Node.js is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let numbers: Vec<u64> = printed.split_whitespace().map(|word| word.parse().expect("a number")).collect();
    [numbers[0], numbers[1]]
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
            let sent = server.transfers().split_off(before);
            let needed: Vec<_> = sent.iter().filter(|sent| !is_rest(&sent.path)).collect();
            return (visit, (needed.iter().map(|sent| sent.bytes).sum(), needed.len()));
        }
        assert!(started.elapsed() < Duration::from_secs(60), "the first run does not finish: {visit}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
