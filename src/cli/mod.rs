//! The command line: `wasmoscope run hello.wasm`, like `wasmtime run`, on the same engine as the page's.
//!
//! It can be used to grade a class, or to try a program without a browser. Here, too, a program sees the world only
//! through [`engine::wasi`](crate::engine::wasi); this module only passes in what the machine provides.

mod backtrace;
mod directories;
mod platform;
mod run;
mod terminal;
mod trace;
mod wast;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use self::terminal::{err, out};
use crate::engine::diagnostic::Problem;
use crate::engine::inspect::{self, Inspection};
use crate::engine::source::Source;

/// The usual exit code of command lines for an unusable file or argument.
const UNUSABLE: u8 = 2;

#[derive(Parser)]
#[command(name = "wasmoscope", version, about = "See inside WebAssembly", after_help = EXAMPLES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  wasmoscope run hello.wasm
  wasmoscope run --dir . wordcount.wasm words.txt
  wasmoscope run --invoke add sum.wat 2 3
  wasmoscope run --trace=calls.txt --trace-path words --dir . wordcount.wasm words.txt
  wasmoscope validate sum.wat
  wasmoscope wat sum.wat -o sum.wasm
  wasmoscope wast sum.wast";

#[derive(Subcommand)]
enum Command {
    /// Run a program and exit with its exit code, or with 134 after a trap or at a limit
    Run(Box<run::Run>),
    /// Identify a file and report its errors; exits with 1 if it cannot run
    Validate {
        /// WebAssembly text or a module
        file: PathBuf,
    },
    /// Print a module as WebAssembly text
    Print {
        /// WebAssembly text or a module
        file: PathBuf,
    },
    /// Compile WebAssembly text to a module
    Wat {
        /// WebAssembly text
        file: PathBuf,
        /// Where to write the module
        #[arg(short, long)]
        output: PathBuf,
    },
    /// Run scripts of the specification's test suite; exits with 1 if an assertion fails, with 2 if a file is not a script
    Wast(wast::Wast),
}

/// Runs the command line.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => return print_usage(&error),
    };
    let done = match arguments.command {
        Command::Run(run) => run.execute(),
        Command::Validate { file } => validate(&file),
        Command::Print { file } => print(&file),
        Command::Wat { file, output } => compile(&file, &output),
        Command::Wast(wast) => wast.execute(),
    };
    done.unwrap_or_else(|message| {
        err!("error: {message}");
        ExitCode::from(UNUSABLE)
    })
}

/// Prints an error in the arguments; also --help and --version, which go to standard output and succeed.
fn print_usage(error: &clap::Error) -> ExitCode {
    let plain = error.render().to_string();
    // In colour if the terminal supports it, unless an argument contains control characters.
    if terminal::escape(&plain) == plain {
        let _ = error.print();
    } else {
        terminal::text_on_stderr(&plain);
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(UNUSABLE))
}

/// Prints a problem with a program to standard error.
fn print_problem(problem: &Problem) {
    err!("{}", described(problem));
}

/// The problem as shown in a terminal. Names in it do not break lines.
fn described(problem: &Problem) -> String {
    let one_line = |text: &String| terminal::one_line(text).into_owned();
    let (file, message) = (one_line(&problem.file), one_line(&problem.message));
    let help = problem.help.as_ref().map(one_line);
    Problem { file, message, help, ..problem.clone() }.to_string()
}

/// An error message for the user at the terminal.
type Failure = String;

fn read(file: &Path) -> Result<Source, Failure> {
    let bytes = std::fs::read(file).map_err(|error| format!("cannot read `{}`: {error}", terminal::path(file)))?;
    Ok(Source::new(file.display().to_string(), bytes))
}

/// Loads the module in a file; its problems go to standard error.
fn module(source: &Source) -> Result<Inspection, Failure> {
    let inspection = inspect::inspect(source);
    inspection.problems.iter().for_each(print_problem);
    match inspection.problems.len() {
        _ if !inspection.is_stopped() => Ok(inspection),
        0 | 1 => Err(format!("`{}` cannot run", terminal::one_line(&source.name))),
        several => Err(format!("`{}` cannot run: {several} problems", terminal::one_line(&source.name))),
    }
}

fn validate(file: &Path) -> Result<ExitCode, Failure> {
    let inspection = inspect::inspect(&read(file)?);
    out!("{}: {}", terminal::path(file), terminal::one_line(&inspection.verdict.description))?;
    inspection.problems.iter().for_each(print_problem);
    Ok(if !inspection.is_stopped() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print(file: &Path) -> Result<ExitCode, Failure> {
    let source = read(file)?;
    let wasm = crate::engine::compile::compile(&source).map_err(|problem| described(&problem))?;
    let text = wasmprinter::print_bytes(&wasm).map_err(|error| format!("`{}`: {error}", terminal::path(file)))?;
    terminal::text_on_stdout(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn compile(file: &Path, output: &Path) -> Result<ExitCode, Failure> {
    let source = read(file)?;
    let wasm = crate::engine::compile::compile(&source).map_err(|problem| described(&problem))?;
    std::fs::write(output, wasm).map_err(|error| format!("cannot write `{}`: {error}", terminal::path(output)))?;
    Ok(ExitCode::SUCCESS)
}
