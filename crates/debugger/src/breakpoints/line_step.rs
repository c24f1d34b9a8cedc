//! Forward line stepping. Backwards, it is a search, see
//! [`LineBack`](crate::queries::search::LineBack).
//!
//! A step ends when the next instruction belongs to another line of the program. Code that belongs to no line of the
//! program, such as the standard library, is skipped. On the way, the run functions exit only at basic blocks in which
//! another line begins, so that a loop within a line, or a call that is stepped over, runs at full speed.

use std::rc::Rc;

use super::{BreakpointObserver, Machine, Position};
use crate::lines::LineTable;
use crate::program::InstrumentedProgram;
use crate::state::StateView;
use wasmoscope_source_map::Line;

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
pub struct LineStep {
    table: Rc<LineTable>,
    command: LineCommand,
    /// The line where the step started.
    line: Option<Line>,
    /// The frame in which it started, or the one that it returned to.
    frame: u32,
    function: u32,
    /// Where the run functions exit.
    exits: Vec<Position>,
}

impl LineStep {
    /// The machine that had them is gone.
    pub(super) fn forget_exits(&mut self) {
        self.exits.clear();
    }
}

impl BreakpointObserver {
    /// Begins a step at the next instruction; returns the frame in which it begins.
    pub fn begin_line_step(&mut self, state: StateView<'_>, table: Rc<LineTable>, command: LineCommand) -> Option<u32> {
        let position = state.machine().position()?;
        let frame = state.machine().top();
        // In inlined library code, the line shown is the one that it was inlined into.
        let line = table.line(position).or_else(|| table.line_around(&self.program, position));
        self.line_step = Some(LineStep { table, command, line, frame, function: position.function, exits: Vec::new() });
        Some(frame)
    }

    /// The frame in which the step started has returned: it continues in the one below, unless that is at a line.
    /// Returns the frame in which it continues.
    pub fn line_step_returned(&mut self, machine: &mut Machine) -> Option<(Rc<LineTable>, LineCommand)> {
        let (table, command) = self.line_step.as_ref().map(|step| (Rc::clone(&step.table), step.command))?;
        self.set_line_exits(machine, false);
        table.line(machine.position()?).is_none().then_some((table, command))
    }

    pub fn end_line_step(&mut self, machine: &mut Machine) {
        self.set_line_exits(machine, false);
        self.line_step = None;
    }

    /// Takes the step out while something else is executed. Its exits are set again when it goes on.
    pub fn take_line_step(&mut self, machine: &mut Machine) -> Option<LineStep> {
        self.set_line_exits(machine, false);
        self.line_step.take()
    }

    pub fn put_line_step_back(&mut self, line_step: Option<LineStep>) {
        self.line_step = line_step;
    }

    /// Whether the active step ends before the next instruction.
    pub(super) fn is_line_step_done(&self, state: StateView<'_>) -> bool {
        let Some(step) = &self.line_step else { return false };
        let table = &step.table;
        let Some(position) = state.machine().position() else { return false };
        let Some(line) = table.line(position) else { return false };
        let top = state.machine().top();
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
    pub(super) fn line_step_base(&mut self, machine: &mut Machine, base: u32) -> u32 {
        let Some(step) = &self.line_step else { return base };
        let (frame, top) = (step.frame, machine.top());
        if step.command != LineCommand::Into && top > frame {
            self.set_line_exits(machine, false);
            return frame + 1;
        }
        self.set_line_exits(machine, true);
        base
    }

    /// Sets or clears the exits where the step may end.
    fn set_line_exits(&mut self, machine: &mut Machine, exits_here: bool) {
        let Some(step) = &mut self.line_step else { return };
        if exits_here != step.exits.is_empty() {
            return;
        }
        let positions = if exits_here {
            let functions = match step.command {
                LineCommand::Into => 0..self.program.instrumented.functions.len() as u32,
                _ => step.function..step.function + 1,
            };
            step.exits = functions.flat_map(|function| targets(&self.program, function, step)).collect();
            step.exits.clone()
        } else {
            std::mem::take(&mut step.exits)
        };
        for position in positions {
            machine.set_exit(position, exits_here);
        }
        if !exits_here {
            self.set_armed_exits(machine);
        }
    }
}

/// The basic blocks of a function with an instruction at which the step may end.
fn targets(program: &InstrumentedProgram, function: u32, step: &LineStep) -> Vec<Position> {
    let Some(info) = program.instrumented.functions.get(function as usize) else { return Vec::new() };
    let ends = info.basic_blocks.iter().skip(1).map(|(first, _)| *first).chain([info.instructions]);
    // The same line counts again if it is reached in another call.
    let line = step.line.filter(|_| step.function == function && step.command != LineCommand::Into);
    let basic_blocks = info.basic_blocks.iter().zip(ends);
    let found = basic_blocks.filter(|((first, _), end)| step.table.has_other(function, *first, *end, line));
    found.map(|((instruction, _), _)| Position { function, instruction: *instruction }).collect()
}
