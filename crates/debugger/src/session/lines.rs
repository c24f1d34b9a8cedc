//! Line commands: forwards they become a step by line, backwards a search.

use std::rc::Rc;

use super::DebugSession;
use super::command::{Goal, StopReason};
use crate::breakpoints::LineCommand;
use crate::lines::LineTable;
use crate::queries::search::{LineBack, Search, SearchKind};
use crate::replay::{Observe, RunSpec};
use wasmoscope_source_map::SourceMap;

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
            self.lines = Some(Rc::new(LineTable::new(self.program(), map)));
        }
        self.lines.clone()
    }

    pub(super) fn ask_line(&mut self, command: LineCommand) -> Goal {
        let step = self.step();
        let depth = self.state().depth().max(1);
        let (Some(table), Some(position)) = (self.line_table(), self.machine().position()) else {
            return Goal::Idle(StopReason::Step);
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
            LineCommand::Into | LineCommand::Over | LineCommand::Out => {
                return self.begin_line_step(back.table, command);
            }
            LineCommand::BackInto => back.with_calls = true,
            LineCommand::BackOver => {}
            LineCommand::BackOut if is_inlined => back.leaves = true,
            LineCommand::BackOut if depth == 1 => return self.jump(0, StopReason::Beginning),
            LineCommand::BackOut => back.depth = depth - 1,
        }
        Goal::Search(Search::new(SearchKind::Line(Rc::new(back)), step))
    }

    /// Whether any active call is at a line of the program.
    fn is_in_source(&self, table: &LineTable) -> bool {
        let machine = self.machine();
        let callers = machine.frames().skip(1).filter_map(|frame| machine.call_position(frame));
        machine
            .position()
            .into_iter()
            .chain(callers)
            .any(|position| table.line(position).or_else(|| table.line_around(self.program(), position)).is_some())
    }

    pub(super) fn begin_line_step(&mut self, table: Rc<LineTable>, command: LineCommand) -> Goal {
        let Some(base) = self.breakpoints.begin_line_step(self.replayer.state(), table, command) else {
            return Goal::Idle(StopReason::Step);
        };
        let spec = RunSpec { base, observe: Observe::All, from: self.step(), ..RunSpec::to(u64::MAX) };
        Goal::Forward(spec, StopReason::Step)
    }
}
