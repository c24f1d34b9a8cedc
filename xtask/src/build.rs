//! `cargo xtask build`: `dist/`, for any static host, below a sub-path too.

use crate::step::{Heartbeat, command, heading, run};
use crate::{project, tools};
use anyhow::Result;

pub fn build(arguments: &[String]) -> Result<()> {
    tools::for_build()?;
    release(arguments)?;
    eprintln!("\nThe page is in {}; any static host can serve it.", project::dist().display());
    Ok(())
}

/// The release build itself, its tools being there.
pub fn release(arguments: &[String]) -> Result<()> {
    heading("Building the page for release (some minutes when nothing is built yet)");
    let _heartbeat = Heartbeat::start("trunk build --release");
    let mut trunk = command("trunk", &["build", "--release"]);
    run(trunk.args(arguments), "see the messages above")
}
