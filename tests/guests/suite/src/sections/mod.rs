//! One section a family of calls, and which of them are gone through.

mod clock;
mod descriptors;
mod directories;
mod escape;
mod hostile;
mod input;
mod limits;
mod links;
mod metadata;
mod names;
mod opening;
mod others;
mod paths;
mod poll;
mod reading;
mod rights;
mod standard;
mod start;
mod writing;

use crate::report::Report;
use std::process::ExitCode;

type Section = (&'static str, fn(&mut Report));

const SECTIONS: &[Section] = &[
    ("start", start::section),
    ("clock", clock::section),
    ("opening", opening::section),
    ("descriptors", descriptors::section),
    ("reading", reading::section),
    ("writing", writing::section),
    ("metadata", metadata::section),
    ("directories", directories::section),
    ("names", names::section),
    ("links", links::section),
    ("escape", escape::section),
    ("paths", paths::section),
    ("poll", poll::section),
    ("others", others::section),
    ("standard", standard::section),
];

/// Sections that are gone through only where they are named: they need an input, break what others need, reach limits
/// that every runtime has elsewhere, or ask for what not every runtime has.
const ALONE: &[Section] = &[
    ("input", input::section),
    ("hostile", hostile::section),
    ("limits", limits::section),
    ("rights", rights::section),
    ("end", start::end),
];

pub fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).take_while(|argument| argument != "--").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["exit", code] => std::process::exit(code.parse().expect("a number")),
        ["trap"] => core::arch::wasm32::unreachable(),
        ["panic"] => panic!("on purpose"),
        [] => go_through(SECTIONS.iter()),
        names => {
            let known = |name: &&str| SECTIONS.iter().chain(ALONE).find(|(section, _)| section == name);
            match names.iter().map(known).collect::<Option<Vec<_>>>() {
                Some(sections) => go_through(sections.into_iter()),
                None => {
                    eprintln!("suite: there is no such section");
                    ExitCode::from(2)
                }
            }
        }
    }
}

fn go_through(sections: impl Iterator<Item = &'static Section>) -> ExitCode {
    let (mut all, mut wrong) = (0, 0);
    for (name, section) in sections {
        let mut report = Report::new(name);
        section(&mut report);
        let counts = report.end();
        all += counts.0;
        wrong += counts.1;
    }
    println!("suite: {} of {all} as expected", all - wrong);
    if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
