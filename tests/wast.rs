//! Scripts: the specification's whole test suite, and a few that show what a failure looks like.
#![cfg(not(target_arch = "wasm32"))]

#[path = "support/suite.rs"]
mod suite;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Mutex;

use suite::Script;
use wasmoscope::engine::reversible::executor::wasmi::{PortableWasmi, Wasmi};
use wasmoscope::engine::script::{self, Copies, InstrumentedCopies, Interpreter, Plain, Report};

/// What makes an interpreter with an empty store.
type Make = fn() -> Box<dyn Interpreter>;

/// In what ways the scripts are run; each has to give the same report.
const BACKENDS: [(&str, Make); 2] = [
    ("plain", || Box::new(Plain::new().expect("there is memory for an empty store"))),
    ("instrumented", || Box::new(InstrumentedCopies::new().expect("there is memory for an empty store"))),
];

/// A script that does not pass, with how many failures and why. It fails this test by passing, too.
struct Listed {
    script: &'static str,
    failures: usize,
    because: &'static str,
}

/// Before the multi-memory proposal, now part of WebAssembly 3.0 and run here.
const ONE_MEMORY: &str = "it wants a second memory, or a second table, refused, which is allowed now";
/// Before the same proposal; `memory.size` and the like have an index there now.
const ZERO_BYTE: &str = "it wants a zero byte where a memory's index stands now, which may be of several bytes";
/// Before the memory64 proposal, likewise part of WebAssembly 3.0.
const SHORT_LIMITS: &str = "it wants limits of 32 bits, which may have 64 now, so that they may be longer";
/// Before bulk memory operations.
const CHECKED_FIRST: &str =
    "it wants segments checked before any of them is written, and that failure to be one of linking";

/// What does not pass. All of it is scripts from before a rule was relaxed; the current ones pass.
const LISTED: &[Listed] = &[
    Listed { script: "proposals/function-references/binary", failures: 8, because: ZERO_BYTE },
    Listed { script: "proposals/memory64/binary", failures: 8, because: ZERO_BYTE },
    Listed { script: "proposals/memory64/memory", failures: 2, because: ONE_MEMORY },
    Listed { script: "proposals/memory64/memory64", failures: 2, because: ONE_MEMORY },
    Listed { script: "proposals/multi-value/binary", failures: 8, because: ZERO_BYTE },
    Listed { script: "proposals/mutable-global/linking", failures: 10, because: CHECKED_FIRST },
    Listed { script: "proposals/reference-types/binary", failures: 12, because: ZERO_BYTE },
    Listed { script: "proposals/reference-types/binary-leb128", failures: 4, because: SHORT_LIMITS },
    Listed { script: "proposals/reference-types/imports", failures: 3, because: ONE_MEMORY },
    Listed {
        script: "proposals/reference-types/unreached-invalid",
        failures: 1,
        because: "it wants the labels of a `br_table` that is never reached to agree, which they need not any more",
    },
    Listed { script: "proposals/threads/imports", failures: 7, because: ONE_MEMORY },
    Listed { script: "proposals/threads/memory", failures: 2, because: ONE_MEMORY },
    Listed { script: "wasm-v1/binary-leb128", failures: 4, because: SHORT_LIMITS },
    Listed { script: "wasm-v1/imports", failures: 3, because: ONE_MEMORY },
    Listed { script: "wasm-v1/memory", failures: 2, because: ONE_MEMORY },
    Listed { script: "wasm-v2/binary", failures: 8, because: ZERO_BYTE },
    Listed { script: "wasm-v2/binary-leb128", failures: 2, because: SHORT_LIMITS },
    Listed { script: "wasm-v2/imports", failures: 3, because: ONE_MEMORY },
    Listed { script: "wasm-v2/memory", failures: 2, because: ONE_MEMORY },
];

/// Every script passes but those in [`LISTED`], and what was run and what was not is as the snapshot says: a module that
/// is suddenly taken for one that needs a proposal shows there.
#[test]
fn the_specification_s_test_suite() {
    let scripts = suite::scripts();
    let scripts: Vec<&Script> = scripts.iter().collect();
    for listed in LISTED {
        assert!(scripts.iter().any(|script| script.name == listed.script), "the suite has no {}", listed.script);
    }
    let plain = run_all(&scripts, BACKENDS[0].1);
    let wrong: Vec<String> = plain.iter().filter_map(|(name, report)| unexpected(name, report)).collect();
    assert!(wrong.is_empty(), "{}:\n{}", BACKENDS[0].0, wrong.join("\n"));
    snapshot("suite", &summary(&plain));
    for (backend, interpreter) in &BACKENDS[1..] {
        let reports = run_all(&scripts, *interpreter);
        let different: Vec<String> = plain
            .iter()
            .zip(&reports)
            .filter(|((name, plain), (_, report))| report.describe(name) != plain.describe(name))
            .map(|((name, plain), (_, report))| format!("{}not\n{}", report.describe(name), plain.describe(name)))
            .collect();
        assert!(different.is_empty(), "{backend}:\n{}", different.join("\n"));
    }
}

