//! Write queries: the last step at which an instruction wrote some bytes of a memory, a global or a local.
//!
//! As in every search, intervals before the current step are run forwards, nearest first. The copy itself records
//! writes to memories without stopping; for globals and locals it exits at each write. A local belongs to one call of
//! its function, and the call also writes it: it passes the arguments and sets the other locals to zero.

use std::ops::ControlFlow;
use std::rc::Rc;

use super::checkpoint_before;
use crate::breakpoints::pending::{PendingAccess, accesses_ahead, ahead, how};
use crate::breakpoints::{AccessKind, BreakpointObserver, Hits, Previous, Target, WatchHit, WatchedValue, Watchpoint};
use crate::machine::{Machine, Position};
use crate::program::InstrumentedProgram;
use crate::replay::change::Change;
use crate::replay::{LookAhead, Observer, PreviousStop, Replayer, RunResult, RunSpec};
use crate::state::StateView;
use wasmoscope_reversible::instrument::Watched;
use wasmoscope_wasi::MemoryAccess;

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

/// Sees the writes of a target.
struct WriteObserver {
    program: Rc<InstrumentedProgram>,
    watchpoint: Watchpoint,
    /// The instructions that may write it, in order, except for writes to memories.
    writers: Vec<Position>,
    /// The frame that a local belongs to.
    frame: Option<u32>,
    /// What the copy has to check for besides, so that it need not be replaced afterwards.
    watched: Watched,
    /// The hit counts that checkpoints get: none, unless there is nothing to count.
    hits: Option<Hits>,
    is_armed: bool,
    pending: Vec<PendingAccess<()>>,
    /// The latest write so far.
    last: Option<u64>,
    /// The latest step so far that created the frame.
    made: Option<u64>,
    /// The latest write that was executed as a single instruction.
    hit: Option<WatchHit>,
}

impl WriteObserver {
    /// Discards what was seen.
    fn forget(&mut self) {
        (self.last, self.made, self.hit) = (None, None, None);
    }

    /// Whether the copy itself checks for the target, because it is in a memory.
    fn is_recorded(&self) -> bool {
        self.watchpoint.range().is_some()
    }

    /// The instructions at which the run functions have to exit.
    fn exits(&self) -> impl Iterator<Item = Position> {
        let tail_calls = self.frame.is_some().then_some(&self.program.sites().tail_calls);
        self.writers.iter().chain(tail_calls.into_iter().flatten()).copied()
    }

    fn disarm(&mut self, machine: &mut Machine) {
        if std::mem::take(&mut self.is_armed) {
            self.exits().for_each(|position| machine.set_exit_around(position, false));
            machine.exit_before(&[]);
        }
    }
}

impl Observer for WriteObserver {
    fn watched(&self) -> Watched {
        if self.is_recorded() { self.watched.max(Watched::Writes) } else { self.watched }
    }

    fn hits(&self) -> Option<&Hits> {
        self.hits.as_ref()
    }

    fn previous(&self) -> Previous {
        Previous::Unknown
    }

    fn restored(&mut self, _: Option<&Hits>, _: Previous) {
        self.is_armed = false;
        self.pending.clear();
    }

    fn lost_track(&mut self) {}

    fn arm(&mut self, machine: &mut Machine, _: &RunSpec) {
        if !std::mem::replace(&mut self.is_armed, true) {
            self.exits().for_each(|position| machine.set_exit_around(position, true));
            if let Some(range) = self.watchpoint.range() {
                machine.record_last(range);
            }
        }
    }

    fn before(&mut self, _: StateView<'_>, _: &RunSpec) -> Option<RunResult> {
        None
    }

