//! Runs before Trunk's build: creates `generated/`, with what index.html names but neither Rust nor Trunk can build.

use super::{is_release, licences, own_lines};
use crate::step::{cargo, command, run};
use crate::{build, project, tools};
use anyhow::{Context, Result};
use std::fs;
use std::path::Path;

pub fn pre_build() -> Result<()> {
    build::outdate();
    tools::node_packages()?;
    bundle_editor()?;
    bundle_styles()?;
    build_guests()
}

/// Bundles CodeMirror and the code around it as one ES module.
fn bundle_editor() -> Result<()> {
    let entry = project::root().join("editor/index.js");
    if !entry.exists() {
        project::write_if_changed(&project::generated().join("editor.js"), b"")?;
        project::write_if_changed(&project::generated().join(licences::BUNDLED), b"{\"inputs\": {}}")?;
        return Ok(());
    }
    let read = format!("--metafile={}", project::generated().join(licences::BUNDLED).display());
    bundle(&entry, "editor.js", &["--format=esm", &read])
}

/// Bundles static/css into one file: tokens, then base, then the component files by name.
fn bundle_styles() -> Result<()> {
    let folder = project::root().join("static/css");
    let mut names = Vec::new();
    fs::create_dir_all(&folder)?;
    for entry in fs::read_dir(&folder).with_context(|| format!("could not read {}", folder.display()))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".css") {
            names.push(name);
        }
    }
    names.sort_by_key(|name| (name != "tokens.css", name != "base.css", name.clone()));
    let imports: String = names.iter().map(|name| format!("@import \"../static/css/{name}\";\n")).collect();
    let entry = project::generated().join("styles.css");
    project::write_if_changed(&entry, imports.as_bytes())?;
    bundle(&entry, "main.css", &[])
}

fn bundle(entry: &Path, output: &str, further: &[&str]) -> Result<()> {
    let mut esbuild = command(project::npm_program("esbuild"), &["--bundle", "--log-level=warning"]);
    esbuild.arg(entry).arg(format!("--outfile={}", project::generated().join(output).display())).args(further);
    esbuild.args(["--target=es2022", "--charset=utf8", "--legal-comments=none"]);
    if is_release() {
        esbuild.arg("--minify");
    }
    run(&mut esbuild, "see the messages above")
}

/// The example programs written in Rust.
const GUESTS: [&str; 2] = ["hello", "wordcount"];

/// Replaces the path of the folder they are compiled in, which is private, in their debug information.
const COMPILED_IN: &str = "/guests";

/// Builds them with line information, and puts the source next to them.
fn build_guests() -> Result<()> {
    let guests = project::root().join("tests/guests");
    let target = project::root().join("target/guests");
    let examples = project::generated().join("examples");
    let mut build = cargo(&["build", "--quiet", "--locked", "--profile", "example", "--target", "wasm32-wasip1"]);
    build.args(GUESTS.iter().flat_map(|name| ["--package", name]));
    // Trunk sets no flags that would affect the guests, but the user's shell may.
    build.current_dir(&guests).env("CARGO_TARGET_DIR", &target).env_remove("RUSTFLAGS");
    build.env("CARGO_ENCODED_RUSTFLAGS", format!("--remap-path-prefix={}={COMPILED_IN}", guests.display()));
    run(&mut build, "the target comes with `rustup target add wasm32-wasip1`")?;
    for name in GUESTS {
        let built = target.join("wasm32-wasip1/example").join(format!("{name}.wasm"));
        let bytes = fs::read(&built).with_context(|| format!("could not read {}", built.display()))?;
        let bytes = own_lines::keep_own(&bytes, COMPILED_IN).with_context(|| format!("in {}", built.display()))?;
        project::write_if_changed(&examples.join(format!("{name}.wasm")), &bytes)?;
        let sources = guests.join(name).join("src");
        for file in fs::read_dir(&sources).with_context(|| format!("could not read {}", sources.display()))? {
            let file = file?;
            let copy = examples.join(name).join("src").join(file.file_name());
            project::write_if_changed(&copy, &fs::read(file.path())?)?;
        }
    }
    Ok(())
}
