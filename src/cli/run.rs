//! `wasmoscope run`.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::directories::{Directory, Loaded, Skipped};
use super::platform::{HostClock, Input, InputResult, Seed};
use super::terminal::{self, err, out};
use super::trace::Tracer;
use super::{Failure, UNUSABLE, backtrace, module, print_problem, read};
use crate::engine::debugger::DebugSession;
use crate::engine::runtime::{
    Compiled, Entry, LimitKind, Limits, Outcome, Progress, Session, SessionConfig, StartError,
};
use crate::engine::vfs::Vfs;
use crate::engine::wasi::{OutputStream, Terminals, WasiConfig, WasiCtx};

/// The exit code that a shell reports for an aborted program (128 plus the number of SIGABRT).
const TRAPPED: u8 = 134;
/// How much fuel a slice uses before output is written.
const SLICE: u64 = 1_000_000;

#[derive(Args)]
pub(super) struct Run {
    /// Give the program a copy of a directory
    #[arg(long = "dir", value_name = "HOST[::GUEST]")]
    directories: Vec<Directory>,
    /// Write the program's changes in these directories back at the end; if a change cannot be written, exit with 2
    /// instead of 0
    #[arg(long)]
    write_back: bool,
    /// Set an environment variable
    #[arg(long = "env", value_name = "NAME=VALUE", value_parser = variable)]
    environment: Vec<(String, String)>,
    /// Call this exported function with ARGS as its arguments
    #[arg(long, value_name = "NAME")]
    invoke: Option<String>,
    /// Read standard input from a file
    #[arg(long, value_name = "FILE")]
    stdin: Option<PathBuf>,
    /// Stop after this much fuel, about one unit per instruction
    #[arg(long, value_name = "N")]
    fuel: Option<u64>,
    /// The largest total size of all memories
    #[arg(long, value_name = "BYTES")]
    max_memory: Option<u64>,
    /// Seed for deterministic randomness
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Run the debugger's instrumented copy, which can stop at every instruction: it does the same, only slower, and
    /// --fuel counts the instructions of the copy
    #[arg(long)]
    instrumented: bool,
    /// After a trap, run the program again to print the call stack
    #[arg(long)]
    backtrace: bool,
    #[command(flatten)]
    trace: super::trace::Options,
    /// WebAssembly text or a module, followed by the program's arguments: everything after FILE is passed to it
    #[arg(required = true, trailing_var_arg = true, value_names = ["FILE", "ARGS"])]
    program: Vec<String>,
}

fn variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write NAME=VALUE".to_owned()),
    }
}

