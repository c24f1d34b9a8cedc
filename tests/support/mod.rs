//! A worker without a browser: time that moves only when it is told to, randomness that is always the same.
#![allow(dead_code, reason = "each test binary uses a part")]

use std::cell::Cell;
use std::rc::Rc;

use wasmoscope::engine::reversible::executor::Executor;
use wasmoscope::engine::reversible::executor::wasmi::PortableWasmi;
use wasmoscope::engine::wasi::{Clock, Random};
use wasmoscope::protocol::{
    CallsView, DebugView, Entry, Event, Outcome, Request, RunId, RunOptions, SentencePart, Source, Stream,
};
use wasmoscope::worker::{Next, Platform, Service};

/// A machine whose clock moves by as much as a slice may take whenever it is looked at, so that slices stay as they are.
#[derive(Clone, Default)]
pub struct TestPlatform {
    nanoseconds: Rc<Cell<u64>>,
}

impl TestPlatform {
    pub fn sleep_ms(&self, milliseconds: f64) {
        self.nanoseconds.set(self.nanoseconds.get() + (milliseconds * 1e6).ceil() as u64);
    }
}

impl Platform for TestPlatform {
    fn now_ms(&self) -> f64 {
        self.nanoseconds.set(self.nanoseconds.get() + 8_000_000);
        self.nanoseconds.get() as f64 / 1e6
    }

    fn clock(&self) -> Box<dyn Clock> {
        Box::new(self.clone())
    }

    fn random(&self) -> Box<dyn Random> {
        Box::new(Counting(0))
    }

    /// The copy for a browser, executed by wasmi.
    fn browser_engine(&self) -> Option<Rc<dyn Executor>> {
        Some(Rc::new(PortableWasmi))
    }
}

impl Clock for TestPlatform {
    fn realtime_ns(&mut self) -> u64 {
        1_700_000_000_000_000_000 + self.nanoseconds.get()
    }

    fn monotonic_ns(&mut self) -> u64 {
        self.nanoseconds.get()
    }
}

struct Counting(u8);

impl Random for Counting {
    fn fill(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            self.0 = self.0.wrapping_mul(73).wrapping_add(41);
            *byte = self.0;
        }
    }
}

/// A worker and everything it has said.
pub struct TestWorker {
    pub platform: TestPlatform,
    service: Service<TestPlatform>,
    pub events: Vec<Event>,
}

pub const RUN: RunId = 1;

impl TestWorker {
    pub fn new() -> Self {
        let platform = TestPlatform::default();
        Self { service: Service::new(platform.clone()), platform, events: Vec::new() }
    }

    /// Handles a request; both it and what it makes go through their bytes, as between page and worker.
    pub fn send(&mut self, request: Request) {
        let request = Request::decode(&request.encode().expect("a request has bytes")).expect("and they read back");
        let events = &mut self.events;
        self.service.handle(request, &mut |event| events.push(through_bytes(event)));
    }

    pub fn tick(&mut self) -> Next {
        let events = &mut self.events;
        self.service.tick(&mut |event| events.push(through_bytes(event)))
    }

    /// Runs until the program waits for input or is over, sleeping as it asks; at most so many slices.
    pub fn settle(&mut self, slices: usize) -> Next {
        for _ in 0..slices {
            match self.tick() {
                Next::Now => {}
                Next::After(milliseconds) => self.platform.sleep_ms(milliseconds),
                Next::Idle => return Next::Idle,
            }
        }
        Next::Now
    }

    pub fn run(&mut self, source: Source, entry: Entry, options: RunOptions) {
        self.send(Request::Run { run: RUN, source, entry, options });
    }

    pub fn run_text(&mut self, text: &str) {
        self.run(wat(text), Entry::Default, RunOptions::default());
    }

    /// What has been printed on a stream.
    pub fn printed(&self, wanted: Stream) -> Vec<u8> {
        let mut printed = Vec::new();
        for event in &self.events {
            if let Event::Output { chunks, .. } = event {
                chunks.iter().filter(|chunk| chunk.stream == wanted).for_each(|chunk| printed.extend(&chunk.bytes));
            }
        }
        printed
    }

    pub fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.printed(Stream::Stdout)).into_owned()
    }

    /// The calls that were sent last.
    pub fn calls(&self) -> Option<&CallsView> {
        self.events.iter().rev().find_map(|event| match event {
            Event::Calls { view, .. } => Some(view),
            _ => None,
        })
    }

    /// How the run ended, if it has.
    pub fn outcome(&self) -> Option<&Outcome> {
        self.events.iter().rev().find_map(|event| match event {
            Event::Finished { outcome, .. } => Some(outcome),
            _ => None,
        })
    }
}

fn through_bytes(event: Event) -> Event {
    Event::decode(&event.encode().expect("an event has bytes")).expect("and they read back")
}

/// The sentence on where a program stands, as the page shows it.
pub fn sentence(view: &DebugView) -> String {
    let part = |part: &SentencePart| match part {
        SentencePart::Text(text) => text.clone(),
        SentencePart::Value(value) => value.text.clone(),
    };
    view.sentence.iter().map(part).collect()
}

pub fn wat(text: &str) -> Source {
    Source { name: "main.wat".to_owned(), bytes: text.as_bytes().to_vec() }
}
