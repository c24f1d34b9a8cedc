//! Searches backwards: the last step before the current one that matches a condition.
//!
//! Nothing runs backwards, so an interval before the current step is run forwards, and the last match in it counts. The
//! first interval is short, because the match is usually near; each further one is longer.

use std::ops::ControlFlow;
use std::rc::Rc;

use crate::breakpoints::{BreakpointId, BreakpointObserver, WatchHit};
use crate::lines::LineTable;
use crate::machine::Position;
use crate::replay::{Observe, Replayer, RunResult, RunSpec};
use crate::state::StateView;
use wasmoscope_source_map::Line;

/// The condition of a search.
#[derive(Clone)]
pub enum SearchKind {
    /// A step with at most this many frames.
    Depth(u32),
    /// A step at which a breakpoint stops.
    Breakpoint,
    /// A step at which a line begins.
    Line(Rc<LineBack>),
}

/// The lines that a step back can go to.
pub struct LineBack {
    pub table: Rc<LineTable>,
    /// The maximum number of frames, unless it goes into calls.
    pub depth: u32,
    /// The frame and the line in which it started.
    pub frame: u32,
    pub line: Option<Line>,
    /// Whether it goes into calls.
    pub with_calls: bool,
    /// Whether it leaves the inlined call, rather than only skipping those within it.
    pub leaves: bool,
}

impl LineBack {
    /// The line of an instruction of a frame, if it counts.
    fn line(&self, frame: u32, position: Position) -> Option<Line> {
        let line = self.table.line(position)?;
        let from = self.line.filter(|_| frame == self.frame && !self.with_calls).and_then(|line| line.scope);
        let is_passed = !self.table.is_around(line.scope, from) || self.leaves && from.is_some() && line.scope == from;
        (!is_passed).then_some(line)
    }
}

/// What a search has found at a step.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    Step,
    Breakpoint(BreakpointId),
    Watchpoint(Box<WatchHit>),
}

/// See the module's documentation.
pub struct Search {
    kind: SearchKind,
    /// The step at which the search started.
    now: u64,
    /// The interval: from this step up to, but not including, `to`.
    from: u64,
    to: u64,
    width: u64,
    /// Whether the machine is in the interval.
    entered: bool,
    best: Option<(u64, Found)>,
    /// The last frame and line that were passed; `None` at the start of an interval.
    seen: Option<(u32, Option<Line>)>,
}

const FIRST_WIDTH: u64 = 1_000;
const WIDER: u64 = 8;
/// Smaller, because every breakpoint in an interval stops, and only the last counts.
const WIDEST_WITH_STOPS: u64 = 200_000;

impl Search {
    pub fn new(kind: SearchKind, now: u64) -> Self {
        let from = now.saturating_sub(FIRST_WIDTH);
        Self { kind, now, from, to: now, width: FIRST_WIDTH, entered: false, best: None, seen: None }
    }

    /// The step at which the search started.
    pub fn now(&self) -> u64 {
        self.now
    }

    /// How far back it has searched, and how far it can search.
    pub fn progress(&self) -> (u64, u64) {
        (self.now - self.from, self.now)
    }

    /// Works for about this many steps. Returns the step that was found, or that there is none; `None` while that is
    /// unknown.
    pub fn go_on(
        &mut self,
        replayer: &mut Replayer,
        observer: &mut BreakpointObserver,
        left: &mut u64,
    ) -> Option<Option<(u64, Found)>> {
        loop {
            if !self.entered {
                if self.to == 0 {
                    return Some(None);
                }
                replayer.seek(self.from, observer);
                if let RunResult::SliceExhausted = replayer.run_until(&RunSpec::to(self.from), left, observer) {
                    return None;
                }
                self.entered = true;
            }
            if !self.pass(replayer, observer, left) {
                return None;
            }
            if self.best.is_some() {
                return Some(self.best.take());
            }
            self.to = match self.kind {
                // The first step is checked from the step before it.
                SearchKind::Breakpoint if self.from > 0 => self.from + 1,
                SearchKind::Breakpoint | SearchKind::Depth(_) | SearchKind::Line(_) => self.from,
            };
            self.width = self.width.saturating_mul(WIDER);
            if matches!(self.kind, SearchKind::Breakpoint) {
                self.width = self.width.min(WIDEST_WITH_STOPS);
            }
            // Restoring a checkpoint executes nothing.
            self.from = super::checkpoint_before(replayer, self.from.saturating_sub(self.width)).min(self.from);
            self.entered = false;
            self.seen = None;
        }
    }

