//! `cargo xtask build`: builds `dist/` for any static host, even below a sub-path.

use crate::step::{Heartbeat, command, heading, run};
use crate::{project, tools};
use anyhow::{Context, Result};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

pub fn build(arguments: &[String]) -> Result<()> {
    tools::for_build()?;
    release(arguments)?;
    eprintln!("\nThe page is in {}; any static host can serve it.", project::dist().display());
    Ok(())
}

/// The release build itself; its tools must be installed.
pub fn release(arguments: &[String]) -> Result<()> {
    heading("Building the page for release (4 to 6 minutes the first time on 2 cores, then 1 to 2)");
    let _heartbeat = Heartbeat::start("trunk build --release");
    let sources = fingerprint()?;
    let mut trunk = command("trunk", &["build", "--release"]);
    run(trunk.args(arguments), "see the messages above")?;
    if arguments.is_empty() {
        fs::write(built_from(), sources).with_context(|| format!("could not write {}", built_from().display()))?;
    }
    Ok(())
}

/// Makes a release build, including its tools, unless `dist/` was built from the current files.
pub fn up_to_date(arguments: &[String]) -> Result<()> {
    let is_built = project::dist().join("index.html").is_file();
    if arguments.is_empty() && is_built && fs::read_to_string(built_from()).ok() == fingerprint().ok() {
        eprintln!("The page is up to date; nothing to build.");
        return Ok(());
    }
    tools::for_build()?;
    release(arguments)
}

/// Called when Trunk starts any build: until a release build has finished, `dist/` is not up to date.
pub fn outdate() {
    // It does not exist before the first release build.
    let _ = fs::remove_file(built_from());
}

/// The file with the fingerprint of the files that `dist/` was built from.
fn built_from() -> std::path::PathBuf {
    project::generated().join("built-from")
}

/// The inputs of a release build, except the toolchain's own files and the registry's, which Cargo.lock names.
const SOURCES: [&str; 16] = [
    ".cargo",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "Trunk.toml",
    "crates",
    "editor",
    "index.html",
    "package-lock.json",
    "package.json",
    "rust-toolchain.toml",
    "src",
    "static",
    "tests/guests",
    "xtask",
];

/// A hash of the names and contents of all [`SOURCES`].
fn fingerprint() -> Result<String> {
    let mut hasher = DefaultHasher::new();
    for source in SOURCES {
        add(&project::root().join(source), &mut hasher)?;
    }
    Ok(format!("{:016x}", hasher.finish()))
}

fn add(path: &Path, hasher: &mut DefaultHasher) -> Result<()> {
    let failed = || format!("could not read {}", path.display());
    if path.is_dir() {
        let entries = fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>).with_context(failed)?;
        let mut entries: Vec<_> = entries.into_iter().map(|entry| entry.path()).collect();
        entries.sort();
        entries.retain(|entry| !entry.ends_with("target"));
        return entries.iter().try_for_each(|entry| add(entry, hasher));
    }
    path.hash(hasher);
    fs::read(path).with_context(failed)?.hash(hasher);
    Ok(())
}
