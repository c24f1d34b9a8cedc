//! `cargo xtask test`: runs every check and every test, and prints one line that counts them.

mod licences;
mod tally;

use crate::step::{Heartbeat, cargo, command, heading};
use crate::{build, project, suite, tools};
use anyhow::{Result, bail, ensure};
use std::process::Command;
use tally::Tally;

/// The two programs for the browser, each with its Cargo feature.
const WASM: [(&str, &str); 2] = [("app", "page"), ("worker", "engine")];

/// The page with its command line, and the crates that they are built from.
const PACKAGES: [&str; 8] = [
    "wasmoscope",
    "wasmoscope-debugger",
    "wasmoscope-module",
    "wasmoscope-reversible",
    "wasmoscope-runtime",
    "wasmoscope-source-map",
    "wasmoscope-vfs",
    "wasmoscope-wasi",
];

/// The end-to-end test files that `./x test` runs in Firefox, too: what differs between browsers is loading, storage,
/// input, and when a worker gets its messages. All files run there with `E2E_BROWSER=firefox`; together they take longer
/// than the rest of the end-to-end tests.
const IN_FIREFOX: [&str; 12] = [
    "engine",
    "files",
    "keyboard",
    "line_endings",
    "loading",
    "parts",
    "run",
    "share",
    "stdin",
    "stop",
    "storage",
    "typing",
];

pub fn test(arguments: &[String]) -> Result<()> {
    let quick = match arguments {
        [] => false,
        [flag] if flag == "--quick" => true,
        _ => bail!("`cargo xtask test` takes `--quick` or nothing"),
    };
    let mut tally = Tally::default();
    native(&mut tally);
    if !quick {
        programs(&mut tally);
        against_wasmtime(&mut tally);
        in_the_browser(&mut tally);
    }
    tally.report();
    println!("{} passed, {} failed", tally.passed, tally.failed);
    if tally.failed > 0 {
        // The report already ended with its last line.
        std::process::exit(1);
    }
    Ok(())
}

fn native(tally: &mut Tally) {
    if !tally.check("the toolchain of rust-toolchain.toml", tools::toolchain()) {
        return;
    }
    step(tally, "formatting", cargo(&["fmt", "--all", "--check"]));
    for workspace in ["tests/guests", "tests/oracle", "fuzz"] {
        let manifest = format!("{workspace}/Cargo.toml");
        let format = cargo(&["fmt", "--all", "--check", "--manifest-path", &manifest]);
        step(tally, &format!("formatting of {workspace}"), format);
    }
    step(
        tally,
        "clippy, native",
        cargo(&["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"]),
    );
    for (program, feature) in WASM {
        let mut clippy = cargo(&["clippy", "--package", "wasmoscope", "--lib", "--bin", program, "--locked"]);
        clippy.args(["--target", "wasm32-unknown-unknown", "--no-default-features", "--features", feature]);
        step(tally, &format!("clippy, wasm, {program}"), with(clippy, &["--", "-D", "warnings"]));
    }
    let mut documentation = cargo(&["doc", "--no-deps", "--document-private-items", "--locked"]);
    documentation.args(packages()).env("RUSTDOCFLAGS", "-D warnings");
    step(tally, "documentation", documentation);
    tally.check("licences of the dependencies", licences::check(""));
    tally.check("licences of the guests' dependencies", licences::check("tests/guests"));
    tally.check("what deny.toml asks for", licences::deny());
    let mut tests = cargo(&["test", "--locked", "--no-fail-fast"]);
    tests.args(packages());
    run_tests(tally, "native tests", tests);
    let xtask = cargo(&["test", "--package", "xtask", "--package", "module-split", "--locked"]);
    run_tests(tally, "tests of xtask", xtask);
    let mut guests = cargo(&["test", "--locked", "--manifest-path", "tests/guests/Cargo.toml"]);
    guests.env("CARGO_TARGET_DIR", project::root().join("target/guests-native"));
    run_tests(tally, "tests of the guests", guests);
}

/// The arguments that select the page with its command line, and the crates that it is built from.
fn packages() -> impl Iterator<Item = &'static str> {
    PACKAGES.into_iter().flat_map(|package| ["--package", package])
}

