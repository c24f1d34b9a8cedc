//! `cargo xtask bench`: how fast and how large the built page is, written to docs/BENCHMARKS.md.

use crate::step::{Heartbeat, cargo, heading, run};
use crate::{build, project, tools};
use anyhow::{Result, bail};

pub fn bench(arguments: &[String]) -> Result<()> {
    let has_build = match arguments {
        [] => false,
        [flag] if flag == "--no-build" => true,
        _ => bail!("`cargo xtask bench` takes `--no-build` (measure the dist/ that is there) or nothing"),
    };
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
    heading("Measuring (about two minutes; leave the machine alone)");
    run(&mut cargo(&["run", "--quiet", "--release", "--locked", "--package", "bench"]), "see the messages above")
}

/// As a person would build it: without the flags that the page itself is built with.
fn guest(which: &str, target: &str) -> Result<()> {
    let mut guest = cargo(&["build", "--release", "--locked", "--package", "bench", which, "--target", target]);
    guest.current_dir(project::root().join("tests/guests"));
    guest.env("CARGO_TARGET_DIR", project::root().join("target/guests")).env("RUSTFLAGS", "");
    run(&mut guest, "see the messages above")
}
