//! How fast the built page is, and how large: `cargo xtask bench`.
//!
//! One headless Chromium, the release build, several rounds; medians, so that one slow moment does not count.
//! With names of parts (`engines`, `debugger`, `text`, `calls`, `loading`), only these are measured and nothing is
//! written.

mod calls;
mod debugger;
mod engines;
mod loading;
mod report;
mod samples;
mod text;
mod worker;

use report::Report;
use std::process::Command;

/// How often each thing is measured.
const ROUNDS: usize = 5;

const PARTS: [&str; 5] = ["engines", "debugger", "text", "calls", "loading"];

fn main() {
    let parts: Vec<String> = std::env::args().skip(1).collect();
    if let Some(part) = parts.iter().find(|part| !PARTS.contains(&part.as_str())) {
        eprintln!("error: there is no part `{part}`, only {}", PARTS.join(", "));
        std::process::exit(2);
    }
    let is_wanted = |part: &str| parts.is_empty() || parts.iter().any(|wanted| wanted == part);
    let mut report = Report::new(&machine());
    if is_wanted("engines") {
        eprintln!("==> the page's interpreter, native wasmi, and the browser's own engine");
        report.engines(&engines::measure(ROUNDS));
    }
    if is_wanted("debugger") {
        eprintln!("==> the debugger");
        report.debugger(&debugger::measure(ROUNDS));
    }
    if is_wanted("text") {
        eprintln!("==> text to binary, against npm wabt");
        report.text(&text::measure(ROUNDS));
    }
    if is_wanted("calls") {
        eprintln!("==> files and output, against two other hosts of WASI");
        report.calls(&calls::measure(ROUNDS));
        report.growth(&calls::growth(ROUNDS));
    }
    if is_wanted("loading") {
        eprintln!("==> loading, cold");
        report.loading(&loading::measure(ROUNDS));
    }
    let text = report.finish();
    print!("{text}");
    if !parts.is_empty() {
        return;
    }
    let path = e2e::root().join("docs/BENCHMARKS.md");
    if let Err(error) = std::fs::write(&path, text) {
        eprintln!("error: could not write {}: {error}", path.display());
        std::process::exit(1);
    }
}

/// The machine and the versions, a line each.
fn machine() -> Vec<String> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let memory = std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| {
        let kilobytes: u64 = text.lines().next()?.split_whitespace().nth(1)?.parse().ok()?;
        Some(format!(", {} GiB", kilobytes.div_ceil(1 << 20)))
    });
    let processor = std::fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| {
        let line = text.lines().find(|line| line.starts_with("model name"))?;
        Some(line.split_once(": ")?.1.to_string())
    });
    vec![
        format!("{cores} cores{}", memory.unwrap_or_default()),
        processor.unwrap_or_else(|| std::env::consts::ARCH.to_string()),
        version("chromium", "Chromium"),
        version("rustc", "rustc"),
        format!("wasmi {}", locked("wasmi")),
        format!("wat {}", locked("wat")),
        format!("npm wabt {}", npm_version("wabt")),
        format!("npm @bjorn3/browser_wasi_shim {}", npm_version("@bjorn3/browser_wasi_shim")),
        format!("npm @runno/wasi {}", npm_version("@runno/wasi")),
    ]
}

fn version(program: &str, otherwise: &str) -> String {
    let output = Command::new(program).arg("--version").output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_string()).unwrap_or_default();
    let short = text.split(['(', ',']).next().unwrap_or_default().split(" built").next().unwrap_or_default().trim();
    if short.is_empty() { otherwise.to_string() } else { short.to_string() }
}

fn locked(package: &str) -> String {
    let lock = std::fs::read_to_string(e2e::root().join("Cargo.lock")).unwrap_or_default();
    let entry = lock.split(&format!("name = \"{package}\"\nversion = \"")).nth(1).unwrap_or_default();
    entry.split('"').next().unwrap_or_default().to_string()
}

fn npm_version(package: &str) -> String {
    let path = e2e::root().join("node_modules").join(package).join("package.json");
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let value: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    value["version"].as_str().unwrap_or_default().to_string()
}

/// The middle one.
fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    match numbers.len() {
        0 => f64::NAN,
        length if length % 2 == 1 => numbers[length / 2],
        length => f64::midpoint(numbers[length / 2 - 1], numbers[length / 2]),
    }
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn the_median_is_the_middle() {
        assert_eq!(median(vec![3.0, 1.0, 100.0]), 3.0);
        assert_eq!(median(vec![4.0, 1.0, 2.0, 100.0]), 3.0);
        assert!(median(vec![]).is_nan());
    }
}
