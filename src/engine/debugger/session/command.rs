//! What a person asks for, and the goal that it becomes.

use std::rc::Rc;

use super::{Came, Course, DebugSession, Heed, LineCommand};
use crate::engine::debugger::breakpoint::BreakpointId;
use crate::engine::debugger::last_write::{Answer, Asked, LastWrite, Origin};
use crate::engine::debugger::line_entries::LineEntries;
use crate::engine::debugger::machine::Position;
use crate::engine::debugger::search::{Search, SearchKind};
use crate::engine::debugger::watchpoint::Touch;
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
    /// The same with the line that [`DebugSession::set_run_to`] names.
    RunToLine,
    /// One instruction back.
    BackInto,
    /// One instruction back; a call as a whole.
    BackOver,
    /// Back to the call that this function was called by.
    BackOut,
    /// Back to the breakpoint passed last, or the start.
    BackContinue,
    /// From line to line.
    Line(LineCommand),
    /// To that step.
    JumpTo(u64),
    /// To the end, past all breakpoints.
    JumpToEnd,
    /// Back to the instruction that wrote something last.
    LastWrite(Asked),
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
    /// Before an instruction that touches what is watched.
    Watchpoint(Box<Touch>),
    /// Before the instruction that wrote last what was asked for.
    LastWrite(Box<Touch>),
    /// Where it was: no instruction before here wrote what was asked for.
    NotWritten(Origin),
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
    /// Along a course. The reason is given when the limit or the place is reached or the frame is gone.
    Forward(Course, Reached),
    Search(Search),
    LastWrite(LastWrite),
    /// Counting hits again from an earlier moment up to that step, where the command begins.
    Count(u64, Command),
}

/// Why to stop where it was meant to come to.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::engine::debugger) enum Reached {
    Step,
    Beginning,
    Pause,
    Breakpoint(BreakpointId),
    Watchpoint(Box<Touch>),
    LastWrite(Box<Touch>),
    NotWritten(Origin),
}

impl Reached {
    fn reason(self) -> StopReason {
        match self {
            Self::Step => StopReason::Step,
            Self::Beginning => StopReason::Beginning,
            Self::Pause => StopReason::Pause,
            Self::Breakpoint(id) => StopReason::Breakpoint(id),
            Self::Watchpoint(touch) => StopReason::Watchpoint(touch),
            Self::LastWrite(touch) => StopReason::LastWrite(touch),
            Self::NotWritten(origin) => StopReason::NotWritten(origin),
        }
    }
}

impl DebugSession {
    /// Asks for something. What was being worked on is given up.
    pub fn ask(&mut self, command: Command) {
        self.end_line_step();
        self.give_up();
        self.reported = self.reported.filter(|step| *step == self.step());
        let stops = match command {
            Command::Continue | Command::Over | Command::Out | Command::BackContinue => true,
            Command::RunTo(_) | Command::RunToLine => true,
            Command::Line(LineCommand::Into | LineCommand::Over | LineCommand::Out) => true,
            Command::Line(_) => false,
            Command::Into | Command::BackInto | Command::BackOver | Command::BackOut => false,
            Command::JumpTo(_) | Command::JumpToEnd | Command::LastWrite(_) => false,
        };
        self.goal = if stops && self.hits.is_none() { self.count(command) } else { self.begin(command) };
    }

    /// The line for [`Command::RunToLine`].
    pub fn set_run_to(&mut self, entries: Rc<LineEntries>) {
        self.disarm();
        self.run_to = Some(entries);
    }

    fn begin(&mut self, command: Command) -> Goal {
        let step = self.step();
        self.near_due = None;
        let top = self.machine().top();
        let depth = self.machine().depth();
        let forward = |limit, base, place, heed| {
            Goal::Forward(Course { limit, base, place, line: false, heed, from: step }, Reached::Step)
        };
        match command {
            Command::Continue => forward(u64::MAX, 1, None, Heed::All),
            Command::Into => forward(step + 1, 1, None, Heed::Messages),
            Command::Over if self.is_at_call() => forward(u64::MAX, top + 1, None, Heed::All),
            Command::Over => forward(step + 1, 1, None, Heed::Messages),
            Command::Out => forward(u64::MAX, top.max(1), None, Heed::All),
            Command::RunTo(place) => forward(u64::MAX, 1, Some(place), Heed::All),
            Command::RunToLine => Goal::Forward(
                Course { limit: u64::MAX, base: 1, place: None, line: true, heed: Heed::All, from: step },
                Reached::Step,
            ),
            Command::JumpToEnd => forward(u64::MAX, 1, None, Heed::Nothing),
            Command::JumpTo(step) => self.jump(step, Reached::Step),
            Command::BackInto if step == 0 => Goal::Rest(StopReason::Beginning),
            Command::BackInto => self.jump(step - 1, Reached::Step),
            Command::BackOver => Goal::Search(Search::new(SearchKind::Depth(depth.max(1)), step)),
            Command::BackOut if depth <= 1 => self.jump(0, Reached::Beginning),
            Command::BackOut => Goal::Search(Search::new(SearchKind::Depth(depth - 1), step)),
            Command::Line(command) => self.ask_line(command),
            Command::BackContinue => Goal::Search(Search::new(SearchKind::Breakpoint, step)),
            Command::LastWrite(asked) => match LastWrite::new(self, asked) {
                Some(search) => Goal::LastWrite(search),
                None => Goal::Rest(StopReason::NotWritten(Origin::NotThere)),
            },
        }
    }

