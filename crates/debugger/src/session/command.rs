//! Commands, and the goals that carry them out.

use super::DebugSession;
use crate::breakpoints::{BreakpointId, LineCommand, WatchHit};
use crate::machine::Position;
use crate::queries::last_write::{LastWrite, Origin, WriteResult, WriteTarget};
use crate::queries::search::{Found, Search, SearchKind};
use crate::replay::{Observe, Observer, RunResult, RunSpec};
use wasmoscope_runtime::outcome::Outcome;
use wasmoscope_wasi::Suspend;

/// A debugger command. Depths refer to the topmost frame at the time of the command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Continues to a breakpoint or the end.
    Continue,
    /// Steps one instruction, into a call.
    Into,
    /// Steps one instruction, over a call.
    Over,
    /// Runs until the function has returned.
    Out,
    /// Runs to that instruction, or a breakpoint, or the end.
    RunTo(Position),
    /// Runs to the line of [`DebugSession::set_run_to`].
    RunToLine,
    /// Steps one instruction back.
    BackInto,
    /// Steps one instruction back, over a call.
    BackOver,
    /// Goes back to the call of this function.
    BackOut,
    /// Goes back to the previous breakpoint hit, or the start.
    BackContinue,
    /// Steps by line.
    Line(LineCommand),
    /// Goes to that step. The end is the number after that of the last instruction, or any larger one.
    JumpTo(u64),
    /// Runs to the end, past all breakpoints.
    JumpToEnd,
    /// Goes back to the last instruction that wrote the target.
    LastWrite(WriteTarget),
}

/// The state of a session after a slice.
#[derive(Debug, Clone, PartialEq)]
pub enum DebugProgress {
    /// The goal is not reached yet. `of` is the step of the goal, if that is known.
    Working { step: u64, of: Option<u64> },
    /// Execution is stopped.
    Stopped(StopReason),
    /// In a host call that waits for input, for a time, or for either.
    Waiting { input: bool, until: Option<u64> },
}

/// Why a session is stopped.
#[derive(Debug, Clone, PartialEq)]
pub enum StopReason {
    /// Before the first instruction.
    Start,
    /// The command is complete.
    Step,
    Breakpoint(BreakpointId),
    /// Before an instruction that accesses a watched target.
    Watchpoint(Box<WatchHit>),
    /// Before the last instruction that wrote the target of the query.
    LastWrite(Box<WatchHit>),
    /// At the unchanged position: no earlier instruction wrote the target of the query.
    NotWritten(Origin),
    /// The user pressed **Pause**.
    Pause,
    /// The program has ended; the position is its last instruction.
    Ended(Outcome),
    /// A backward search reached the beginning.
    Beginning,
}

/// What [`DebugSession::advance`] works towards.
pub(super) enum Goal {
    Idle(StopReason),
    /// Execute forward. The reason is reported when the limit or the target is reached, or the frame has
    /// returned.
    Forward(RunSpec, StopReason),
    Search(Search),
    LastWrite(Box<LastWrite>),
    /// Count hits again from an earlier checkpoint up to that step, where the command starts.
    Count(u64, Command),
}

impl From<Found> for StopReason {
    fn from(found: Found) -> Self {
        match found {
            Found::Step => Self::Step,
            Found::Breakpoint(id) => Self::Breakpoint(id),
            Found::Watchpoint(hit) => Self::Watchpoint(hit),
        }
    }
}

impl DebugSession {
    /// Starts a command, and cancels the current goal.
    pub fn ask(&mut self, command: Command) {
        self.breakpoints.end_line_step(self.replayer.machine_mut());
        self.cancel_search();
        self.breakpoints.reported = self.breakpoints.reported.filter(|step| *step == self.replayer.step());
        let stops = match command {
            Command::Continue | Command::Over | Command::Out | Command::BackContinue => true,
            Command::RunTo(_) | Command::RunToLine => true,
            Command::Line(LineCommand::Into | LineCommand::Over | LineCommand::Out) => true,
            Command::Line(_) => false,
            Command::Into | Command::BackInto | Command::BackOver | Command::BackOut => false,
            Command::JumpTo(_) | Command::JumpToEnd | Command::LastWrite(_) => false,
        };
        self.goal = if stops && self.breakpoints.hits().is_none() { self.count(command) } else { self.begin(command) };
    }