impl Run {
    pub fn execute(self) -> Result<ExitCode, Failure> {
        let (file, arguments) = self.program.split_first().ok_or("name a FILE")?;
        let source = read(Path::new(file))?;
        let inspection = module(&source)?;
        let (Some(wasm), Some(summary)) = (inspection.wasm, inspection.summary) else {
            return Err(format!("`{}` is not a module", terminal::one_line(&source.name)));
        };
        let input = match &self.stdin {
            Some(file) => {
                Some(std::fs::read(file).map_err(|error| format!("cannot read `{}`: {error}", terminal::path(file)))?)
            }
            None => None,
        };
        let mut tree = Vfs::default();
        let mut loaded = Vec::new();
        for (index, directory) in self.directories.iter().enumerate() {
            loaded.push(directory.load(index, &mut tree)?);
        }
        list("the program does not see all files", loaded.iter().flat_map(|directory| &directory.left_out));
        let before = tree.snapshot();
        let clock = HostClock::new();
        let limits = Limits { memory: self.max_memory.or(Limits::default().memory), output: None, ..Limits::default() };
        let arguments = arguments.to_vec();
        let (entry, arguments) = match &self.invoke {
            Some(name) => (Entry::Export { name: name.clone(), arguments }, Vec::new()),
            None => (Entry::Default, arguments),
        };
        let again = self.backtrace.then(|| (entry.clone(), limits.clone()));
        let program = std::iter::once(source.name.clone()).chain(arguments);
        let wasi = WasiConfig {
            args: program.map(String::into_bytes).collect(),
            env: self.environment.iter().map(|(name, value)| (name.clone().into(), value.clone().into())).collect(),
            vfs: tree,
            preopens: self.directories.iter().enumerate().map(|(index, directory)| directory.preopen(index)).collect(),
            clock: Box::new(clock),
            random: Box::new(Seed(self.seed)),
            output_limit: limits.output,
        };
        let name = &source.name;
        let started: Result<Box<dyn RunningProgram>, StartError> = if self.instrumented {
            DebugSession::start(name, &wasm, &summary, &entry, limits, WasiCtx::new(wasi))
                .map(|session| Box::new(session) as _)
        } else {
            let config = SessionConfig { entry, wasi, limits };
            Compiled::new(name, &wasm, &inspection.facts, &config.limits)
                .map_err(StartError::from)
                .and_then(|compiled| Session::start(name, &compiled, &summary, config))
                .map(|session| Box::new(session) as _)
        };
        let mut session = match started {
            Ok(session) => session,
            Err(StartError::Outcome(outcome)) => return Ok(ExitCode::from(report(outcome)?)),
            Err(StartError::Problems(problems)) => {
                problems.iter().for_each(print_problem);
                return Err(format!("`{}` was not started", terminal::one_line(&source.name)));
            }
        };
        session.wasi_mut().keep_all_output();
        session.wasi_mut().set_terminals(Terminals {
            stdin: self.stdin.is_none() && std::io::stdin().is_terminal(),
            stdout: std::io::stdout().is_terminal(),
            stderr: std::io::stderr().is_terminal(),
        });
        let mut tracer = self.trace.open()?;
        if tracer.is_some() {
            session.wasi_mut().start_trace(Box::new(clock));
        }
        let outcome = self.drive(session.as_mut(), clock, Input::new(input), tracer.as_mut())?;
        // Without the fuel limit, the repeated run would not end where this one did.
        let failed = match &outcome {
            Outcome::Trapped(_) => true,
            Outcome::LimitReached { limit, .. } => *limit != LimitKind::Fuel,
            Outcome::Exited(_) | Outcome::Returned(_) | Outcome::Stopped => false,
        };
        // A trap is reported in any case.
        let is_told = !matches!(outcome, Outcome::Returned(_) | Outcome::Exited(_));
        // If standard output cannot be written, the files still are.
        let code = report(outcome);
        let is_written = !self.write_back || write_back(&loaded, session.wasi().vfs(), &before);
        let code = match code? {
            0 if !is_written => UNUSABLE,
            code => code,
        };
        if let Some(refused) = session.refused().filter(|_| !is_told) {
            err!("note: {refused}");
        }
        if let Some((entry, limits)) = again.filter(|_| failed) {
            backtrace::print(&source, &wasm, &summary, &entry, limits, session.wasi().record());
        }
        Ok(ExitCode::from(code))
    }

    fn drive(
        &self,
        session: &mut dyn RunningProgram,
        clock: HostClock,
        mut input: Input,
        mut tracer: Option<&mut Tracer>,
    ) -> Result<Outcome, Failure> {
        loop {
            let used = session.used();
            let slice = match self.fuel {
                Some(most) if used >= most => {
                    return Ok(Outcome::LimitReached {
                        limit: LimitKind::Fuel,
                        message: format!("the program used up its fuel of {most}"),
                        help: "raise --fuel, or leave it out".to_owned(),
                    });
                }
                Some(most) => SLICE.min(most - used),
                None => SLICE,
            };
            let progress = session.advance(slice);
            print(session)?;
            if let Some(tracer) = &mut tracer {
                tracer.write(session.wasi_mut())?;
            }
            let waited = match progress {
                Progress::Running => continue,
                Progress::Done(outcome) => return Ok(outcome),
                Progress::Sleeping { until } => {
                    std::thread::sleep(clock.left(until));
                    continue;
                }
                Progress::NeedsInput => input.wait(None),
                Progress::NeedsInputOrSleeping { until } => input.wait(Some(clock.left(until))),
            };
            match waited {
                InputResult::Bytes(bytes) => session.wasi_mut().push_stdin(&bytes),
                InputResult::End => session.wasi_mut().close_stdin(),
                InputResult::TimeIsUp => {}
            }
        }
    }
}

