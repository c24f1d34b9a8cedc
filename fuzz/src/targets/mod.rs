//! The fuzz targets: functions of bytes that panic where a promise is broken.
//!
//! What a target takes from its bytes is its own affair; what is too large or would take long by right, it lets be.

mod archive;
mod condition;
mod console;
mod copy;
mod detect;
mod dwarf;
mod print;
mod project;
mod protocol;
mod requests;
mod share;
pub mod step_link;
mod text;
mod wasi;

use super::corpus;

/// A target: what it is called, what it does, and what its inputs are made of.
#[derive(Clone, Copy)]
pub struct Target {
    pub name: &'static str,
    pub run: fn(&[u8]),
    pub corpus: fn() -> Vec<Vec<u8>>,
    /// How many inputs the ordinary suite tries: what takes about three seconds in a debug build.
    pub inputs: u64,
}

/// All there are; each has a shell in `fuzz_targets/` and a test in `tests/fuzz.rs`.
pub const TARGETS: &[Target] = &[
    Target { name: "detect", run: detect::run, corpus: corpus::sources, inputs: 3000 },
    Target { name: "text", run: text::run, corpus: corpus::texts, inputs: 1500 },
    Target { name: "print", run: print::run, corpus: corpus::modules, inputs: 1500 },
    Target { name: "copy", run: copy::run, corpus: corpus::modules, inputs: 600 },
    Target { name: "wasi", run: wasi::run, corpus: corpus::noise, inputs: 600 },
    Target { name: "dwarf", run: dwarf::run, corpus: corpus::dwarf, inputs: 1000 },
    Target { name: "condition", run: condition::run, corpus: corpus::conditions, inputs: 20_000 },
    Target { name: "share", run: share::run, corpus: corpus::fragments, inputs: 5000 },
    Target { name: "project", run: project::run, corpus: corpus::projects, inputs: 5000 },
    Target { name: "archive", run: archive::run, corpus: corpus::archives, inputs: 2000 },
    Target { name: "step_link", run: step_link::run, corpus: corpus::bookmarks, inputs: 200 },
    Target { name: "protocol", run: protocol::run, corpus: corpus::messages, inputs: 10_000 },
    Target { name: "requests", run: requests::run, corpus: corpus::requests, inputs: 150 },
    Target { name: "console", run: console::run, corpus: corpus::terminal, inputs: 5000 },
];

/// The target of that name.
///
/// # Panics
///
/// Where there is none.
pub fn target(name: &str) -> Target {
    *TARGETS.iter().find(|target| target.name == name).unwrap_or_else(|| panic!("there is no fuzz target `{name}`"))
}

/// Runs the target of that name on an input: what the shells for libFuzzer call.
pub fn run(name: &str, input: &[u8]) {
    (target(name).run)(input);
}