    fn look_ahead(&mut self, state: StateView<'_>, _: &RunSpec) -> LookAhead {
        self.pending.clear();
        let Some(position) = state.machine().position() else { return LookAhead::Whole };
        let writes = || self.writers.binary_search(&position).is_ok();
        let may_write = match self.frame {
            None => self.is_recorded() || writes(),
            Some(frame) if frame == state.machine().top() => {
                let may_write = writes();
                if self.program.sites().tail_calls.binary_search(&position).is_ok() {
                    // Another frame replaces it.
                    (self.made, self.last) = (Some(state.step()), None);
                }
                may_write
            }
            Some(_) => false,
        };
        if may_write {
            let accesses = if self.is_recorded() { accesses_ahead(state) } else { None };
            self.pending.extend(ahead(state, (), self.watchpoint, accesses.as_ref()));
        }
        how(&self.pending)
    }

    fn is_pending(&self) -> bool {
        !self.pending.is_empty()
    }

    fn recorded(&mut self, step: u64) {
        self.last = self.last.max(Some(step));
    }

    fn executed(&mut self, _: StateView<'_>, _: PreviousStop, _: bool) {}

    fn after(&mut self, state: StateView<'_>, accesses: &[MemoryAccess], _: &RunSpec) -> Option<WatchHit> {
        for hit in std::mem::take(&mut self.pending).iter().filter_map(|pending| pending.resolve(state, accesses)) {
            self.last = self.last.max(Some(hit.step));
            self.hit = Some(hit);
        }
        None
    }
}

/// The last step up to now at which the user changed the target.
fn changed_at(replayer: &Replayer, write_target: WriteTarget, frame: Option<u32>) -> Option<u64> {
    let changes = replayer.changes_so_far().iter().rev();
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

/// See the module's documentation.
pub struct LastWrite {
    observer: WriteObserver,
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
const RECORDED_WIDTH: u64 = 2_000_000;

impl LastWrite {
    /// `None` if the target does not exist. The breakpoints are those of the session, which see nothing of this.
    pub fn new(replayer: &Replayer, write_target: WriteTarget, breakpoints: &BreakpointObserver) -> Option<Self> {
        let now = replayer.step();
        let (target, frame, local) = match write_target {
            WriteTarget::Memory { memory, start, length } => {
                let bytes = replayer.state().memory_size(memory as usize)?;
                if length == 0 || start.checked_add(length)? > bytes {
                    return None;
                }
                (Target::Memory { memory, start, length }, None, None)
            }
            WriteTarget::Global(global) => {
                replayer.state().global(global)?;
                (Target::Global(global), None, None)
            }
            WriteTarget::Local { frame, local } => {
                let frame = replayer.machine().frame(frame)?;
                replayer.state().local_at(frame, local)?;
                let function = replayer.machine().position_of(frame)?.function;
                (Target::Local { function, local }, Some(frame), Some(local))
            }
        };
        let changed = changed_at(replayer, write_target, frame);
        let program = Rc::clone(replayer.program());
        let watchpoint = Watchpoint { target, access: AccessKind::Write };
        let mut writers = watchpoint.positions(&program);
        writers.sort_unstable();
        let observer = WriteObserver {
            program,
            watchpoint,
            writers,
            frame,
            watched: breakpoints.watched(),
            hits: breakpoints.hits_if_unseen(),
            is_armed: false,
            pending: Vec::new(),
            last: None,
            made: None,
            hit: None,
        };
        if observer.is_recorded() {
            // If it cannot be recorded, the search is slower.
            let _ = replayer.program().prepare(Watched::Writes);
        }
        let bound = changed.unwrap_or(0);
        let from = now.saturating_sub(FIRST_WIDTH).max(bound);
        Some(Self {
            observer,
            local,
            frame,
            now,
            bound,
            changed,
            from,
            to: now,
            width: FIRST_WIDTH,
            stage: Stage::Entering,
        })
    }

    /// Removes the exits that the query has set.
    pub fn disarm(&mut self, machine: &mut Machine) {
        self.observer.disarm(machine);
    }

    /// The session has other breakpoints now, which see nothing of this either.
    pub fn set_breakpoints(&mut self, machine: &mut Machine, breakpoints: &BreakpointObserver) {
        self.observer.disarm(machine);
        self.observer.hits = breakpoints.hits_if_unseen();
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
    pub fn go_on(&mut self, replayer: &mut Replayer, left: &mut u64) -> Option<WriteResult> {
        loop {
            match self.stage {
                Stage::Entering => {
                    if self.to <= self.bound {
                        return Some(WriteResult::NotWritten(self.changed.map_or(Origin::Start, Origin::User)));
                    }
                    replayer.restore_nearest(self.from, &mut self.observer);
                    if let RunResult::SliceExhausted =
                        replayer.run_until(&RunSpec::to(self.from), left, &mut self.observer)
                    {
                        return None;
                    }
                    // Discard what was recorded on the way to the interval.
                    self.observer.forget();
                    self.stage = Stage::Passing;
                }
                Stage::Passing => {
                    if !self.pass(replayer, left) {
                        return None;
                    }
                    match (self.observer.last, self.observer.made) {
                        (Some(step), _) => self.stage = Stage::Telling { step, made: false },
                        (None, Some(step)) => self.stage = Stage::Telling { step, made: true },
                        (None, None) => self.widen(replayer),
                    }
                }
                Stage::Telling { step, made } => {
                    if replayer.step() != step {
                        replayer.restore_nearest(step, &mut self.observer);
                        if let RunResult::SliceExhausted =
                            replayer.run_until(&RunSpec::to(step), left, &mut self.observer)
                        {
                            return None;
                        }
                    }
                    if let Some(hit) = self.describe_hit(replayer, step, made) {
                        return Some(WriteResult::Written(Box::new(hit)));
                    }
                    // The recorded access trapped instead of writing, and there was no write before it.
                    return Some(WriteResult::NotWritten(Origin::Start));
                }
            }
        }
    }

    /// Continues with the interval before this one.
    fn widen(&mut self, replayer: &Replayer) {
        let most = if self.observer.is_recorded() { RECORDED_WIDTH } else { WIDTH };
        self.width = (self.width * 10).clamp(WIDTH, most);
        self.to = self.from;
        let from = self.to.saturating_sub(self.width);
        self.from = checkpoint_before(replayer, from).max(self.bound).min(self.to);
        self.stage = Stage::Entering;
    }

    /// Runs the interval; false if the slice ends before.
    fn pass(&mut self, replayer: &mut Replayer, left: &mut u64) -> bool {
        loop {
            let step = replayer.step();
            if step >= self.to {
                return true;
            }
            let result = match self.frame {
                Some(frame) if replayer.machine().top() < frame => {
                    // The next instruction may be the one that creates the frame.
                    (self.observer.made, self.observer.last) = (Some(step), None);
                    replayer.run_until(&RunSpec::to((step + 1).min(self.to)), left, &mut self.observer)
                }
                Some(frame) => {
                    replayer.run_until(&RunSpec { base: frame, ..RunSpec::to(self.to) }, left, &mut self.observer)
                }
                None => replayer.run_until(&RunSpec::to(self.to), left, &mut self.observer),
            };
            if let ControlFlow::Break(is_complete) = result.within_interval() {
                return is_complete;
            }
        }
    }

    /// Executes the instruction that was found, and returns its effect.
    fn describe_hit(&mut self, replayer: &mut Replayer, step: u64, made: bool) -> Option<WatchHit> {
        let position = replayer.machine().position()?;
        self.observer.hit = None;
        let mut left = u64::MAX;
        let _ = replayer.run_until(&RunSpec::to(step + 1), &mut left, &mut self.observer);
        if !made {
            return self.observer.hit.take().filter(|hit| hit.step == step);
        }
        let new = replayer.state().local_at(self.frame?, self.local?)?;
        let target = self.observer.watchpoint.target;
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
