//! `cargo xtask bench`: measures the speed and size of the built page and writes them to docs/BENCHMARKS.md.

use crate::step::{Heartbeat, cargo, heading, run};
use crate::{build, project, tools};
use anyhow::{Result, bail};

pub fn bench(arguments: &[String]) -> Result<()> {
    let Options { has_build, parts } = options(arguments)?;
    tools::for_build()?;
    tools::browser()?;
    if !has_build {
        build::release(&[])?;
    }
    heading("Building the benchmark");
    let _heartbeat = Heartbeat::start("the benchmark");
    guest("--lib", "wasm32-unknown-unknown")?;
    guest("--bins", "wasm32-wasip1")?;
    run(&mut cargo(&["build", "--release", "--locked", "--package", "bench"]), "see the messages above")?;
    let filesystem = ["bench", "--no-run", "--locked", "--package", "wasmoscope", "--bench", "filesystem"];
    run(&mut cargo(&filesystem), "see the messages above")?;
    heading("Measuring (some minutes; leave the machine alone)");
    let mut measure = cargo(&["run", "--quiet", "--release", "--locked", "--package", "bench", "--"]);
    run(measure.args(parts), "see the messages above")
}

#[derive(Debug, PartialEq)]
struct Options<'a> {
    has_build: bool,
    /// The parts to measure and only print; if empty, everything is measured and written to the file.
    parts: Vec<&'a str>,
}

fn options(arguments: &[String]) -> Result<Options<'_>> {
    let mut options = Options { has_build: false, parts: Vec::new() };
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match (argument.as_str(), arguments.clone().next()) {
            ("--no-build", _) => options.has_build = true,
            ("--only", Some(part)) => {
                options.parts.push(part);
                arguments.next();
            }
            _ => bail!(
                "`cargo xtask bench` takes `--no-build` (measure the existing dist/) and `--only PART` (print \
                 engines, debugger, text, calls or loading, and write nothing)"
            ),
        }
    }
    Ok(options)
}

/// As a user would build it: without the flags that the page itself is built with.
fn guest(which: &str, target: &str) -> Result<()> {
    let mut guest = cargo(&["build", "--release", "--locked", "--package", "bench", which, "--target", target]);
    guest.current_dir(project::root().join("tests/guests"));
    guest.env("CARGO_TARGET_DIR", project::root().join("target/guests")).env("RUSTFLAGS", "");
    run(&mut guest, "see the messages above")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_chosen_by_name() {
        let parse = |text: &str| {
            let arguments: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
            options(&arguments).map(|options| (options.has_build, options.parts.join(" "))).ok()
        };
        assert_eq!(parse(""), Some((false, String::new())));
        let both = Some((true, "debugger text".to_owned()));
        assert_eq!(parse("--only debugger --no-build --only text"), both);
        assert_eq!((parse("--only"), parse("debugger")), (None, None));
    }
}
