//! What a check says of a source.

use std::fmt::Write as _;

use wasmoscope::protocol::{Checked, Event, Problem, Request, Source};

use crate::support::TestWorker;

pub fn problems(source: &Source) -> String {
    checked(source, "")
}

/// The same, and what is a module in text is looked at in binary as well.
pub fn detection(source: &Source) -> String {
    let mut told = checked(source, "");
    if let Ok(binary) = wat::parse_bytes(&source.bytes)
        && !source.bytes.starts_with(b"\0asm")
    {
        let binary = Source { name: source.name.replace(".wat", ".wasm"), bytes: binary.into_owned() };
        told.push_str(&checked(&binary, "as binary: "));
    }
    told
}

fn checked(source: &Source, prefix: &str) -> String {
    let mut worker = TestWorker::new();
    worker.send(Request::Check { version: 1, source: source.clone() });
    let Some(Event::Checked { checked: Checked { problems, detected, .. }, .. }) = worker.events.pop() else {
        panic!("a check is answered");
    };
    let mut told = format!("{prefix}{:?}: {}\n", detected.kind, detected.description);
    for (word, text) in [("advice", detected.advice), ("command", detected.command)] {
        if let Some(text) = text {
            writeln!(told, "{word}: {text}").expect("a string takes text");
        }
    }
    for problem in problems {
        told.push('\n');
        told.push_str(&problem_text(&problem));
    }
    told
}

pub fn problem_text(problem: &Problem) -> String {
    let mut told = problem.file.clone();
    if let Some(span) = problem.span {
        write!(told, ":{}:{}-{}:{}", span.line, span.column, span.end_line, span.end_column).expect("it takes text");
    }
    writeln!(told, ": {:?}: {}", problem.severity, problem.message).expect("a string takes text");
    for text in [&problem.excerpt, &problem.help.as_ref().map(|help| format!("help: {help}"))].into_iter().flatten() {
        writeln!(told, "{text}").expect("a string takes text");
    }
    told
}
