//! `wasmoscope wast`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::terminal::{self, err};
use super::{Failure, UNUSABLE};
use crate::engine::script::{self, InstrumentedCopies, Interpreter, Plain, Report};

#[derive(Args)]
pub(super) struct Wast {
    /// Run the debugger's instrumented copy of each module
    #[arg(long)]
    instrumented: bool,
    /// Scripts in the format of the specification's test suite
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
}

impl Wast {
    pub fn execute(self) -> Result<ExitCode, Failure> {
        let (mut failed, mut unusable) = (false, false);
        for file in &self.files {
            match self.run(file) {
                Ok(mut report) => {
                    for failing in &mut report.failed {
                        failing.message = terminal::one_line(&failing.message).into_owned();
                    }
                    failed |= !report.failed.is_empty();
                    terminal::text_on_stdout(&report.describe(&terminal::path(file)))?;
                }
                Err(message) => {
                    unusable = true;
                    err!("error: {message}");
                }
            }
        }
        Ok(match (unusable, failed) {
            (true, _) => ExitCode::from(UNUSABLE),
            (false, true) => ExitCode::FAILURE,
            (false, false) => ExitCode::SUCCESS,
        })
    }

    fn run(&self, file: &Path) -> Result<Report, Failure> {
        let bytes = std::fs::read(file).map_err(|error| format!("cannot read `{}`: {error}", terminal::path(file)))?;
        let text =
            String::from_utf8(bytes).map_err(|_| format!("cannot read `{}`: it is not UTF-8", terminal::path(file)))?;
        let mut interpreter = self.interpreter()?;
        script::run(&text, interpreter.as_mut())
            .map_err(|error| format!("`{}` is not a script: {error}", terminal::path(file)))
    }

    /// The interpreter for the modules of one file.
    fn interpreter(&self) -> Result<Box<dyn Interpreter>, Failure> {
        let refused = |error| format!("the interpreter cannot be set up: {error}");
        Ok(if self.instrumented {
            Box::new(InstrumentedCopies::new().map_err(refused)?)
        } else {
            Box::new(Plain::new().map_err(refused)?)
        })
    }
}