    fn begin(&mut self, command: Command) -> Goal {
        let step = self.step();
        // Backwards, the last instruction comes first: it has been executed, although its step is this one.
        let was_at_end = self.at_end;
        self.at_end &= matches!(command, Command::LastWrite(_));
        let after = step + u64::from(was_at_end);
        self.replayer.cancel_seek();
        let top = self.machine().top();
        let depth = self.machine().depth();
        let forward = |limit, base, target, observe| {
            Goal::Forward(RunSpec { base, target, observe, from: step, ..RunSpec::to(limit) }, StopReason::Step)
        };
        match command {
            Command::Continue => forward(u64::MAX, 1, None, Observe::All),
            Command::Into => forward(step + 1, 1, None, Observe::LogMessages),
            Command::Over if self.is_at_call() => forward(u64::MAX, top + 1, None, Observe::All),
            Command::Over => forward(step + 1, 1, None, Observe::LogMessages),
            Command::Out => forward(u64::MAX, top.max(1), None, Observe::All),
            Command::RunTo(place) => forward(u64::MAX, 1, Some(place), Observe::All),
            Command::RunToLine => Goal::Forward(
                RunSpec { line: true, observe: Observe::All, from: step, ..RunSpec::to(u64::MAX) },
                StopReason::Step,
            ),
            Command::JumpToEnd => forward(u64::MAX, 1, None, Observe::HitCounts),
            Command::JumpTo(to) => match self.replayer.end() {
                Some((end, _)) if to > end => {
                    self.replayer.seek(end, &mut self.breakpoints);
                    forward(u64::MAX, 1, None, Observe::HitCounts)
                }
                _ if was_at_end && to == step => self.undo_last_step(),
                _ => self.jump(to, StopReason::Step),
            },
            Command::BackInto | Command::BackOver if was_at_end => self.undo_last_step(),
            Command::BackInto if step == 0 => Goal::Idle(StopReason::Beginning),
            Command::BackInto => self.jump(step - 1, StopReason::Step),
            Command::BackOver => Goal::Search(Search::new(SearchKind::Depth(depth.max(1)), step)),
            Command::BackOut if depth <= 1 => self.jump(0, StopReason::Beginning),
            Command::BackOut => Goal::Search(Search::new(SearchKind::Depth(depth - 1), step)),
            Command::Line(command) => self.ask_line(command),
            Command::BackContinue => Goal::Search(Search::new(SearchKind::Breakpoint, after)),
            Command::LastWrite(write_target) => match LastWrite::new(&self.replayer, write_target, &self.breakpoints) {
                Some(search) => {
                    self.breakpoints.disarm(self.replayer.machine_mut());
                    Goal::LastWrite(Box::new(search))
                }
                None => Goal::Idle(StopReason::NotWritten(Origin::Missing)),
            },
        }
    }

    /// Restores the last checkpoint with hit counts, to count from there.
    fn count(&mut self, command: Command) -> Goal {
        let now = self.step();
        let from = self.replayer.checkpoints().without_hits(0).map_or(now, |step| step.min(now));
        if let Some(checkpoint) = self.replayer.checkpoints().with_hits_before(from).cloned() {
            self.replayer.restore(&checkpoint, &mut self.breakpoints);
        }
        Goal::Count(now, command)
    }

    /// Whether the program is at a step that the user does not see, because something is searched for.
    pub fn is_searching(&self) -> bool {
        matches!(self.goal, Goal::Search(_) | Goal::LastWrite(_) | Goal::Count(..))
    }

    /// Stops here, or, for a search, where it started.
    pub fn pause(&mut self) {
        if matches!(self.goal, Goal::Idle(_)) {
            return;
        }
        self.cancel_search();
        self.stop(StopReason::Pause);
    }

    /// Cancels an active search, and returns to where it started.
    fn cancel_search(&mut self) {
        let began = match &mut self.goal {
            Goal::Idle(_) | Goal::Forward(..) => None,
            Goal::Search(search) => Some(search.now()),
            Goal::LastWrite(search) => {
                search.disarm(self.replayer.machine_mut());
                self.breakpoints.lost_track();
                Some(search.now())
            }
            Goal::Count(now, _) => Some(*now),
        };
        let Some(now) = began else { return };
        if let Goal::Forward(spec, _) = self.jump(now, StopReason::Pause) {
            // At most the distance between two checkpoints.
            let mut left = u64::MAX;
            let _ = self.run_until(&spec, &mut left);
        }
    }

    /// Works towards the goal for about this many steps.
    pub fn advance(&mut self, steps: u64) -> DebugProgress {
        let mut left = steps;
        loop {
            let goal = std::mem::replace(&mut self.goal, Goal::Idle(StopReason::Step));
            let progress = match goal {
                Goal::Idle(reason) => {
                    self.goal = Goal::Idle(reason.clone());
                    Some(DebugProgress::Stopped(reason))
                }
                Goal::Forward(spec, reason) => self.go_forward(spec, reason, &mut left),
                Goal::Search(search) => self.search(search, &mut left),
                Goal::LastWrite(search) => self.search_write(search, &mut left),
                Goal::Count(now, command) => self.continue_counting(now, command, &mut left),
            };
            if let Some(progress) = progress {
                return progress;
            }
        }
    }

