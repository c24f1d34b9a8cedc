//! Who wrote this last? The step before now at which an instruction wrote bytes of a memory, a global or a local.
//!
//! As in every search, stretches before now are run forwards, the nearest first. What instructions write to memories is
//! noted by the copy itself, without stopping; for globals and locals it leaves where they are written. A local belongs
//! to one call of its function, and is written by that call, too: it passes arguments and sets the others to zero.

use super::change::Change;
use super::machine::{Position, WatchedRange};
use super::program::Program;
use super::session::{DebugSession, Observe, RunResult, RunSpec};
use super::watchpoint::{On, Seen, Target, Touch, Watchpoint};

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// Any of these bytes.
    Memory {
        memory: u32,
        start: u64,
        length: u64,
    },
    Global(u32),
    /// A local of a frame that is there now; the topmost frame is 0.
    Local {
        frame: usize,
        local: u32,
    },
}

/// Where it comes from if no instruction wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// It is as it was when the program began: from a data segment, an initial value, an argument of the entry, or zero.
    Start,
    /// The person changed it at that step.
    Person(u64),
    /// There is no such thing.
    NotThere,
}

/// What came of a search.
#[derive(Debug)]
pub enum Answer {
    Written(Box<Touch>),
    NotWritten(Origin),
}

/// What the session looks out for while it searches.
#[derive(Debug, Clone)]
pub struct Question {
    target: Target,
    /// The frame that a local belongs to.
    frame: Option<u32>,
    /// The latest write so far.
    last: Option<u64>,
    /// The latest step so far that made the frame.
    made: Option<u64>,
    /// The latest write that was executed on its own.
    touch: Option<Touch>,
}

impl Question {
    /// The bytes that the copy has to check for.
    pub fn range(&self) -> Option<WatchedRange> {
        self.watchpoint().range()
    }

    /// Where the run functions have to leave.
    pub fn positions(&self, program: &Program) -> Vec<Position> {
        let mut positions = self.watchpoint().positions(program);
        if self.frame.is_some() {
            positions.extend(&program.sites().tail_calls);
        }
        positions
    }

    /// An instruction wrote it.
    pub fn answer(&mut self, touch: Touch) {
        self.last = self.last.max(Some(touch.step));
        self.touch = Some(touch);
    }

    fn watchpoint(&self) -> Watchpoint {
        Watchpoint { target: self.target, on: On::Write }
    }
}

impl DebugSession {
    /// What has to be looked at of the instruction that is next, for the question that is asked.
    pub(super) fn asked_here(&mut self, position: Position) -> Option<Watchpoint> {
        let step = self.step();
        let top = self.machine().top();
        let program = std::rc::Rc::clone(self.program());
        let question = self.question_mut().as_mut()?;
        let watchpoint = question.watchpoint();
        match question.frame {
            None if question.range().is_some() || watchpoint.positions(&program).contains(&position) => {
                Some(watchpoint)
            }
            Some(frame) if frame == top => {
                if program.sites().tail_calls.binary_search(&position).is_ok() {
                    // Another frame takes its place.
                    question.made = Some(step);
                    question.last = None;
                }
                watchpoint.positions(&program).contains(&position).then_some(watchpoint)
            }
            _ => None,
        }
    }

    /// Takes over what the copy has noted.
    pub(super) fn take_noted(&mut self) {
        let noted = self.machine_mut().take_noted();
        if let (Some(step), Some(question)) = (noted, self.question_mut()) {
            question.last = question.last.max(Some(step));
        }
    }

    /// The step at which the person changed it last, up to now.
    fn changed_at(&self, asked: Asked, frame: Option<u32>) -> Option<u64> {
        let changes = self.changes_so_far().iter().rev();
        let mut matching = changes.filter(|changed| match (&changed.change, asked) {
            (Change::Memory { memory, address, bytes }, Asked::Memory { memory: asked, start, length }) => {
                *memory == asked as usize
                    && *address < start.saturating_add(length)
                    && start < address.saturating_add(bytes.len() as u64)
            }
            (Change::Global { global, .. }, Asked::Global(asked)) => *global == asked as usize,
            (Change::Local { local, .. }, Asked::Local { local: asked, .. }) => {
                *local == asked as usize && changed.frame == frame
            }
            _ => false,
        });
        matching.next().map(|changed| changed.step)
    }
}

/// See the module's documentation.
#[derive(Debug)]
pub struct LastWrite {
    local: Option<u32>,
    frame: Option<u32>,
    /// The step from which the search began.
    now: u64,
    /// There is nothing before that step: there the person changed it.
    bound: u64,
    changed: Option<u64>,
    /// The stretch: from this step to before that one.
    from: u64,
    to: u64,
    width: u64,
    stage: Stage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Going to the start of the stretch.
    Entering,
    /// Running through it.
    Passing,
    /// It has been found, and is executed again to see what it does. `made`: it made the frame.
    Telling { step: u64, made: bool },
}

/// What is asked for was mostly written not long ago.
const FIRST_WIDTH: u64 = 1_000;
/// How long stretches are after the first: they end at checkpoints, so that little runs twice.
const WIDTH: u64 = 200_000;
/// The copy notes writes to memory on its own, so that longer stretches cost nothing.
const NOTED_WIDTH: u64 = 2_000_000;

