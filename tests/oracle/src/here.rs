//! Running a program here: with the command line, which writes back what the program changed.

use crate::{Ended, Run, TRAPPED, root, tree};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// Runs it to its end.
pub fn run(run: &Run) -> Ended {
    let folder = run.folder("here");
    let mut command = Command::new(command_line());
    command.args(["run", "--write-back", "--dir", &format!("{}::/", folder.display())]);
    for (name, value) in &run.environment {
        command.args(["--env", &format!("{name}={value}")]);
    }
    command.arg(&run.wasm).args(&run.arguments);
    let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = pipes.spawn().expect("the command line starts");
    // A program that ends early does not read its input.
    let _ = child.stdin.take().expect("it has an input").write_all(&run.input);
    let output = child.wait_with_output().expect("it ends");
    let code = output.status.code().unwrap_or(TRAPPED);
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    if code == TRAPPED {
        // What the command line says of the trap is its own affair.
        stderr.truncate(stderr.find("error: ").unwrap_or(stderr.len()));
    }
    // So is what it says of the links that it wrote back.
    stderr.truncate(stderr.find("note: a symbolic link that was written").unwrap_or(stderr.len()));
    Ended { code, stdout, stderr, tree: tree::read(&folder) }
}

fn command_line() -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let program = BUILT.get_or_init(|| {
        let target = root().join("target");
        let built = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--locked", "--package", "wasmoscope", "--bin", "wasmoscope", "--target-dir"])
            .arg(&target)
            .current_dir(root())
            .status()
            .expect("cargo is there, as it runs this");
        assert!(built.success(), "the command line does not build");
        target.join("debug").join(format!("wasmoscope{}", std::env::consts::EXE_SUFFIX))
    });
    program.clone()
}