fn unexpected(name: &str, report: &Report) -> Option<String> {
    let listed = LISTED.iter().find(|listed| listed.script == name);
    match (listed, report.failed.len()) {
        (None, 0) => None,
        (None, _) => Some(report.describe(name)),
        (Some(listed), failures) if failures == listed.failures => None,
        (Some(Listed { failures, because, .. }), _) => {
            Some(format!("listed with {failures} failures ({because}), but it is\n{}", report.describe(name)))
        }
    }
}

/// A row for each folder, and one for each set of proposals that it needs and that are not run.
fn summary(reports: &[(String, Report)]) -> String {
    let mut folders: BTreeMap<&str, (usize, Report)> = BTreeMap::new();
    for (name, report) in reports {
        let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
        let (scripts, sum) = folders.entry(folder).or_default();
        *scripts += 1;
        sum.passed += report.passed;
        sum.failed.extend(report.failed.iter().cloned());
        for (proposals, not_run) in &report.not_run {
            let sum = sum.not_run.entry(proposals.clone()).or_default();
            sum.modules += not_run.modules;
            sum.assertions += not_run.assertions;
        }
    }
    let mut told = String::new();
    for (folder, (scripts, sum)) in folders {
        writeln!(told, "{folder}: {scripts} scripts, {} passed, {} failed", sum.passed, sum.failed.len())
            .expect("a string takes text");
        for (proposals, not_run) in &sum.not_run {
            writeln!(told, "  not run: {not_run} ({proposals})").expect("a string takes text");
        }
    }
    told
}

/// Runs the scripts on all cores.
fn run_all(scripts: &[&Script], interpreter: Make) -> Vec<(String, Report)> {
    let left = Mutex::new(scripts.iter());
    let reports = Mutex::new(Vec::with_capacity(scripts.len()));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let Some(script) = left.lock().expect("no thread panics with it").next() else { return };
                    let report = script::run(&script.text, interpreter().as_mut())
                        .unwrap_or_else(|error| panic!("{}: {error}", script.name));
                    reports.lock().expect("no thread panics with it").push((script.name.clone(), report));
                }
            });
        }
    });
    let mut reports = reports.into_inner().expect("no thread panics with it");
    reports.sort_by(|(a, _), (b, _)| a.cmp(b));
    reports
}

/// Copies that stand alone give the same reports in the form for wasmi, and in the one for any engine.
#[test]
fn a_portable_copy_does_what_wasmi_does() {
    let scripts = suite::scripts();
    let scripts: Vec<&Script> = scripts.iter().collect();
    let hosted = run_all(&scripts, || Box::new(Copies::new(Wasmi)));
    let portable = run_all(&scripts, || Box::new(Copies::new(PortableWasmi)));
    let passed: usize = hosted.iter().map(|(_, report)| report.passed).sum();
    assert!(passed > 100_000, "only {passed} assertions passed");
    let mut told = String::new();
    for ((name, hosted), (_, portable)) in hosted.iter().zip(&portable) {
        assert_eq!(portable.describe(name), hosted.describe(name));
        writeln!(told, "{name}: {} passed, {} failed", hosted.passed, hosted.failed.len())
            .expect("a string takes text");
    }
    // What fails imports something. The browser's engine has to give the same, see `engines_suite.rs`.
    snapshot("copies", &told);
}

/// The scripts in `tests/cases/wast`, with the report beside each: what fails is told, and at its place.
#[test]
fn failures_are_reported_with_their_lines() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/wast");
    let mut seen = 0;
    for entry in std::fs::read_dir(&folder).expect("the folder is there") {
        let path = entry.expect("an entry can be read").path();
        if path.extension().is_none_or(|extension| extension != "wast") {
            continue;
        }
        seen += 1;
        let text = std::fs::read_to_string(&path).expect("a script can be read");
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        for (_, interpreter) in BACKENDS {
            let told = match script::run(&text, interpreter().as_mut()) {
                Ok(report) => report.describe(&format!("{name}.wast")),
                Err(error) => format!("{name}.wast: no script: {error}\n"),
            };
            snapshot(&name, &told);
        }
    }
    assert!(seen >= 10, "only {seen} scripts");
}

fn snapshot(name: &str, told: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/wast"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, told));
}