/// Runs programs from crates.io, which are compiled first.
fn programs(tally: &mut Tally) {
    let mut programs = cargo(&["test", "--package", "wasmoscope", "--test", "programs", "--locked"]);
    programs.args(["--no-fail-fast", "--", "--ignored"]);
    run_tests(tally, "programs from crates.io (some minutes when they are not built yet)", programs);
}

/// Runs the same programs here and under wasmtime, in a workspace of its own.
fn against_wasmtime(tally: &mut Tally) {
    let mut oracle = cargo(&["test", "--locked", "--no-fail-fast", "--manifest-path", "tests/oracle/Cargo.toml"]);
    oracle.env("CARGO_TARGET_DIR", project::root().join("target/oracle"));
    run_tests(tally, "comparison with wasmtime (some minutes when wasmtime is not built yet)", oracle);
    // Afterwards, because nothing else fetches these dependencies.
    tally.check("licences of what it is compared with", licences::check("tests/oracle"));
}

fn in_the_browser(tally: &mut Tally) {
    let ready = tools::for_build().and_then(|()| tools::for_browser_tests());
    if !tally.check("the tools for the browser tests", ready) {
        return;
    }
    // Before wasm-pack, which leaves a build of its own behind; the end-to-end tests need this one.
    if tally.check("the release build", build::release(&[])) {
        run_tests(tally, "end-to-end tests in Chromium", end_to_end());
        match in_firefox() {
            Ok(files) => {
                let mut firefox = end_to_end();
                firefox.args(files).env("E2E_BROWSER", "firefox");
                run_tests(tally, "end-to-end tests in Firefox", firefox);
            }
            Err(error) => drop(tally.check("the files of the end-to-end tests", Err(error))),
        }
    }
    let Some(driver) = find_driver() else {
        tally.check(
            "chromedriver on PATH",
            Err(anyhow::anyhow!("it is there for the end-to-end tests but not on PATH")),
        );
        return;
    };
    tally.check("the specification's scripts for the browser", suite::write());
    let mut pack = command("wasm-pack", &["test", "--headless", "--chrome", "--chromedriver", &driver]);
    pack.args(["--mode", "no-install"]);
    run_tests(tally, "tests in the browser", pack);
}

/// The end-to-end tests, with one more thread than there are processors: a test waits for its page half of the time.
fn end_to_end() -> Command {
    let mut tests = cargo(&["test", "--package", "e2e", "--locked", "--no-fail-fast"]);
    if std::env::var_os("RUST_TEST_THREADS").is_none() {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        tests.env("RUST_TEST_THREADS", (processors + 1).to_string());
    }
    tests
}

/// The arguments that select the files of [`IN_FIREFOX`], which have to be there.
fn in_firefox() -> Result<Vec<&'static str>> {
    let folder = project::root().join("tests/e2e/tests");
    for file in IN_FIREFOX {
        let path = folder.join(file).with_extension("rs");
        ensure!(path.is_file(), "`IN_FIREFOX` names `{file}`, but there is no {}", path.display());
    }
    Ok(IN_FIREFOX.into_iter().flat_map(|file| ["--test", file]).collect())
}

/// A command that passes or fails as a whole.
fn step(tally: &mut Tally, name: &str, mut command: Command) {
    heading(name);
    let _heartbeat = Heartbeat::start(name);
    let result = crate::step::run(&mut command, "see the messages above");
    tally.check(name, result);
}

/// A command that runs tests and prints their counts.
fn run_tests(tally: &mut Tally, name: &str, command: Command) {
    heading(name);
    let _heartbeat = Heartbeat::start(name);
    tally.run(name, command);
}

fn with(mut command: Command, arguments: &[&str]) -> Command {
    command.args(arguments);
    command
}

fn find_driver() -> Option<String> {
    let name = if cfg!(windows) { "chromedriver.exe" } else { "chromedriver" };
    let path = std::env::var_os("PATH")?;
    let found = std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())?;
    Some(found.to_string_lossy().into_owned())
}
