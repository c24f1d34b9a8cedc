//! A worker with a program under the debugger takes requests with any numbers, names and texts, in any order.
//!
//! The input is a row of requests, each with two bytes of length in front.

use wasmoscope::protocol::{Entry, Event, Request, RunOptions};
use wasmoscope::worker::Next;

use super::super::support::{RUN, TestWorker, wat};
use super::step_link::{PROGRAM, limits};

/// The most requests of one input.
const MOST: usize = 30;
/// How many slices follow a request.
const SLICES: usize = 8;

pub fn run(input: &[u8]) {
    let mut worker = TestWorker::new();
    let options = RunOptions { limits: limits(), trace: true, ..RunOptions::default() };
    worker.send(Request::Debug {
        run: RUN,
        source: wat(PROGRAM),
        entry: Entry::Default,
        options,
        breakpoints: Vec::new(),
    });
    let mut rest = input;
    for _ in 0..MOST {
        let [low, high, after @ ..] = rest else { break };
        let length = usize::from(u16::from_le_bytes([*low, *high])).min(after.len());
        let (bytes, next) = after.split_at(length);
        rest = next;
        let Ok(request) = Request::decode(bytes) else { continue };
        worker.send(tamed(request));
        if worker.settle(SLICES) == Next::Now {
            worker.send(Request::Pause { run: RUN });
            worker.settle(SLICES);
        }
    }
    for event in &worker.events {
        if let Event::Fault { message } = event {
            panic!("a fault of ours: {message}");
        }
    }
}

/// With this run's number, and with limits that keep it short.
fn tamed(mut request: Request) -> Request {
    match &mut request {
        Request::Run { run, options, .. }
        | Request::Debug { run, options, .. }
        | Request::DebugAt { run, options, .. } => {
            *run = RUN;
            options.limits = limits();
        }
        Request::Bookmark { run }
        | Request::DebugCommand { run, .. }
        | Request::SetBreakpoints { run, .. }
        | Request::ChangeValue { run, .. }
        | Request::Evaluate { run, .. }
        | Request::ShowFrames { run, .. }
        | Request::Hover { run, .. }
        | Request::Pause { run }
        | Request::Continue { run }
        | Request::Stop { run }
        | Request::Stdin { run, .. }
        | Request::EndOfInput { run } => *run = RUN,
        // The page asks for another run only of the last one that is over, and a warm-up takes long.
        Request::DebugAgain { .. } | Request::WarmUp => return Request::ReadAllFiles,
        Request::Check { .. }
        | Request::Build { .. }
        | Request::WatchMemory { .. }
        | Request::WatchCalls { .. }
        | Request::CopyCalls { .. }
        | Request::SetFiles { .. }
        | Request::ChangeFiles { .. }
        | Request::CompareFile { .. }
        | Request::ReadFile { .. }
        | Request::ReadAllFiles
        | Request::FetchRest
        | Request::ListSources { .. } => {}
    }
    request
}
