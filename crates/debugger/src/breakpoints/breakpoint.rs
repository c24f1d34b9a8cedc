//! Breakpoints of the engine.

use std::collections::HashMap;
use std::rc::Rc;

use super::line_entries::LineEntries;
use super::watchpoint::{Target, Watchpoint};
use crate::condition::Condition;
use crate::machine::{Position, WatchedRange};
use crate::program::InstrumentedProgram;
use crate::sites;
use wasmoscope_reversible::instrument::Watched;

/// Chosen by the caller.
pub type BreakpointId = u32;

/// Something to stop at.
#[derive(Debug, Clone, PartialEq)]
pub struct Breakpoint {
    pub id: BreakpointId,
    pub trigger: Trigger,
    /// It stops only if this is true.
    pub condition: Option<Condition>,
    /// It stops from this hit on; 0 and 1 are the first. Hits are counted from the start of the run.
    pub hit_count: u64,
    /// A log message instead of a stop; an expression in braces is replaced by its value.
    pub log_message: Option<String>,
}

/// What a breakpoint triggers on; it always stops before the instruction.
#[derive(Debug, Clone, PartialEq)]
pub enum Trigger {
    /// An instruction. For a function, this is its first.
    Instruction(Position),
    /// A line, whenever a run enters it.
    Line(Rc<LineEntries>),
    /// A call of the imported function with that index, or of any, including through a table.
    Import(Option<u32>),
    /// An instruction that accesses something.
    Watch(Watchpoint),
}

impl Breakpoint {
    /// Whether its hits have to be counted.
    pub fn counts(&self) -> bool {
        self.hit_count > 1
    }

    /// The instructions before which the run functions have to exit for it; not every one of them is a hit.
    fn positions(&self, program: &InstrumentedProgram) -> Vec<Position> {
        match &self.trigger {
            Trigger::Instruction(position) => vec![*position],
            Trigger::Line(entries) => entries.positions().collect(),
            Trigger::Import(Some(function)) => program.sites().of_import(*function).collect(),
            Trigger::Import(None) => program.sites().of_imports().collect(),
            Trigger::Watch(watchpoint) => watchpoint.positions(program),
        }
    }
}

impl Watchpoint {
    /// The instructions before which the run functions have to exit for it. Memory accesses by instructions are not included: the copy checks for those
    /// itself.
    pub fn positions(&self, program: &InstrumentedProgram) -> Vec<Position> {
        match self.target {
            // The host's accesses to memory are detected when its call is executed as a single step.
            Target::Memory { .. } => program.sites().of_imports().collect(),
            Target::Global(global) => program.sites().of_global(global, self.access.is_write()).collect(),
            Target::Local { function, local } => {
                sites::of_local(&program.instrumented, function, local, self.access.is_write()).collect()
            }
        }
    }

    /// The bytes that the copy has to check for.
    pub fn range(&self) -> Option<WatchedRange> {
        match self.target {
            Target::Memory { memory, start, length } => {
                Some(WatchedRange { memory, start, length, writes: self.access.is_write() })
            }
            Target::Global(_) | Target::Local { .. } => None,
        }
    }
}

/// All breakpoints.
#[derive(Debug, Default)]
pub struct Breakpoints {
    all: Vec<Breakpoint>,
    at: HashMap<Position, Vec<usize>>,
    /// Instructions that only lead from one instruction to another on a line with a breakpoint.
    within: HashMap<Position, Vec<usize>>,
}

impl Breakpoints {
    pub fn new(breakpoints: Vec<Breakpoint>, program: &InstrumentedProgram) -> Self {
        let mut at: HashMap<Position, Vec<usize>> = HashMap::new();
        let mut within: HashMap<Position, Vec<usize>> = HashMap::new();
        for (index, breakpoint) in breakpoints.iter().enumerate() {
            for position in breakpoint.positions(program) {
                at.entry(position).or_default().push(index);
            }
            if let Trigger::Line(entries) = &breakpoint.trigger {
                for position in entries.within() {
                    within.entry(position).or_default().push(index);
                }
            }
        }
        Self { all: breakpoints, at, within }
    }

    pub fn all(&self) -> &[Breakpoint] {
        &self.all
    }

    pub fn get(&self, id: BreakpointId) -> Option<&Breakpoint> {
        self.all.iter().find(|breakpoint| breakpoint.id == id)
    }

    /// The breakpoints that may stop at that instruction, except because of memory accesses.
    pub fn at(&self, position: Position) -> impl Iterator<Item = &Breakpoint> {
        self.at.get(&position).into_iter().flatten().map(|index| &self.all[*index])
    }

    /// The breakpoints that watch bytes of memories.
    pub fn watching_memory(&self) -> impl Iterator<Item = (&Breakpoint, Watchpoint)> {
        self.all.iter().filter_map(|breakpoint| match breakpoint.trigger {
            Trigger::Watch(watchpoint) if watchpoint.range().is_some() => Some((breakpoint, watchpoint)),
            Trigger::Watch(_) | Trigger::Instruction(_) | Trigger::Line(_) | Trigger::Import(_) => None,
        })
    }

    /// Where the run functions have to exit for those that are wanted.
    pub fn positions(&self, wanted: impl Fn(&Breakpoint) -> bool) -> impl Iterator<Item = Position> {
        let is_wanted: Vec<bool> = self.all.iter().map(wanted).collect();
        let positions = self.at.iter().chain(&self.within);
        positions.filter(move |(_, at)| at.iter().any(|index| is_wanted[*index])).map(|(position, _)| *position)
    }

    /// Whether any is on a line.
    pub fn have_lines(&self) -> bool {
        self.all.iter().any(|breakpoint| matches!(breakpoint.trigger, Trigger::Line(_)))
    }

    /// Whether an instruction leads to an entry of a line within one visit to it.
    pub fn is_within_line(&self, position: Position) -> bool {
        self.within.contains_key(&position)
    }

    /// The ranges that the copy has to check for those that are wanted.
    pub fn ranges(&self, wanted: impl Fn(&Breakpoint) -> bool) -> Vec<WatchedRange> {
        let watching = self.watching_memory().filter(|(breakpoint, _)| wanted(breakpoint));
        watching.filter_map(|(_, watchpoint)| watchpoint.range()).collect()
    }

    /// Which variant of the copy they need.
    pub fn watched(&self) -> Watched {
        let ranges = self.ranges(|_| true);
        match (ranges.is_empty(), ranges.iter().any(|range| !range.writes)) {
            (true, _) => Watched::Nothing,
            (false, false) => Watched::Writes,
            (false, true) => Watched::Reads,
        }
    }

    /// Whether any of them needs hit counts.
    pub fn count(&self) -> bool {
        self.all.iter().any(Breakpoint::counts)
    }
}
