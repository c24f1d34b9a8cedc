//! Programs written in Rust and compiled to WebAssembly, built when they are first asked for.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The module of a guest under `tests/guests`.
#[allow(dead_code, reason = "not every suite takes guests without lines")]
pub fn guest(name: &str) -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let arguments = ["--release", "--workspace", "--exclude", "bench", "--exclude", "values"];
    BUILT.get_or_init(|| build("release", &arguments, None)).join(format!("{name}.wasm"))
}

/// The module of a guest as the page's examples are built: with the lines of its source, whose paths begin at
/// [`SOURCES`].
#[allow(dead_code, reason = "not every suite looks at lines")]
pub fn guest_with_lines(name: &str) -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let arguments = ["--profile", "lines", "--package", "hello", "--package", "suite", "--package", "wordcount"];
    BUILT.get_or_init(|| build("lines", &arguments, Some(SOURCES))).join(format!("{name}.wasm"))
}

/// The module of the guest that has values of many types, with all that a compiler tells of them.
#[allow(dead_code, reason = "not every suite looks at values")]
pub fn guest_with_values() -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let arguments = ["--profile", "values", "--package", "values"];
    BUILT.get_or_init(|| build("values", &arguments, Some(SOURCES))).join("values.wasm")
}

/// What stands for this machine's own path of `tests/guests`, as in `xtask/src/hooks/pre_build.rs`.
pub const SOURCES: &str = "/guests";

/// The folder of the sources of the guests.
#[allow(dead_code, reason = "not every suite looks at sources")]
pub fn sources() -> PathBuf {
    root().join("tests/guests")
}

fn root() -> &'static Path {
    // The oracle is a workspace of its own further down.
    let mut folders = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    folders.find(|folder| folder.join("tests/guests").is_dir()).expect("this is below the project")
}

fn build(profile: &str, arguments: &[&str], named: Option<&str>) -> PathBuf {
    let guests = root().join("tests/guests");
    let target = root().join("target/guests");
    let mut build = Command::new(env!("CARGO"));
    build.args(["build", "--quiet", "--locked", "--target", "wasm32-wasip1", "--target-dir"]).arg(&target);
    build.args(arguments).current_dir(&guests).env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
    if let Some(named) = named {
        build.env("CARGO_ENCODED_RUSTFLAGS", format!("--remap-path-prefix={}={named}", guests.display()));
    }
    let status = build.status().expect("cargo is there, as it runs this test");
    assert!(status.success(), "the guests do not build: is the target wasm32-wasip1 installed?");
    target.join("wasm32-wasip1").join(profile)
}
