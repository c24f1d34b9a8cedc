//! `wasmoscope run --trace`: the calls of the program, one a line.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use clap::Args;

use super::Failure;
use crate::engine::wasi::WasiCtx;
use crate::engine::wasi::trace::Filter;

#[derive(Args)]
pub(super) struct Options {
    /// Tell each WASI call on standard error, or write them to a file: the time in seconds, the instructions so far,
    /// the call and its answer
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true)]
    trace: Option<Option<PathBuf>>,
    /// Trace only the functions with these parts of names, such as `path_,fd_write`
    #[arg(long, value_name = "NAMES", default_value = "", hide_default_value = true)]
    trace_calls: String,
    /// Trace only calls on a path or file with this in its name
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    trace_path: String,
    /// Trace only calls that fail
    #[arg(long)]
    trace_failures: bool,
}

/// Writes what passes the filter.
pub(super) struct Tracer {
    to: Box<dyn Write>,
    file: Option<PathBuf>,
    filter: Filter,
}

impl Options {
    /// `None` when no trace is asked for; a filter asks for one.
    pub fn open(&self) -> Result<Option<Tracer>, Failure> {
        let filter = Filter {
            functions: Filter::functions(&self.trace_calls),
            path: self.trace_path.clone(),
            failures: self.trace_failures,
        };
        let file = match &self.trace {
            None if filter.is_empty() => return Ok(None),
            None => None,
            Some(file) => file.clone(),
        };
        let to: Box<dyn Write> = match &file {
            Some(path) => {
                let file = File::create(path).map_err(|error| cannot_write(path, &error))?;
                Box::new(BufWriter::new(file))
            }
            None => Box::new(io::stderr()),
        };
        Ok(Some(Tracer { to, file, filter }))
    }
}

impl Tracer {
    /// Writes the calls there have been since the last time: a slice has fewer than a trace keeps.
    pub fn write(&mut self, wasi: &mut WasiCtx) -> Result<(), Failure> {
        let Some(trace) = wasi.trace_mut() else { return Ok(()) };
        let mut lines = String::new();
        for call in trace.take().filter(|call| self.filter.passes_call(call)) {
            lines.push_str(&call.line());
            lines.push('\n');
        }
        let written = self.to.write_all(lines.as_bytes()).and_then(|()| self.to.flush());
        match (written, &self.file) {
            (Err(error), Some(path)) => Err(cannot_write(path, &error)),
            // Nobody is left to be told of a standard error that cannot be written.
            (Err(_), None) | (Ok(()), _) => Ok(()),
        }
    }
}

fn cannot_write(path: &std::path::Path, error: &io::Error) -> Failure {
    format!("cannot write the trace `{}`: {error}", path.display())
}
