//! Write queries: the last step at which an instruction wrote some bytes of a memory, a global or a local.
//!
//! As in every search, intervals before the current step are run forwards, nearest first. The copy itself records
//! writes to memories without stopping; for globals and locals it exits at each write. A local belongs to one call of
//! its function, and the call also writes it: it passes the arguments and sets the other locals to zero.

use super::change::Change;
use super::machine::{Position, WatchedRange};
use super::program::InstrumentedProgram;
use super::session::{DebugSession, Observe, RunResult, RunSpec};
use super::watchpoint::{AccessKind, Target, WatchHit, WatchedValue, Watchpoint};

/// The target of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteTarget {
    /// Any of these bytes.
    Memory {
        memory: u32,
        start: u64,
        length: u64,
    },
    Global(u32),
    /// A local of a frame of the current call stack; the topmost frame is 0.
    Local {
        frame: usize,
        local: u32,
    },
}

/// Where a value comes from if no instruction wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// From the start of the program: a data segment, an initial value, an argument of the entry, or zero.
    Start,
    /// The user changed it at that step.
    User(u64),
    /// The target does not exist.
    Missing,
}

/// The result of a query.
#[derive(Debug)]
pub enum WriteResult {
    Written(Box<WatchHit>),
    NotWritten(Origin),
}

/// An active query.
#[derive(Debug, Clone)]
pub struct WriteQuery {
    target: Target,
    /// The frame that a local belongs to.
    frame: Option<u32>,
    /// The latest write so far.
    last: Option<u64>,
    /// The latest step so far that created the frame.
    made: Option<u64>,
    /// The latest write that was executed as a single instruction.
    hit: Option<WatchHit>,
}

impl WriteQuery {
    /// The bytes that the copy has to check for.
    pub fn range(&self) -> Option<WatchedRange> {
        self.watchpoint().range()
    }

    /// The instructions at which the run functions have to exit.
    pub fn positions(&self, program: &InstrumentedProgram) -> Vec<Position> {
        let mut positions = self.watchpoint().positions(program);
        if self.frame.is_some() {
            positions.extend(&program.sites().tail_calls);
        }
        positions
    }

    /// Records a write of the target.
    pub fn record_write(&mut self, hit: WatchHit) {
        self.last = self.last.max(Some(hit.step));
        self.hit = Some(hit);
    }

    fn watchpoint(&self) -> Watchpoint {
        Watchpoint { target: self.target, access: AccessKind::Write }
    }
}

impl DebugSession {
    /// The watchpoint to check at the next instruction, for the active query.
    pub(super) fn write_query_watchpoint(&mut self, position: Position) -> Option<Watchpoint> {
        let step = self.step();
        let top = self.machine().top();
        let program = std::rc::Rc::clone(self.program());
        let write_query = self.write_query_mut().as_mut()?;
        let watchpoint = write_query.watchpoint();
        match write_query.frame {
            None if write_query.range().is_some() || watchpoint.positions(&program).contains(&position) => {
                Some(watchpoint)
            }
            Some(frame) if frame == top => {
                if program.sites().tail_calls.binary_search(&position).is_ok() {
                    // Another frame replaces it.
                    write_query.made = Some(step);
                    write_query.last = None;
                }
                watchpoint.positions(&program).contains(&position).then_some(watchpoint)
            }
            _ => None,
        }
    }

    /// Takes the write that the copy has recorded.
    pub(super) fn take_recorded_write(&mut self) {
        let noted = self.machine_mut().take_recorded_write();
        if let (Some(step), Some(write_query)) = (noted, self.write_query_mut()) {
            write_query.last = write_query.last.max(Some(step));
        }
    }

