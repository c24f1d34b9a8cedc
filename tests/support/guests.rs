//! Programs written in Rust and compiled to WebAssembly, built when they are first asked for.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The module of a guest under `tests/guests`.
pub fn guest(name: &str) -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let folder = BUILT.get_or_init(|| {
        // The oracle is a workspace of its own further down.
        let mut folders = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
        let root = folders.find(|folder| folder.join("tests/guests").is_dir()).expect("this is below the project");
        let target = root.join("target/guests");
        let built = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--release", "--locked", "--workspace", "--exclude", "bench"])
            .args(["--target", "wasm32-wasip1", "--target-dir"])
            .arg(&target)
            .current_dir(root.join("tests/guests"))
            .env_remove("RUSTFLAGS")
            .status()
            .expect("cargo is there, as it runs this test");
        assert!(built.success(), "the guests do not build: is the target wasm32-wasip1 installed?");
        target.join("wasm32-wasip1/release")
    });
    folder.join(format!("{name}.wasm"))
}
