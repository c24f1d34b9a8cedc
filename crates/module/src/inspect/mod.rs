//! Inspects a source: its kind, its contents, and the problems that prevent running it.

mod detect;
mod disassemble;
pub mod imports;
mod missing_else;
mod summary;

pub use detect::{Kind, Verdict};

pub use disassemble::{Disassembly, disassemble, readable};
pub use summary::{Export, ExportKind, Import, Summary};

use std::rc::Rc;

use super::compile;
use super::diagnostic::{Problem, Severity};
use super::source::Source;
use super::validate::{self, ModuleFacts, Validity};

/// At most this many unresolved imports are listed.
const MOST_MISSING: usize = 100;

/// Everything known about a source without running it.
#[derive(Debug)]
pub struct Inspection {
    /// The detected kind.
    pub verdict: Verdict,
    /// Problems that prevent a run, and warnings; see [`Inspection::is_stopped`].
    pub problems: Vec<Problem>,
    /// The module's contents, if it is a core module that could be read.
    pub summary: Option<Rc<Summary>>,
    /// The module in the binary format, if there is one.
    pub wasm: Option<Rc<[u8]>>,
    /// The facts about a module that can run.
    pub facts: ModuleFacts,
}

impl Inspection {
    fn stopped(verdict: Verdict, problems: Vec<Problem>) -> Self {
        Self { verdict, problems, summary: None, wasm: None, facts: ModuleFacts::default() }
    }
}

impl Inspection {
    /// Whether a problem prevents a run.
    pub fn is_stopped(&self) -> bool {
        self.wasm.is_none() || self.problems.iter().any(|problem| problem.severity == Severity::Error)
    }
}

/// Compiles, validates and classifies a source.
pub fn inspect(source: &Source) -> Inspection {
    if let Some(verdict) = detect::foreign(source) {
        let problem = verdict.problem(&source.name);
        return Inspection::stopped(verdict, vec![problem]);
    }
    let wasm = match compile::compile(source) {
        Ok(wasm) => wasm,
        Err(problem) => return without_module(source, *problem),
    };
    let mut module_facts = ModuleFacts::default();
    let (mut problems, refused) = match validate::validate(&wasm) {
        Validity::Valid(facts) => {
            module_facts = facts;
            (Vec::new(), None)
        }
        Validity::NeedsProposals { proposals, at } => {
            let verdict = detect::needs_proposals(&proposals, source.is_binary());
            let problem = verdict.problem(&source.name);
            (place(source, &wasm, vec![(at.offset, problem)]), Some(verdict))
        }
        Validity::TooLarge(exceeded_limits) => {
            let problems = exceeded_limits.iter().map(|exceeded_limit| {
                (
                    exceeded_limit.offset,
                    Problem::error(&source.name, &*exceeded_limit.message).help(exceeded_limit.help),
                )
            });
            (place(source, &wasm, problems.collect()), None)
        }
        Validity::Invalid(errors) => (invalid(source, &wasm, &errors), Some(detect::invalid(source.is_binary()))),
    };
    let summary = summary::summarize(&wasm).ok();
    let verdict = match (&summary, refused) {
        // A file that cannot even be read is not a module that breaks a rule.
        (None, Some(verdict)) if verdict.kind == Kind::Invalid => detect::unreadable(),
        (_, Some(verdict)) => verdict,
        (Some(summary), None) => detect::core_module(summary),
        (None, None) => detect::unreadable(),
    };
    if problems.is_empty() {
        if verdict.kind == Kind::WasmBindgen {
            problems.push(verdict.problem(&source.name));
        } else if let Some(summary) = &summary {
            let mut missing = imports::missing(&source.name, summary, !source.is_binary());
            let more = missing.split_off(missing.len().min(MOST_MISSING)).len();
            // The code for positions is not part of what a first run needs (`xtask/src/hooks/parts.rs`).
            if !missing.is_empty() {
                problems.extend(place(source, &wasm, missing));
            }
            if more > 0 {
                let message = format!("{more} more imports are unresolved");
                problems.push(Problem::error(&source.name, message).help("only the first ones are listed"));
            }
        }
    }
    // Nor is reading a text again that cannot have anything to warn about.
    if !source.is_binary() && !source.bytes.is_ascii() {
        problems.extend(compile::warnings(source));
    }
    Inspection { verdict, problems, summary: summary.map(Rc::new), wasm: Some(wasm.into()), facts: module_facts }
}

/// The inspection of a text that does not compile.
fn without_module(source: &Source, problem: Problem) -> Inspection {
    if compile::is_blank(source) {
        return Inspection::stopped(detect::no_program(), vec![problem]);
    }
    // The proposal's flat form compiles, and validation then reports the proposal. It is the same program.
    if let Some(place) = compile::folded_legacy_try(source) {
        let verdict = detect::needs_proposals(&["legacy exception-handling"], false);
        let problem = Problem { location: place.location, excerpt: place.excerpt, ..verdict.problem(&source.name) };
        return Inspection::stopped(verdict, vec![problem]);
    }
    Inspection::stopped(detect::no_module(source), vec![problem])
}

/// Compiles and validates a source; returns the module, or its problems.
///
/// # Errors
///
/// The problems from [`inspect`], except unresolved imports: such a module can still be built.
pub fn build(source: &Source) -> Result<Vec<u8>, Vec<Problem>> {
    if let Some(verdict) = detect::foreign(source) {
        return Err(vec![verdict.problem(&source.name)]);
    }
    let wasm = compile::compile(source).map_err(|problem| vec![*problem])?;
    match validate::validate(&wasm) {
        // A module that cannot run here may run elsewhere.
        Validity::Valid(_) | Validity::TooLarge(_) | Validity::NeedsProposals { .. } => Ok(wasm.into_owned()),
        Validity::Invalid(errors) => Err(invalid(source, &wasm, &errors)),
    }
}

fn invalid(source: &Source, wasm: &[u8], errors: &[validate::ValidationError]) -> Vec<Problem> {
    let problems = errors.iter().map(|error| {
        let mut problem = Problem::error(&source.name, error.message.trim());
        if let Some(help) = &error.help {
            problem = problem.help(help.clone());
        } else if error.message.starts_with("type mismatch") && missing_else::ends_at(wasm, error.offset) {
            problem = problem
                .help("an `if` with a result also needs an `else`, which produces the result when the condition is 0");
        }
        (error.offset, problem)
    });
    place(source, wasm, problems.collect())
}

/// Sets the positions of problems in the text from their offsets; for a binary, the offsets are mentioned instead.
fn place(source: &Source, wasm: &[u8], mut problems: Vec<(u64, Problem)>) -> Vec<Problem> {
    if source.is_binary() {
        for (offset, problem) in &mut problems {
            problem.message = format!("{} (at byte {offset:#x} of the module)", problem.message);
        }
    }
    let text = compile::text(source).ok().filter(|_| !source.is_binary() && !problems.is_empty());
    let Some(text) = text else { return problems.into_iter().map(|(_, problem)| problem).collect() };
    let offsets: Vec<u64> = problems.iter().map(|(offset, _)| *offset).collect();
    let placed = problems.into_iter().zip(compile::locate(&text, wasm, &offsets));
    let placed = placed.map(|((_, problem), range)| match range {
        Some(range) => problem.at(&text, range),
        None => problem,
    });
    placed.collect()
}