    /// Runs the interval; false if the slice ends before.
    fn pass(&mut self, replayer: &mut Replayer, observer: &mut BreakpointObserver, left: &mut u64) -> bool {
        if let SearchKind::Line(back) = &self.kind {
            let back = Rc::clone(back);
            return self.pass_lines(&back, replayer, observer, left);
        }
        loop {
            let step = replayer.step();
            if step >= self.to {
                return true;
            }
            let result = match self.kind {
                SearchKind::Line(_) => return true,
                SearchKind::Depth(depth) => {
                    match replayer.machine().frame_above(depth) {
                        // Run until the surplus frame has returned: the depth is right then.
                        Some(above) => {
                            replayer.run_until(&RunSpec { base: above, ..RunSpec::to(self.to) }, left, observer)
                        }
                        None => {
                            self.best = Some((step, Found::Step));
                            replayer.run_until(&RunSpec::to((step + 1).min(self.to)), left, observer)
                        }
                    }
                }
                SearchKind::Breakpoint => {
                    // Pass a breakpoint that it has stopped at. The same goes for the first step of the interval,
                    // unless nothing precedes it: whether a line begins there is only known on the way to it, in the
                    // next interval.
                    let is_found = matches!(&self.best, Some((found, Found::Breakpoint(_))) if *found == step);
                    let is_first = step == self.from && step > 0;
                    let from = if is_found || is_first { step } else { u64::MAX };
                    replayer.run_until(&RunSpec { from, observe: Observe::All, ..RunSpec::to(self.to) }, left, observer)
                }
            };
            if let ControlFlow::Break(is_complete) = result.within_interval() {
                return is_complete;
            }
            match result {
                RunResult::HitBreakpoint(id) if replayer.step() < self.to => {
                    self.best = Some((replayer.step(), Found::Breakpoint(id)));
                }
                RunResult::HitWatchpoint(hit) => self.best = Some((hit.step, Found::Watchpoint(hit))),
                _ => {}
            }
        }
    }
}

impl Search {
    /// The same for lines. Continues to the first instruction after the interval that belongs to a line: whether a line
    /// begins there is only known then.
    fn pass_lines(
        &mut self,
        back: &LineBack,
        replayer: &mut Replayer,
        observer: &mut BreakpointObserver,
        left: &mut u64,
    ) -> bool {
        loop {
            let step = replayer.step();
            if step >= self.now {
                return true;
            }
            let above = replayer.machine().frame_above(back.depth).filter(|_| !back.with_calls);
            let result = if let Some(above) = above {
                replayer.run_until(&RunSpec { base: above, ..RunSpec::to(self.now) }, left, observer)
            } else {
                if self.look(back, replayer.state(), step) && step >= self.to {
                    return true;
                }
                replayer.run_until(&RunSpec::to(step + 1), left, observer)
            };
            if let ControlFlow::Break(is_complete) = result.within_interval() {
                return is_complete;
            }
        }
    }

    /// Records whether a line begins at this step; returns false if the instruction belongs to no line.
    fn look(&mut self, back: &LineBack, state: StateView<'_>, step: u64) -> bool {
        let Some(position) = state.machine().position() else { return false };
        let frame = state.machine().top();
        let line = back.line(frame, position);
        if line.is_none() {
            // If a call has returned to code without lines, the line of that call has ended.
            if self.seen.is_some_and(|(seen, _)| frame < seen) {
                self.seen = Some((frame, None));
            }
            return false;
        }
        // The first line in the interval may have begun before it, unless nothing precedes it.
        let is_known = self.seen.is_some() || self.from == 0;
        if is_known && self.seen != Some((frame, line)) {
            self.best = Some((step, Found::Step));
        }
        self.seen = Some((frame, line));
        true
    }
}