/// The common interface of a plain run and a run of the copy.
trait RunningProgram {
    fn advance(&mut self, fuel: u64) -> Progress;
    /// The fuel used so far.
    fn used(&self) -> u64;
    /// The last growth of a memory or table that a limit refused.
    fn refused(&self) -> Option<String>;
    fn wasi(&self) -> &WasiCtx;
    fn wasi_mut(&mut self) -> &mut WasiCtx;
}

impl RunningProgram for Session {
    fn advance(&mut self, fuel: u64) -> Progress {
        self.advance(fuel)
    }

    fn used(&self) -> u64 {
        self.counters().fuel
    }

    fn refused(&self) -> Option<String> {
        self.refused()
    }

    fn wasi(&self) -> &WasiCtx {
        self.wasi()
    }

    fn wasi_mut(&mut self) -> &mut WasiCtx {
        self.wasi_mut()
    }
}

impl RunningProgram for DebugSession {
    fn advance(&mut self, fuel: u64) -> Progress {
        self.run_to_end(fuel)
    }

    fn used(&self) -> u64 {
        self.step()
    }

    fn refused(&self) -> Option<String> {
        self.refused()
    }

    fn wasi(&self) -> &WasiCtx {
        self.wasi()
    }

    fn wasi_mut(&mut self) -> &mut WasiCtx {
        self.wasi_mut()
    }
}

fn print(session: &mut dyn RunningProgram) -> Result<(), Failure> {
    for piece in session.wasi_mut().take_output() {
        match piece.stream {
            OutputStream::Stdout => terminal::program_stdout(&piece.bytes)?,
            OutputStream::Stderr => terminal::program_stderr(&piece.bytes),
        }
    }
    Ok(())
}

/// Writes all changes back to the host. Returns whether everything was written, and lists what was not.
fn write_back(directories: &[Loaded], vfs: &Vfs, before: &Vfs) -> bool {
    let (mut failed, mut escaping) = (Vec::new(), Vec::new());
    for directory in directories {
        let result = directory.write_back(vfs, before);
        failed.extend(result.failed);
        escaping.extend(result.escaping);
    }
    list("a symbolic link that was written leads out of its directory", &escaping);
    if failed.is_empty() {
        return true;
    }
    let changes = if failed.len() == 1 { "1 change was".to_owned() } else { format!("{} changes were", failed.len()) };
    err!("error: {changes} not written back; all others were");
    lines(&failed);
    err!("help: change what is in the way on the host, and run the program again");
    false
}

/// The maximum number of files listed.
const LISTED: usize = 50;

fn list<'a>(note: &str, files: impl IntoIterator<Item = &'a Skipped>) {
    let files: Vec<_> = files.into_iter().collect();
    if !files.is_empty() {
        err!("note: {note}");
        lines(files);
    }
}

fn lines<'a>(files: impl IntoIterator<Item = &'a Skipped>) {
    let mut files = files.into_iter();
    files.by_ref().take(LISTED).for_each(|file| err!("  {file}"));
    let more = files.count();
    if more > 0 {
        err!("  and {more} more");
    }
}

/// Prints how the program ended. Returns the exit code of the command.
fn report(outcome: Outcome) -> Result<u8, Failure> {
    match outcome {
        Outcome::Exited(code) => Ok(code as u8),
        Outcome::Returned(results) => {
            for result in results {
                out!("{}", result.text)?;
            }
            Ok(0)
        }
        Outcome::Trapped(trap) => {
            print_error(&trap.message, &trap.help);
            Ok(TRAPPED)
        }
        Outcome::LimitReached { message, help, .. } => {
            print_error(&message, &help);
            Ok(TRAPPED)
        }
        Outcome::Stopped => Ok(TRAPPED),
    }
}

fn print_error(message: &str, help: &str) {
    err!("error: {}\nhelp: {}", terminal::one_line(message), terminal::one_line(help));
}
