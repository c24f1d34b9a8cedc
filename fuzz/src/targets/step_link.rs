//! A link to a step of a run: the worker goes there, or says why not, whatever the bytes are.

use wasmoscope::protocol::{Event, Limits, Request, RunOptions};

use super::super::support::{RUN, TestWorker, wat};

/// A program that reads the time, random bytes, a file and its input, and writes.
pub const PROGRAM: &str = include_str!("step_link.wat");

/// How many slices a run may take; one that goes on is stopped.
const SLICES: usize = 40;

pub fn limits() -> Limits {
    Limits { memory: Some(8 << 20), table: Some(1000), recursion: 200, output: Some(1 << 16), wall_time: None }
}

pub fn run(input: &[u8]) {
    let mut worker = TestWorker::new();
    let options = RunOptions { limits: limits(), ..RunOptions::default() };
    worker.send(Request::DebugAt {
        run: RUN,
        source: wat(PROGRAM),
        options,
        breakpoints: Vec::new(),
        bookmark: input.to_vec(),
    });
    worker.settle(SLICES);
    worker.send(Request::Bookmark { run: RUN });
    worker.send(Request::Stop { run: RUN });
    worker.settle(SLICES);
    for event in &worker.events {
        if let Event::Fault { message } = event {
            panic!("a fault of ours: {message}");
        }
    }
}