    /// The last step up to now at which the user changed the target.
    fn changed_at(&self, write_target: WriteTarget, frame: Option<u32>) -> Option<u64> {
        let changes = self.changes_so_far().iter().rev();
        let mut matching = changes.filter(|changed| match (&changed.change, write_target) {
            (Change::Memory { memory, address, bytes }, WriteTarget::Memory { memory: wanted, start, length }) => {
                *memory == wanted as usize
                    && *address < start.saturating_add(length)
                    && start < address.saturating_add(bytes.len() as u64)
            }
            (Change::Global { global, .. }, WriteTarget::Global(wanted)) => *global == wanted as usize,
            (Change::Local { local, .. }, WriteTarget::Local { local: wanted, .. }) => {
                *local == wanted as usize && changed.frame == frame
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
    /// The step at which the search started.
    now: u64,
    /// The lower bound: at that step the user changed the target.
    bound: u64,
    changed: Option<u64>,
    /// The interval: from this step up to, but not including, `to`.
    from: u64,
    to: u64,
    width: u64,
    stage: Stage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Going to the start of the interval.
    Entering,
    /// Running through it.
    Passing,
    /// Found; executes it again to describe its effect. `made`: it created the frame.
    Telling { step: u64, made: bool },
}

/// The sought write was usually not long ago.
const FIRST_WIDTH: u64 = 1_000;
/// The width of further intervals: they end at checkpoints, so that little is executed twice.
const WIDTH: u64 = 200_000;
/// The copy records writes to memory itself, so longer intervals cost nothing.
const NOTED_WIDTH: u64 = 2_000_000;

impl LastWrite {
    /// `None` if the target does not exist.
    pub fn new(session: &mut DebugSession, write_target: WriteTarget) -> Option<Self> {
        let now = session.step();
        let (target, frame, local) = match write_target {
            WriteTarget::Memory { memory, start, length } => {
                let bytes = session.state().memory(memory as usize)?.len() as u64;
                if length == 0 || start.checked_add(length)? > bytes {
                    return None;
                }
                (Target::Memory { memory, start, length }, None, None)
            }
            WriteTarget::Global(global) => {
                session.machine().globals().nth(global as usize)?;
                (Target::Global(global), None, None)
            }
            WriteTarget::Local { frame, local } => {
                let frame = *session.machine().frames().get(frame)?;
                session.state().local_at(frame, local)?;
                let function = session.machine().position_of(frame)?.function;
                (Target::Local { function, local }, Some(frame), Some(local))
            }
        };
        let changed = session.changed_at(write_target, frame);
        let write_query = WriteQuery { target, frame, last: None, made: None, hit: None };
        // If it cannot be recorded, the search is slower.
        let _ = write_query.range().map(|_| session.program().prepare(crate::engine::instrument::Watched::Writes));
        *session.write_query_mut() = Some(write_query);
        let bound = changed.unwrap_or(0);
        let from = now.saturating_sub(FIRST_WIDTH).max(bound);
        Some(Self { local, frame, now, bound, changed, from, to: now, width: FIRST_WIDTH, stage: Stage::Entering })
    }

    /// The step at which the search started.
    pub fn now(&self) -> u64 {
        self.now
    }

    /// How far back it has searched, and how far it can search.
    pub fn progress(&self) -> (u64, u64) {
        (self.now - self.from, self.now - self.bound)
    }

    /// Works for about this many steps; `None` while the result is unknown.
    pub fn go_on(&mut self, session: &mut DebugSession, left: &mut u64) -> Option<WriteResult> {
        loop {
            match self.stage {
                Stage::Entering => {
                    if self.to <= self.bound {
                        return Some(WriteResult::NotWritten(self.changed.map_or(Origin::Start, Origin::User)));
                    }
                    session.restore_nearest(self.from);
                    if let RunResult::SliceExhausted = session.execute(&spec(self.from, 1), left) {
                        return None;
                    }
                    // Discard what was recorded on the way to the interval.
                    self.forget_found(session);
                    self.stage = Stage::Passing;
                }
                Stage::Passing => {
                    if !self.pass(session, left) {
                        return None;
                    }
                    let write_query = session.write_query_mut().as_ref()?;
                    match (write_query.last, write_query.made) {
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
                    if let Some(hit) = self.describe_hit(session, step, made) {
                        return Some(WriteResult::Written(Box::new(hit)));
                    }
                    // The recorded access trapped instead of writing, and there was no write before it.
                    return Some(WriteResult::NotWritten(Origin::Start));
                }
            }
        }
    }

    fn forget_found(&self, session: &mut DebugSession) {
        if let Some(write_query) = session.write_query_mut() {
            write_query.last = None;
            write_query.made = None;
        }
    }

    /// Continues with the interval before this one.
    fn widen(&mut self, session: &mut DebugSession) {
        let is_noted = session.write_query_mut().as_ref().is_some_and(|write_query| write_query.range().is_some());
        let most = if is_noted { NOTED_WIDTH } else { WIDTH };
        self.width = (self.width * 10).clamp(WIDTH, most);
        self.to = self.from;
        let from = self.to.saturating_sub(self.width);
        self.from = session.checkpoint_before(from).max(self.bound).min(self.to);
        self.stage = Stage::Entering;
    }

    /// Runs the interval; false if the slice ends before.
    fn pass(&self, session: &mut DebugSession, left: &mut u64) -> bool {
        loop {
            let step = session.step();
            if step >= self.to {
                return true;
            }
            let result = match self.frame {
                Some(frame) if session.machine().top() < frame => {
                    // The next instruction may be the one that creates the frame.
                    if let Some(write_query) = session.write_query_mut() {
                        write_query.made = Some(step);
                        write_query.last = None;
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

    /// Executes the instruction that was found, and returns its effect.
    fn describe_hit(&self, session: &mut DebugSession, step: u64, made: bool) -> Option<WatchHit> {
        let position = session.machine().position()?;
        if let Some(write_query) = session.write_query_mut() {
            write_query.hit = None;
        }
        let mut left = u64::MAX;
        let _ = session.execute(&spec(step + 1, 1), &mut left);
        if !made {
            return session.write_query_mut().as_mut()?.hit.take().filter(|hit| hit.step == step);
        }
        let new = session.state().local_at(self.frame?, self.local?)?;
        let target = session.write_query_mut().as_ref()?.target;
        let old = WatchedValue::Absent;
        Some(WatchHit {
            id: None,
            target,
            step,
            position,
            writes: true,
            part: None,
            old,
            new: WatchedValue::Value(new),
            condition_error: None,
        })
    }
}

fn spec(limit: u64, base: u32) -> RunSpec {
    RunSpec { limit, base, target: None, line: false, observe: Observe::HitCounts, from: limit }
}