impl LastWrite {
    /// `None` where there is no such thing.
    pub fn new(session: &mut DebugSession, asked: Asked) -> Option<Self> {
        let now = session.step();
        let (target, frame, local) = match asked {
            Asked::Memory { memory, start, length } => {
                let bytes = session.memory(memory as usize)?.len() as u64;
                if length == 0 || start.checked_add(length)? > bytes {
                    return None;
                }
                (Target::Memory { memory, start, length }, None, None)
            }
            Asked::Global(global) => {
                session.machine().globals().nth(global as usize)?;
                (Target::Global(global), None, None)
            }
            Asked::Local { frame, local } => {
                let frame = *session.machine().frames().get(frame)?;
                session.local_at(frame, local)?;
                let function = session.machine().position_of(frame)?.function;
                (Target::Local { function, local }, Some(frame), Some(local))
            }
        };
        let changed = session.changed_at(asked, frame);
        let question = Question { target, frame, last: None, made: None, touch: None };
        // Where it cannot be noted, the search goes the long way.
        let _ = question.range().map(|_| session.program().prepare(crate::engine::instrument::Watched::Writes));
        *session.question_mut() = Some(question);
        let bound = changed.unwrap_or(0);
        let from = now.saturating_sub(FIRST_WIDTH).max(bound);
        Some(Self { local, frame, now, bound, changed, from, to: now, width: FIRST_WIDTH, stage: Stage::Entering })
    }

    /// The step from which it began.
    pub fn now(&self) -> u64 {
        self.now
    }

    /// How far back it has looked, and how far that can be.
    pub fn progress(&self) -> (u64, u64) {
        (self.now - self.from, self.now - self.bound)
    }

    /// Works for about so many steps; `None` while the answer is not known.
    pub fn go_on(&mut self, session: &mut DebugSession, left: &mut u64) -> Option<Answer> {
        loop {
            match self.stage {
                Stage::Entering => {
                    if self.to <= self.bound {
                        return Some(Answer::NotWritten(self.changed.map_or(Origin::Start, Origin::Person)));
                    }
                    session.restore_nearest(self.from);
                    if let RunResult::SliceExhausted = session.execute(&spec(self.from, 1), left) {
                        return None;
                    }
                    // What was noted on the way is not in the stretch.
                    self.forget_found(session);
                    self.stage = Stage::Passing;
                }
                Stage::Passing => {
                    if !self.pass(session, left) {
                        return None;
                    }
                    let question = session.question_mut().as_ref()?;
                    match (question.last, question.made) {
                        (Some(step), _) => self.stage = Stage::Telling { step, made: false },
                        (None, Some(step)) => self.stage = Stage::Telling { step, made: true },
                        (None, None) => self.widen(session),
                    }
                }
                Stage::Telling { step, made } => {
                    if session.step() != step {
                        session.restore_nearest(step);
                        if let RunResult::SliceExhausted = session.execute(&spec(step, 1), left) {
                            return None;
                        }
                    }
                    if let Some(touch) = self.tell(session, step, made) {
                        return Some(Answer::Written(Box::new(touch)));
                    }
                    // It was noted, and was none: its operands are such that it traps. There is nothing before it then.
                    return Some(Answer::NotWritten(Origin::Start));
                }
            }
        }
    }

    fn forget_found(&self, session: &mut DebugSession) {
        if let Some(question) = session.question_mut() {
            question.last = None;
            question.made = None;
        }
    }

    /// Goes on with the stretch before this one.
    fn widen(&mut self, session: &mut DebugSession) {
        let is_noted = session.question_mut().as_ref().is_some_and(|question| question.range().is_some());
        let most = if is_noted { NOTED_WIDTH } else { WIDTH };
        self.width = (self.width * 10).clamp(WIDTH, most);
        self.to = self.from;
        let from = self.to.saturating_sub(self.width);
        self.from = session.checkpoint_before(from).max(self.bound).min(self.to);
        self.stage = Stage::Entering;
    }

    /// Runs through the stretch; false when the slice is over before.
    fn pass(&self, session: &mut DebugSession, left: &mut u64) -> bool {
        loop {
            let step = session.step();
            if step >= self.to {
                return true;
            }
            let result = match self.frame {
                Some(frame) if session.machine().top() < frame => {
                    // The next instruction may be the one that makes the frame.
                    if let Some(question) = session.question_mut() {
                        question.made = Some(step);
                        question.last = None;
                    }
                    session.execute(&spec((step + 1).min(self.to), 1), left)
                }
                Some(frame) => session.execute(&spec(self.to, frame), left),
                None => session.execute(&spec(self.to, 1), left),
            };
            match result {
                RunResult::SliceExhausted => return false,
                RunResult::Ended | RunResult::Waiting(_) => return true,
                RunResult::ReachedLimit
                | RunResult::HitBreakpoint(_)
                | RunResult::HitWatchpoint(_)
                | RunResult::ReachedTarget
                | RunResult::FrameReturned => {}
            }
        }
    }

    /// Executes the instruction that was found, and tells what it does.
    fn tell(&self, session: &mut DebugSession, step: u64, made: bool) -> Option<Touch> {
        let position = session.machine().position()?;
        if let Some(question) = session.question_mut() {
            question.touch = None;
        }
        let mut left = u64::MAX;
        let _ = session.execute(&spec(step + 1, 1), &mut left);
        if !made {
            return session.question_mut().as_mut()?.touch.take().filter(|touch| touch.step == step);
        }
        let new = session.local_at(self.frame?, self.local?)?;
        let target = session.question_mut().as_ref()?.target;
        let old = Seen::Nothing;
        Some(Touch {
            id: None,
            target,
            step,
            position,
            writes: true,
            part: None,
            old,
            new: Seen::Value(new),
            untold: None,
        })
    }
}

fn spec(limit: u64, base: u32) -> RunSpec {
    RunSpec { limit, base, target: None, line: false, observe: Observe::HitCounts, from: limit }
}
