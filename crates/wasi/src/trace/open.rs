//! A call between its beginning and its end, and its encoding in the ring buffer.

use serde::{Deserialize, Serialize};

use super::super::abi::Version;
use super::super::call::Invocation;
use super::super::errno::Errno;
use super::super::functions::Import;
use super::super::suspend::{CallResult, Fail};
use super::arguments;
use super::call::{Outcome, TraceCall};
use super::memory::View;
use super::names::Names;
use super::parameters::{self, Parameter};
use super::value::Value;

/// The most arguments that a function takes in WebAssembly.
const MOST: usize = 9;

/// A call that has begun.
pub(super) struct Open {
    pub function: u8,
    pub version: Version,
    pub raw: [u64; MOST],
    /// By their places in the table of parameters.
    pub arguments: Vec<(u8, Value)>,
    pub results: Vec<(u8, Value)>,
    pub at_ns: u64,
    pub fuel: u64,
    pub waits: bool,
    pub waited_ns: Option<u64>,
    /// Whether it is in the trace already, from before the program went back: only the names of descriptors have to be
    /// updated.
    pub known: bool,
}

/// The part that is read first when filtering calls.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) struct Head {
    pub function: u8,
    pub outcome: Outcome,
}

/// A call as it is kept.
#[derive(Serialize, Deserialize)]
pub(super) struct Stored {
    pub head: Head,
    pub at_ns: u64,
    pub fuel: u64,
    pub waited_ns: Option<u64>,
    pub arguments: Vec<(u8, Value)>,
    pub results: Vec<(u8, Value)>,
}

impl Open {
    pub fn new(invocation: &Invocation<'_>, memory: View<'_>, names: &Names, at_ns: u64) -> Self {
        let mut raw = [0; MOST];
        raw.iter_mut().zip(invocation.arguments).for_each(|(to, from)| *to = *from);
        let &Invocation { import: Import { version, function }, position, .. } = invocation;
        let mut open = Self {
            function: function.number(),
            version,
            raw,
            arguments: Vec::new(),
            results: Vec::new(),
            at_ns,
            fuel: position,
            waits: false,
            waited_ns: None,
            known: false,
        };
        open.arguments = arguments::arguments(&open, memory, names);
        open
    }

    /// The function's name in the specification.
    pub fn name(&self) -> &'static str {
        parameters::function_name(self.function)
    }

    /// The parameters, each with its place in the table and the first of its arguments.
    pub fn parameters(&self) -> impl Iterator<Item = (u8, &'static Parameter, usize)> + use<> {
        let mut at = 0;
        parameters::of(self.function).iter().enumerate().map(move |(place, parameter)| {
            let first = at;
            at += parameter.kind.width();
            (place as u8, parameter, first)
        })
    }

    /// The argument at a place, of 32 bits; 0 where there is none.
    pub fn word(&self, at: usize) -> u32 {
        self.wide(at) as u32
    }

    /// The argument at a place; 0 where there is none.
    pub fn wide(&self, at: usize) -> u64 {
        self.raw.get(at).copied().unwrap_or(0)
    }

    /// Its outcome; `None` while it is waiting.
    pub fn outcome(&self, result: &CallResult) -> Option<Outcome> {
        Some(match result {
            Ok(()) => Outcome::Errno(Errno::Success as u16),
            Err(Fail::Errno(errno)) => Outcome::Errno(*errno as u16),
            Err(Fail::Suspend(_)) => return None,
            Err(Fail::Stop(_)) => Outcome::Stopped,
            Err(Fail::Exit(_)) => Outcome::Exited,
        })
    }

    /// The decoded call.
    pub fn call(&self, number: u64, outcome: Outcome) -> TraceCall {
        let Self { function, at_ns, fuel, waited_ns, .. } = *self;
        let (arguments, results) = (self.arguments.clone(), self.results.clone());
        let head = Head { function, outcome };
        Stored { head, at_ns, fuel, waited_ns, arguments, results }.call(number)
    }

    pub fn stored(self, outcome: Outcome) -> Stored {
        let Self { function, at_ns, fuel, waited_ns, arguments, results, .. } = self;
        Stored { head: Head { function, outcome }, at_ns, fuel, waited_ns, arguments, results }
    }
}

impl Stored {
    pub fn call(self, number: u64) -> TraceCall {
        let Self { head: Head { function, outcome }, at_ns, fuel, waited_ns, arguments, results } = self;
        let named = |values: Vec<(u8, Value)>| {
            values.into_iter().map(|(place, value)| (parameters::name(function, place), value)).collect()
        };
        TraceCall {
            number,
            function: parameters::function_name(function),
            arguments: named(arguments),
            outcome,
            results: named(results),
            at_ns,
            waited_ns,
            fuel,
        }
    }
}
