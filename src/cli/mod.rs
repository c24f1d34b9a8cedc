//! The command line: `wasmoscope run hello.wasm`, like `wasmtime run`, onto the same engine as the page's.
//!
//! A class can be graded with it, and a program tried without a browser. Everything that a program sees goes through
//! [`engine::wasi`](crate::engine::wasi) here too; this module only hands in what the machine has.

mod backtrace;
mod directories;
mod machine;
mod run;
mod trace;
mod wast;

use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::engine::inspect::{self, Inspection};
use crate::engine::source::Source;

/// A file or an argument cannot be used: what command lines give for that.
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
    /// Run a program: its exit code is the command's; a trap or a limit exits with 134
    Run(Box<run::Run>),
    /// Say what a file is and what is wrong with it; exits with 1 if it cannot run
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
        /// Where the module goes
        #[arg(short, long)]
        output: PathBuf,
    },
    /// Run scripts of the specification's test suite; exits with 1 if an assertion fails, with 2 if a file is no script
    Wast(wast::Wast),
}

/// Does what the arguments say.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        // Also --help and --version, which go to standard output and succeed.
        Err(error) => error.exit(),
    };
    let done = match arguments.command {
        Command::Run(run) => run.execute(),
        Command::Validate { file } => validate(&file),
        Command::Print { file } => print(&file),
        Command::Wat { file, output } => compile(&file, &output),
        Command::Wast(wast) => wast.execute(),
    };
    done.unwrap_or_else(|message| {
        eprintln!("error: {message}");
        ExitCode::from(UNUSABLE)
    })
}

/// A sentence for the person at the terminal.
type Failure = String;

fn read(file: &Path) -> Result<Source, Failure> {
    let bytes = std::fs::read(file).map_err(|error| format!("cannot read `{}`: {error}", file.display()))?;
    Ok(Source::new(file.display().to_string(), bytes))
}

/// The module in a file; its problems go to standard error.
fn module(source: &Source) -> Result<Inspection, Failure> {
    let inspection = inspect::inspect(source);
    for problem in &inspection.problems {
        eprintln!("{problem}");
    }
    match inspection.problems.len() {
        0 => Ok(inspection),
        1 => Err(format!("`{}` cannot be used as it is", source.name)),
        several => Err(format!("`{}` cannot be used as it is: {several} problems", source.name)),
    }
}

fn validate(file: &Path) -> Result<ExitCode, Failure> {
    let inspection = inspect::inspect(&read(file)?);
    println!("{}: {}", file.display(), inspection.verdict.description);
    for problem in &inspection.problems {
        eprintln!("{problem}");
    }
    Ok(if inspection.problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print(file: &Path) -> Result<ExitCode, Failure> {
    let source = read(file)?;
    let wasm = crate::engine::compile::compile(&source).map_err(|problem| problem.to_string())?;
    let text = wasmprinter::print_bytes(&wasm).map_err(|error| format!("`{}`: {error}", file.display()))?;
    write_stdout(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

fn compile(file: &Path, output: &Path) -> Result<ExitCode, Failure> {
    let source = read(file)?;
    let wasm = crate::engine::compile::compile(&source).map_err(|problem| problem.to_string())?;
    std::fs::write(output, wasm).map_err(|error| format!("cannot write `{}`: {error}", output.display()))?;
    Ok(ExitCode::SUCCESS)
}

/// Writes to standard output; whoever reads it may have gone, which is no failure of the program.
fn write_stdout(bytes: &[u8]) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(format!("cannot print: {error}")),
        _ => Ok(()),
    }
}
