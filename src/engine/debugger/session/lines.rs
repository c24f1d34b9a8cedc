//! Forward line stepping. Backwards, it is a search, see [`LineBack`].
//!
//! A step ends when the next instruction belongs to another line of the program. Code that belongs to no line of the
//! program, such as the standard library, is skipped. On the way, the run functions exit only at basic blocks in which
//! another line begins, so that a loop within a line, or a call that is stepped over, runs at full speed.

use std::rc::Rc;

use super::command::{Goal, PendingStop};
use super::{DebugSession, Observe, RunSpec};
use crate::engine::debugger::lines::LineTable;
use crate::engine::debugger::machine::Position;
use crate::engine::debugger::search::{LineBack, Search, SearchKind};
use crate::engine::source_map::{Line, SourceMap};

/// A line command. An inlined call counts as a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineCommand {
    /// Steps to the next line, into calls.
    Into,
    /// Steps to the next line, over calls.
    Over,
    /// Runs until the function has returned to a line of the program.
    Out,
    /// Goes back to the start of the previous line, into calls.
    BackInto,
    /// Goes back to the start of the previous line, over calls.
    BackOver,
    /// Goes back to the start of the line that calls this function.
    BackOut,
}

/// An active step.
pub(super) struct LineStep {
    command: LineCommand,
    /// The line where the step started.
    line: Option<Line>,
    /// The frame in which it started, or the one that it returned to.
    frame: u32,
    function: u32,
    /// Where the run functions exit.
    exits: Vec<Position>,
}

impl DebugSession {
    /// Sets the lines to step through from now on.
    pub fn set_source_map(&mut self, map: Rc<dyn SourceMap>) {
        self.source_map = Some(map);
        self.lines = None;
    }

    /// The lines of all instructions, computed on first use.
    fn line_table(&mut self) -> Option<Rc<LineTable>> {
        if self.lines.is_none() {
            let map = Rc::clone(self.source_map.as_ref()?);
            self.lines = Some(Rc::new(LineTable::new(&self.program, map)));
        }
        self.lines.clone()
    }

    pub(super) fn ask_line(&mut self, command: LineCommand) -> Goal {
        let step = self.step();
        let depth = self.state().depth().max(1);
        let (Some(table), Some(position)) = (self.line_table(), self.machine().position()) else {
            return Goal::Idle(super::StopReason::Step);
        };
        let line = table.line(position);
        let is_inlined = table.is_inlined(line.and_then(|line| line.scope));
        // If no active call is in known source, there is no line to step over calls from: stop at the next line that is
        // reached in any call.
        let command = match command {
            LineCommand::Over if !self.is_in_source(&table) => LineCommand::Into,
            LineCommand::BackOver if !self.is_in_source(&table) => LineCommand::BackInto,
            other => other,
        };
        let mut back = LineBack { table, depth, frame: self.machine().top(), line, with_calls: false, leaves: false };
        match command {
            LineCommand::Into | LineCommand::Over | LineCommand::Out => return self.begin_line_step(command),
            LineCommand::BackInto => back.with_calls = true,
            LineCommand::BackOver => {}
            LineCommand::BackOut if is_inlined => back.leaves = true,
            LineCommand::BackOut if depth == 1 => return self.jump(0, PendingStop::Beginning),
            LineCommand::BackOut => back.depth = depth - 1,
        }
        Goal::Search(Search::new(SearchKind::Line(Rc::new(back)), step))
    }

    /// Whether any active call is at a line of the program.
    fn is_in_source(&self, table: &LineTable) -> bool {
        let machine = self.machine();
        let callers = machine.frames().into_iter().skip(1).filter_map(|frame| machine.call_position(frame));
        machine
            .position()
            .into_iter()
            .chain(callers)
            .any(|position| table.line(position).or_else(|| table.line_around(&self.program, position)).is_some())
    }

