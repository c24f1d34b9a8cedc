//! Maps each instruction of a program to its line, for line stepping.

use std::rc::Rc;

use super::machine::Position;
use super::program::InstrumentedProgram;
use wasmoscope_source_map::{Line, SourceMap};

/// The lines of a program.
pub struct LineTable {
    map: Rc<dyn SourceMap>,
    /// For each function with a body: the instruction indices at which another line starts.
    functions: Vec<Vec<(u32, Option<Line>)>>,
}

impl LineTable {
    pub fn new(program: &InstrumentedProgram, map: Rc<dyn SourceMap>) -> Self {
        let functions = 0..program.instrumented.functions.len() as u32;
        let functions = functions.map(|number| {
            let mut runs: Vec<(u32, Option<Line>)> = Vec::new();
            for (index, offset) in program.instrumented.offsets(number).into_iter().enumerate() {
                let line = map.line(offset);
                if runs.last().is_none_or(|(_, before)| *before != line) {
                    runs.push((index as u32, line));
                }
            }
            runs
        });
        Self { functions: functions.collect(), map }
    }

    /// The program's line for an instruction, if it has one.
    pub fn line(&self, position: Position) -> Option<Line> {
        let runs = self.functions.get(position.function as usize)?;
        runs[runs.partition_point(|(first, _)| *first <= position.instruction).checked_sub(1)?].1
    }

    /// Whether any instruction from `first` up to, but not including, `end` belongs to a line other than `line`.
    pub fn has_other(&self, function: u32, first: u32, end: u32, line: Option<Line>) -> bool {
        let Some(runs) = self.functions.get(function as usize) else { return false };
        let start = runs.partition_point(|(from, _)| *from <= first).saturating_sub(1);
        runs[start..].iter().take_while(|(from, _)| *from < end).any(|(_, other)| other.is_some() && *other != line)
    }

    /// Whether a scope is `inner`, or one that `inner` was inlined into at any depth. Any other scope is that of a call
    /// that a step from `inner` skips. If one of them is unknown, returns true.
    pub fn is_around(&self, scope: Option<u32>, inner: Option<u32>) -> bool {
        let (Some(scope), Some(inner)) = (scope, inner) else { return true };
        std::iter::successors(Some(inner), |inner| self.map.outer(*inner)).any(|around| around == scope)
    }

    /// The line of the program that an instruction without a line of its own was inlined into.
    pub fn line_around(&self, program: &InstrumentedProgram, position: Position) -> Option<Line> {
        let function = program.instrumented.analyse(position.function)?;
        self.map.line_around(function.instructions.get(position.instruction as usize)?.offset)
    }

    /// Whether a scope is an inlined call rather than a function of its own.
    pub fn is_inlined(&self, scope: Option<u32>) -> bool {
        scope.is_some_and(|scope| self.map.outer(scope).is_some())
    }
}