    /// Goes to the last moment at which it is known how often breakpoints were hit, to count from there.
    fn count(&mut self, command: Command) -> Goal {
        let now = self.step();
        let from = self.history.uncounted(0).map_or(now, |step| step.min(now));
        if let Some(moment) = self.history.counted_before(from).cloned() {
            self.restore(&moment);
        }
        Goal::Count(now, command)
    }

    /// Stops where it is; a search, where it began.
    pub fn pause(&mut self) {
        if matches!(self.goal, Goal::Rest(_)) {
            return;
        }
        self.give_up();
        self.rest(StopReason::Pause);
    }

    /// Comes back from a search that is under way.
    fn give_up(&mut self) {
        let began = match &self.goal {
            Goal::Rest(_) | Goal::Forward(..) => None,
            Goal::Search(search) => Some(search.now()),
            Goal::LastWrite(search) => Some(search.now()),
            Goal::Count(now, _) => Some(*now),
        };
        self.question = None;
        let Some(now) = began else { return };
        if let Goal::Forward(course, _) = self.jump(now, Reached::Pause) {
            // At most as far as moments are apart.
            let mut left = u64::MAX;
            let _ = self.execute(&course, &mut left);
        }
    }

    /// Works on what was asked for, for about so many steps.
    pub fn advance(&mut self, steps: u64) -> DebugProgress {
        let mut left = steps;
        loop {
            let goal = std::mem::replace(&mut self.goal, Goal::Rest(StopReason::Step));
            let progress = match goal {
                Goal::Rest(reason) => {
                    self.goal = Goal::Rest(reason.clone());
                    Some(DebugProgress::Stopped(reason))
                }
                Goal::Forward(course, reached) => self.go_forward(course, reached, &mut left),
                Goal::Search(search) => self.search(search, &mut left),
                Goal::LastWrite(search) => self.search_write(search, &mut left),
                Goal::Count(now, command) => self.go_on_counting(now, command, &mut left),
            };
            if let Some(progress) = progress {
                return progress;
            }
        }
    }

    fn go_forward(&mut self, course: Course, reached: Reached, left: &mut u64) -> Option<DebugProgress> {
        match self.execute(&course, left) {
            Came::FrameGone if let Some(goal) = self.line_step_returned() => self.goal = goal,
            Came::ToLimit | Came::ToPlace | Came::FrameGone => self.rest(reached.reason()),
            Came::ToBreakpoint(id) => self.rest(StopReason::Breakpoint(id)),
            Came::PastWatchpoint(touch) => {
                self.end_line_step();
                self.goal = self.jump(touch.step, Reached::Watchpoint(touch));
            }
            Came::ToEnd => {
                let outcome = self.end.as_ref().map(|end| end.outcome.clone());
                self.rest(outcome.map_or(StopReason::Step, StopReason::Ended));
            }
            Came::ToWait(suspend) => {
                self.goal = Goal::Forward(course, reached);
                return Some(waiting(suspend));
            }
            Came::SliceOver => {
                self.goal = Goal::Forward(course, reached);
                let of = (course.limit != u64::MAX).then_some(course.limit);
                return Some(DebugProgress::Working { step: self.step(), of });
            }
        }
        None
    }

    fn search(&mut self, mut search: Search, left: &mut u64) -> Option<DebugProgress> {
        match search.go_on(self, left) {
            None => {
                let (step, of) = search.progress();
                self.goal = Goal::Search(search);
                return Some(DebugProgress::Working { step, of: Some(of) });
            }
            Some(Some((step, reached))) => self.goal = self.jump(step, reached),
            Some(None) => self.goal = self.jump(0, Reached::Beginning),
        }
        None
    }

    fn search_write(&mut self, mut search: LastWrite, left: &mut u64) -> Option<DebugProgress> {
        let Some(answer) = search.go_on(self, left) else {
            let (step, of) = search.progress();
            self.goal = Goal::LastWrite(search);
            return Some(DebugProgress::Working { step, of: Some(of) });
        };
        self.question = None;
        self.goal = match answer {
            Answer::Written(touch) => self.jump(touch.step, Reached::LastWrite(touch)),
            Answer::NotWritten(origin) => self.jump(search.now(), Reached::NotWritten(origin)),
        };
        None
    }

    fn go_on_counting(&mut self, now: u64, command: Command, left: &mut u64) -> Option<DebugProgress> {
        let course = Course { limit: now, base: 1, place: None, line: false, heed: Heed::Nothing, from: now };
        if let Came::SliceOver = self.execute(&course, left) {
            self.goal = Goal::Count(now, command);
            return Some(DebugProgress::Working { step: self.step(), of: Some(now) });
        }
        self.goal = self.begin(command);
        None
    }

    fn rest(&mut self, reason: StopReason) {
        if let StopReason::Watchpoint(_) | StopReason::LastWrite(_) = reason {
            self.reported = Some(self.step());
        }
        if let StopReason::Watchpoint(_) | StopReason::Breakpoint(_) = reason {
            self.note_stop();
        }
        self.end_line_step();
        self.goal = Goal::Rest(reason);
    }

    /// To a step, by way of the nearest moment before it if that is nearer.
    pub(super) fn jump(&mut self, step: u64, reached: Reached) -> Goal {
        let step = self.end.as_ref().map_or(step, |end| step.min(end.step));
        self.approach(step);
        Goal::Forward(
            Course { limit: step, base: 1, place: None, line: false, heed: Heed::Nothing, from: step },
            reached,
        )
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
