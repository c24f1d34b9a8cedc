//! Before Trunk's build: makes `generated/`, which holds what index.html names but neither Rust nor Trunk can make.

use super::is_release;
use crate::step::{cargo, command, run};
use crate::{project, tools};
use anyhow::{Context, Result};
use std::fs;
use std::path::Path;

pub fn pre_build() -> Result<()> {
    tools::node_packages()?;
    bundle_editor()?;
    bundle_styles()?;
    build_guests()
}

/// CodeMirror and the glue to it, as one ES module.
fn bundle_editor() -> Result<()> {
    let entry = project::root().join("editor/index.js");
    if !entry.exists() {
        project::write_if_changed(&project::generated().join("editor.js"), b"")?;
        return Ok(());
    }
    bundle(&entry, "editor.js", &["--format=esm"])
}

/// All of static/css as one file: tokens, then base, then one file a component by name.
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

/// The example programs that are written in Rust.
fn build_guests() -> Result<()> {
    let guests = project::root().join("tests/guests");
    let target = project::root().join("target/guests");
    // Trunk sets no flags that the guests should see, but the person's shell may.
    let mut build = cargo(&[
        "build",
        "--quiet",
        "--release",
        "--locked",
        "--workspace",
        "--exclude",
        "bench",
        "--target",
        "wasm32-wasip1",
    ]);
    build.current_dir(&guests).env("CARGO_TARGET_DIR", &target).env_remove("RUSTFLAGS");
    run(&mut build, "the target comes with `rustup target add wasm32-wasip1`")?;
    for name in ["hello", "wordcount"] {
        let built = target.join("wasm32-wasip1/release").join(format!("{name}.wasm"));
        let bytes = fs::read(&built).with_context(|| format!("could not read {}", built.display()))?;
        project::write_if_changed(&project::generated().join("examples").join(format!("{name}.wasm")), &bytes)?;
    }
    Ok(())
}