    fn begin_line_step(&mut self, command: LineCommand) -> Goal {
        let Some(position) = self.machine().position() else { return Goal::Idle(super::StopReason::Step) };
        let frame = self.machine().top();
        self.line_step = Some(LineStep {
            command,
            line: self.lines.as_ref().and_then(|table| {
                // In inlined library code, the line shown is the one that it was inlined into.
                table.line(position).or_else(|| table.line_around(&self.program, position))
            }),
            frame,
            function: position.function,
            exits: Vec::new(),
        });
        let spec = RunSpec {
            limit: u64::MAX,
            base: frame,
            target: None,
            line: false,
            observe: Observe::All,
            from: self.step(),
        };
        Goal::Forward(spec, PendingStop::Step)
    }

    /// Whether the active step ends before the next instruction.
    pub(super) fn is_line_step_done(&self) -> bool {
        let (Some(step), Some(table)) = (&self.line_step, &self.lines) else { return false };
        let Some(position) = self.machine().position() else { return false };
        let Some(line) = table.line(position) else { return false };
        let top = self.machine().top();
        // A tail call puts another function into the same frame.
        if top != step.frame || position.function != step.function {
            return top <= step.frame || step.command == LineCommand::Into;
        }
        let scope = step.line.and_then(|line| line.scope);
        // Inlined calls are stepped over like all others: those within, and those that come after.
        let is_around = table.is_around(line.scope, scope);
        match step.command {
            LineCommand::Into => Some(line) != step.line,
            LineCommand::Over => Some(line) != step.line && is_around,
            // Inlined library code has been left.
            _ if step.line.is_none() => true,
            _ => table.is_inlined(scope) && line.scope != scope && is_around,
        }
    }

    /// The frame until whose return the run functions may run; they do not exit in calls that are stepped over.
    pub(super) fn line_step_base(&mut self, base: u32) -> u32 {
        let Some(step) = &self.line_step else { return base };
        let (frame, top) = (step.frame, self.machine().top());
        if step.command != LineCommand::Into && top > frame {
            self.set_line_exits(false);
            return frame + 1;
        }
        self.set_line_exits(true);
        base
    }

    /// The frame in which the step started has returned: it continues in the one below, unless that is at a line.
    pub(super) fn line_step_returned(&mut self) -> Option<Goal> {
        let command = self.line_step.as_ref()?.command;
        self.set_line_exits(false);
        let position = self.machine().position()?;
        if self.lines.as_ref()?.line(position).is_some() {
            return None;
        }
        Some(self.begin_line_step(command))
    }

    pub(super) fn end_line_step(&mut self) {
        self.set_line_exits(false);
        self.line_step = None;
    }

    /// Sets or clears the exits where the step may end.
    fn set_line_exits(&mut self, exits_here: bool) {
        let (Some(step), Some(table)) = (&mut self.line_step, &self.lines) else { return };
        if exits_here != step.exits.is_empty() {
            return;
        }
        let positions = if exits_here {
            let functions = match step.command {
                LineCommand::Into => 0..self.program.instrumented.functions.len() as u32,
                _ => step.function..step.function + 1,
            };
            step.exits = functions.flat_map(|function| targets(&self.program, table, function, step)).collect();
            step.exits.clone()
        } else {
            std::mem::take(&mut step.exits)
        };
        for position in positions {
            self.machine_mut().set_exit(position, exits_here);
        }
        if !exits_here {
            self.set_armed_exits();
        }
    }
}

/// The basic blocks of a function with an instruction at which the step may end.
fn targets(
    program: &crate::engine::debugger::InstrumentedProgram,
    table: &LineTable,
    function: u32,
    step: &LineStep,
) -> Vec<Position> {
    let Some(info) = program.instrumented.functions.get(function as usize) else { return Vec::new() };
    let ends = info.basic_blocks.iter().skip(1).map(|(first, _)| *first).chain([info.instructions]);
    // The same line counts again if it is reached in another call.
    let line = step.line.filter(|_| step.function == function && step.command != LineCommand::Into);
    let basic_blocks = info.basic_blocks.iter().zip(ends);
    let found = basic_blocks.filter(|((first, _), end)| table.has_other(function, *first, *end, line));
    found.map(|((instruction, _), _)| Position { function, instruction: *instruction }).collect()
}