    fn go_forward(&mut self, spec: RunSpec, reason: StopReason, left: &mut u64) -> Option<DebugProgress> {
        match self.run_until(&spec, left) {
            RunResult::FrameReturned
                if let Some((table, command)) = self.breakpoints.line_step_returned(self.replayer.machine_mut()) =>
            {
                self.goal = self.begin_line_step(table, command);
            }
            RunResult::ReachedLimit | RunResult::ReachedTarget | RunResult::FrameReturned => self.stop(reason),
            RunResult::HitBreakpoint(id) => self.stop(StopReason::Breakpoint(id)),
            RunResult::HitWatchpoint(hit) => {
                self.breakpoints.end_line_step(self.replayer.machine_mut());
                self.goal = self.jump(hit.step, StopReason::Watchpoint(hit));
            }
            RunResult::Ended => {
                let outcome = self.replayer.end().map(|(_, outcome)| outcome.clone());
                self.stop(outcome.map_or(StopReason::Step, StopReason::Ended));
            }
            RunResult::Waiting(suspend) => {
                self.goal = Goal::Forward(spec, reason);
                return Some(waiting(suspend));
            }
            RunResult::SliceExhausted => {
                self.goal = Goal::Forward(spec, reason);
                let of = (spec.limit != u64::MAX).then_some(spec.limit);
                return Some(DebugProgress::Working { step: self.step(), of });
            }
        }
        None
    }

    fn search(&mut self, mut search: Search, left: &mut u64) -> Option<DebugProgress> {
        match search.go_on(&mut self.replayer, &mut self.breakpoints, left) {
            None => {
                let (step, of) = search.progress();
                self.goal = Goal::Search(search);
                return Some(DebugProgress::Working { step, of: Some(of) });
            }
            Some(Some((step, found))) => self.goal = self.jump(step, found.into()),
            Some(None) => self.goal = self.jump(0, StopReason::Beginning),
        }
        None
    }

    fn search_write(&mut self, mut search: Box<LastWrite>, left: &mut u64) -> Option<DebugProgress> {
        let Some(answer) = search.go_on(&mut self.replayer, left) else {
            let (step, of) = search.progress();
            self.goal = Goal::LastWrite(search);
            return Some(DebugProgress::Working { step, of: Some(of) });
        };
        search.disarm(self.replayer.machine_mut());
        self.breakpoints.lost_track();
        self.goal = match answer {
            WriteResult::Written(hit) => self.jump(hit.step, StopReason::LastWrite(hit)),
            WriteResult::NotWritten(origin) => self.jump(search.now(), StopReason::NotWritten(origin)),
        };
        None
    }

    fn continue_counting(&mut self, now: u64, command: Command, left: &mut u64) -> Option<DebugProgress> {
        if let RunResult::SliceExhausted = self.run_until(&RunSpec::to(now), left) {
            self.goal = Goal::Count(now, command);
            return Some(DebugProgress::Working { step: self.step(), of: Some(now) });
        }
        self.goal = self.begin(command);
        None
    }

    fn stop(&mut self, reason: StopReason) {
        if let StopReason::Watchpoint(_) | StopReason::LastWrite(_) = reason {
            self.breakpoints.reported = Some(self.replayer.step());
        }
        if let StopReason::Watchpoint(_) | StopReason::Breakpoint(_) = reason {
            self.note_stop();
        }
        self.breakpoints.end_line_step(self.replayer.machine_mut());
        self.at_end = match reason {
            StopReason::Ended(_) => true,
            // The position is unchanged.
            StopReason::NotWritten(_) => self.at_end,
            _ => false,
        };
        self.goal = Goal::Idle(reason);
    }

    /// Goes to a step, from the nearest checkpoint before it if that is nearer.
    pub(super) fn jump(&mut self, step: u64, reason: StopReason) -> Goal {
        let step = self.replayer.end().map_or(step, |(end, _)| step.min(end));
        self.replayer.seek(step, &mut self.breakpoints);
        Goal::Forward(RunSpec::to(step), reason)
    }

    /// From the end, goes back to before the last instruction.
    fn undo_last_step(&mut self) -> Goal {
        let step = self.step();
        self.replayer.restore_before(step, &mut self.breakpoints);
        Goal::Forward(RunSpec::to(step), StopReason::Step)
    }

    /// Whether the next instruction calls a function.
    fn is_at_call(&self) -> bool {
        use wasmoscope_reversible::instrument::Flow;
        let Some(position) = self.machine().position() else { return false };
        let Some(function) = self.program().instrumented.analyse(position.function) else { return false };
        matches!(
            function.instructions.get(position.instruction as usize).map(|instruction| &instruction.flow),
            Some(Flow::Call)
        )
    }
}

fn waiting(suspend: Suspend) -> DebugProgress {
    match suspend {
        Suspend::NeedsInput => DebugProgress::Waiting { input: true, until: None },
        Suspend::SleepUntil { monotonic_ns } => DebugProgress::Waiting { input: false, until: Some(monotonic_ns) },
        Suspend::NeedsInputOrUntil { monotonic_ns } => {
            DebugProgress::Waiting { input: true, until: Some(monotonic_ns) }
        }
    }
}
