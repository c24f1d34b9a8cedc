//! Runs other programs, and shows the user the progress.

use crate::project;
use anyhow::{Context, Result, bail};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// Prints a heading before something that takes time.
pub fn heading(text: &str) {
    eprintln!("\n==> {text}");
}

/// A command that runs in the project's root folder.
pub fn command(program: impl AsRef<std::ffi::OsStr>, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(project::root());
    command
}

/// Cargo with the toolchain that this project pins, even if rustup is configured not to install it.
pub fn cargo(arguments: &[&str]) -> Command {
    command("cargo", arguments)
}

/// Runs a command with its output shown; an error names the command and `advice`.
pub fn run(command: &mut Command, advice: &str) -> Result<()> {
    let name = describe(command);
    let status = command.status().with_context(|| format!("could not start `{name}`; {advice}"))?;
    if !status.success() {
        bail!("`{name}` failed ({status}); {advice}");
    }
    Ok(())
}

/// Like [`run`], but shows the output only if the command fails: for commands that run in parallel.
pub fn run_quietly(command: &mut Command, advice: &str) -> Result<()> {
    let name = describe(command);
    let ran = command.stdin(Stdio::null()).output().with_context(|| format!("could not start `{name}`; {advice}"))?;
    if !ran.status.success() {
        bail!("`{name}` failed ({}); {advice}\n\n{}", ran.status, String::from_utf8_lossy(&ran.stderr).trim_end());
    }
    Ok(())
}

/// Runs a command and returns its output; `None` if it cannot be started or fails.
pub fn output(command: &mut Command) -> Option<String> {
    let Output { status, stdout, .. } = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    status.success().then(|| String::from_utf8_lossy(&stdout).trim().to_string())
}

/// The command as a user would type it.
pub fn describe(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// Prints a line every half minute until it is dropped, so that a silent step is not mistaken for a hung one.
pub struct Heartbeat {
    stop: std::sync::mpsc::Sender<()>,
}

impl Heartbeat {
    pub fn start(what: &str) -> Self {
        let (stop, stopped) = std::sync::mpsc::channel();
        let what = what.to_string();
        let started = Instant::now();
        std::thread::spawn(move || {
            while let Err(std::sync::mpsc::RecvTimeoutError::Timeout) = stopped.recv_timeout(Duration::from_secs(30)) {
                eprintln!("    still running after {} s: {what}", started.elapsed().as_secs());
            }
        });
        Self { stop }
    }
}

impl Drop for Heartbeat {
    fn drop(&mut self) {
        // The thread may have ended already, which is fine.
        let _ = self.stop.send(());
    }
}
