//! `wasmoscope run --trace`: the calls of the program, one per line.

use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::PathBuf;

use clap::Args;

use super::{Failure, terminal};
use crate::engine::wasi::WasiCtx;
use crate::engine::wasi::trace::Filter;

#[derive(Args)]
pub(super) struct Options {
    /// Print each WASI call to standard error, or write the calls to a file: the time in seconds, the instructions so
    /// far, the call and its result
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true)]
    trace: Option<Option<PathBuf>>,
    /// Trace only functions whose names contain one of these, such as `path_,fd_write`
    #[arg(long, value_name = "NAMES", default_value = "", hide_default_value = true)]
    trace_calls: String,
    /// Trace only calls on a path or file whose name contains this
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    trace_path: String,
    /// Trace only calls that fail
    #[arg(long)]
    trace_failures: bool,
}

/// Writes the calls that pass the filter.
pub(super) struct Tracer {
    /// `None`: standard error.
    to: Option<(BufWriter<File>, PathBuf)>,
    filter: Filter,
}

impl Options {
    /// `None` if no trace is requested; a filter requests one.
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
        let open = |path: PathBuf| match File::create(&path) {
            Ok(file) => Ok((BufWriter::new(file), path)),
            Err(error) => Err(cannot_write(&path, &error)),
        };
        Ok(Some(Tracer { to: file.map(open).transpose()?, filter }))
    }
}

impl Tracer {
    /// Writes the calls since the last time: a slice makes fewer than a trace keeps.
    pub fn write(&mut self, wasi: &mut WasiCtx) -> Result<(), Failure> {
        let Some(trace) = wasi.trace_mut() else { return Ok(()) };
        let mut lines = String::new();
        for call in trace.take().filter(|call| self.filter.passes_call(call)) {
            lines.push_str(&terminal::one_line(&call.line()));
            lines.push('\n');
        }
        match &mut self.to {
            Some((file, path)) => {
                file.write_all(lines.as_bytes()).and_then(|()| file.flush()).map_err(|error| cannot_write(path, &error))
            }
            None => {
                terminal::text_on_stderr(&lines);
                Ok(())
            }
        }
    }
}

fn cannot_write(path: &std::path::Path, error: &io::Error) -> Failure {
    format!("cannot write the trace `{}`: {error}", terminal::path(path))
}
