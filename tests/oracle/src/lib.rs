//! Runs a program here and under wasmtime and compares what comes of it: what it prints, its exit code, and the files
//! that it leaves.
//!
//! Differences that are meant to be stand in `DIFFERENCES.md` with their reasons; any other is a failure, and so is
//! one that stands there and does not occur any more.

pub mod differences;
pub mod here;
pub mod there;
pub mod tree;

use std::path::{Path, PathBuf};
use tree::Tree;

/// A program, and with what it is started.
#[derive(Debug, Clone, Default)]
pub struct Run {
    /// A name of its own, which its folders get.
    pub name: String,
    pub wasm: PathBuf,
    pub arguments: Vec<String>,
    pub environment: Vec<(String, String)>,
    pub input: Vec<u8>,
    /// A folder whose copy is the program's `/`; an empty one if there is none.
    pub files: Option<PathBuf>,
}

/// What came of a run.
#[derive(Debug, PartialEq, Eq)]
pub struct Ended {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
    pub tree: Tree,
}

/// The exit code of a program that trapped.
pub const TRAPPED: i32 = 134;

/// The project's folder.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().and_then(Path::parent).expect("it is two folders below the root")
}

impl Run {
    /// A fresh folder with the program's files, on the side `side`.
    fn folder(&self, side: &str) -> PathBuf {
        let folder = root().join("target/oracle/runs").join(&self.name).join(side);
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("a folder can be made");
        if let Some(files) = &self.files {
            tree::copy(files, &folder);
        }
        folder
    }
}
