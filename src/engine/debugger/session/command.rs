//! What a person asks for, and the goal that it becomes.

use super::{Came, Course, DebugSession};
use crate::engine::debugger::breakpoint::BreakpointId;
use crate::engine::debugger::machine::Position;
use crate::engine::debugger::search::{Search, SearchKind};
use crate::engine::runtime::outcome::Outcome;
use crate::engine::wasi::Suspend;

/// What a person can ask for. Depths are those of the frame that is on top now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// On to a breakpoint or the end.
    Continue,
    /// One instruction, into a call.
    Into,
    /// One instruction; a call as a whole.
    Over,
    /// Until the function has returned.
    Out,
    /// On to that place, or a breakpoint, or the end.
    RunTo(Position),
    /// One instruction back.
    BackInto,
    /// One instruction back; a call as a whole.
    BackOver,
    /// Back to the call that this function was called by.
    BackOut,
    /// Back to the breakpoint passed last, or the start.
    BackContinue,
    /// To that step.
    JumpTo(u64),
    /// To the end, past all breakpoints.
    JumpToEnd,
}

/// How a session stands after a slice.
#[derive(Debug, Clone, PartialEq)]
pub enum DebugProgress {
    /// There is more to do. Where it is known, how far the goal is: done and all.
    Working { step: u64, of: Option<u64> },
    /// It stands still, and why.
    Stopped(StopReason),
    /// In a call of the host that waits for input, for a time, or for either.
    Waiting { input: bool, until: Option<u64> },
}

/// Why a session stands still.
#[derive(Debug, Clone, PartialEq)]
pub enum StopReason {
    /// Before the first instruction.
    Start,
    /// What was asked for is done.
    Step,
    Breakpoint(BreakpointId),
    /// It was asked to.
    Pause,
    /// The program is over; it stands at its last instruction.
    Ended(Outcome),
    /// Nothing further back was found.
    Beginning,
}

/// What is being worked on.
pub(super) enum Goal {
    Rest(StopReason),
    Forward(Forward),
    Search(Search),
}

/// Forwards until one of these.
#[derive(Debug, Clone, Copy)]
pub(super) struct Forward {
    /// At this step.
    limit: u64,
    /// When the frame at this address is gone; 1: never.
    base: u32,
    /// Before this place.
    place: Option<Position>,
    breakpoints: bool,
    /// The step from which it began: there, breakpoints do not count.
    from: u64,
    /// Said when the limit or the place is reached or the frame is gone.
    reason: Reached,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reached {
    Step,
    Beginning,
    Breakpoint(BreakpointId),
}

impl Reached {
    fn reason(self) -> StopReason {
        match self {
            Self::Step => StopReason::Step,
            Self::Beginning => StopReason::Beginning,
            Self::Breakpoint(id) => StopReason::Breakpoint(id),
        }
    }
}

impl DebugSession {
    /// Asks for something. What was being worked on is given up.
    pub fn ask(&mut self, command: Command) {
        let step = self.step();
        self.near_due = None;
        let top = self.machine().top();
        let depth = self.machine().depth();
        let forward = |limit, base, place, breakpoints| {
            Goal::Forward(Forward { limit, base, place, breakpoints, from: step, reason: Reached::Step })
        };
        self.goal = match command {
            Command::Continue => forward(u64::MAX, 1, None, true),
            Command::Into => forward(step + 1, 1, None, false),
            Command::Over if self.is_at_call() => forward(u64::MAX, top + 1, None, true),
            Command::Over => forward(step + 1, 1, None, false),
            Command::Out => forward(u64::MAX, top.max(1), None, true),
            Command::RunTo(place) => forward(u64::MAX, 1, Some(place), true),
            Command::JumpToEnd => forward(u64::MAX, 1, None, false),
            Command::JumpTo(step) => self.jump(step, Reached::Step),
            Command::BackInto if step == 0 => Goal::Rest(StopReason::Beginning),
            Command::BackInto => self.jump(step - 1, Reached::Step),
            Command::BackOver => Goal::Search(Search::new(SearchKind::Depth(depth.max(1)), step)),
            Command::BackOut if depth <= 1 => self.jump(0, Reached::Beginning),
            Command::BackOut => Goal::Search(Search::new(SearchKind::Depth(depth - 1), step)),
            Command::BackContinue => Goal::Search(Search::new(SearchKind::Breakpoint, step)),
        };
        if let Goal::Forward(Forward { place: Some(place), .. }) = self.goal {
            self.machine_mut().set_redirect_around(place, true);
        }
    }

    /// Stops where it is.
    pub fn pause(&mut self) {
        if !matches!(self.goal, Goal::Rest(_)) {
            self.rest(StopReason::Pause);
        }
    }

    /// Works on what was asked for, for about so many steps.
    pub fn advance(&mut self, steps: u64) -> DebugProgress {
        let mut left = steps;
        loop {
            match std::mem::replace(&mut self.goal, Goal::Rest(StopReason::Step)) {
                Goal::Rest(reason) => {
                    self.goal = Goal::Rest(reason.clone());
                    return DebugProgress::Stopped(reason);
                }
                Goal::Forward(forward) => {
                    self.goal = Goal::Forward(forward);
                    if let Some(progress) = self.go_forward(forward, &mut left) {
                        return progress;
                    }
                }
                Goal::Search(mut search) => {
                    let found = search.go_on(self, &mut left);
                    match found {
                        None => {
                            let (step, of) = search.progress();
                            self.goal = Goal::Search(search);
                            return DebugProgress::Working { step, of: Some(of) };
                        }
                        Some(Some((step, breakpoint))) => {
                            let reached = breakpoint.map_or(Reached::Step, Reached::Breakpoint);
                            self.goal = self.jump(step, reached);
                        }
                        Some(None) => self.goal = self.jump(0, Reached::Beginning),
                    }
                }
            }
        }
    }

    fn go_forward(&mut self, forward: Forward, left: &mut u64) -> Option<DebugProgress> {
        let came = self.execute(
            &Course {
                limit: forward.limit,
                base: forward.base,
                place: forward.place,
                breakpoints: forward.breakpoints,
                from: forward.from,
            },
            left,
        );
        match came {
            Came::ToLimit | Came::ToPlace | Came::FrameGone => self.rest(forward.reason.reason()),
            Came::ToBreakpoint(id) => self.rest(StopReason::Breakpoint(id)),
            Came::ToEnd => {
                let outcome = self.end.as_ref().map(|end| end.outcome.clone());
                self.rest(outcome.map_or(StopReason::Step, StopReason::Ended));
            }
            Came::ToWait(suspend) => return Some(waiting(suspend)),
            Came::SliceOver => {
                let of = (forward.limit != u64::MAX).then_some(forward.limit);
                return Some(DebugProgress::Working { step: self.step(), of });
            }
        }
        None
    }

    fn rest(&mut self, reason: StopReason) {
        if let Goal::Forward(Forward { place: Some(place), .. }) = self.goal {
            self.machine_mut().set_redirect_around(place, false);
            self.redirect(true);
        }
        if matches!(reason, StopReason::Breakpoint(_)) {
            self.note_stop();
        }
        self.goal = Goal::Rest(reason);
    }

    /// To a step, by way of the nearest moment before it if that is nearer.
    fn jump(&mut self, step: u64, reason: Reached) -> Goal {
        let step = self.end.as_ref().map_or(step, |end| step.min(end.step));
        self.approach(step);
        Goal::Forward(Forward { limit: step, base: 1, place: None, breakpoints: false, from: step, reason })
    }

    /// Whether the instruction that is next calls a function.
    fn is_at_call(&self) -> bool {
        use crate::engine::instrument::Flow;
        let Some(position) = self.machine().position() else { return false };
        let Some(function) = self.program.instrumented.analyse(position.function) else { return false };
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
