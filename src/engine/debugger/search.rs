//! Looking backwards: for the last step before now at which something holds.
//!
//! Nothing runs backwards, so a stretch before now is run forwards and what holds last in it is taken. The first stretch
//! is short, because what is looked for is mostly near; each further one is longer.

use super::session::{Came, Course, DebugSession, Heed, Reached};

/// What is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchKind {
    /// A step with at most so many frames.
    Depth(u32),
    /// A step at which a breakpoint says to stop.
    Breakpoint,
}

/// See the module's documentation.
#[derive(Debug)]
pub struct Search {
    kind: SearchKind,
    /// The step from which the search began.
    now: u64,
    /// The stretch: from this step to before that one.
    from: u64,
    to: u64,
    width: u64,
    /// Whether the machine is in the stretch.
    entered: bool,
    best: Option<(u64, Reached)>,
}

const FIRST_WIDTH: u64 = 1_000;
const WIDER: u64 = 8;

impl Search {
    pub fn new(kind: SearchKind, now: u64) -> Self {
        let from = now.saturating_sub(FIRST_WIDTH);
        Self { kind, now, from, to: now, width: FIRST_WIDTH, entered: false, best: None }
    }

    /// The step from which it began.
    pub fn now(&self) -> u64 {
        self.now
    }

    /// How far back it has looked, and how far that can be.
    pub fn progress(&self) -> (u64, u64) {
        (self.now - self.from, self.now)
    }

    /// Works for about so many steps. The step that was found, or that there is none; `None` while it is not known.
    pub fn go_on(&mut self, session: &mut DebugSession, left: &mut u64) -> Option<Option<(u64, Reached)>> {
        loop {
            if !self.entered {
                if self.to == 0 {
                    return Some(None);
                }
                session.approach(self.from);
                match session.execute(&course(self.from, 1), left) {
                    Came::SliceOver => return None,
                    Came::ToLimit
                    | Came::ToBreakpoint(_)
                    | Came::PastWatchpoint(_)
                    | Came::ToPlace
                    | Came::FrameGone
                    | Came::ToEnd
                    | Came::ToWait(_) => self.entered = true,
                }
            }
            if !self.pass(session, left) {
                return None;
            }
            if self.best.is_some() {
                return Some(self.best.take());
            }
            self.to = self.from;
            self.width = self.width.saturating_mul(WIDER);
            self.from = self.from.saturating_sub(self.width);
            self.entered = false;
        }
    }

    /// Runs through the stretch; false when the slice is over before.
    fn pass(&mut self, session: &mut DebugSession, left: &mut u64) -> bool {
        loop {
            let step = session.step();
            if step >= self.to {
                return true;
            }
            let came = match self.kind {
                SearchKind::Depth(depth) => {
                    let frames = session.machine().frames();
                    match frames.len().checked_sub(depth as usize + 1) {
                        // The frame that is one too many: when it is gone, the depth is right.
                        Some(above) => session.execute(&course(self.to, frames[above]), left),
                        None => {
                            self.best = Some((step, Reached::Step));
                            session.execute(&course((step + 1).min(self.to), 1), left)
                        }
                    }
                }
                SearchKind::Breakpoint => {
                    // A breakpoint at which it has stopped is passed.
                    let is_found = matches!(&self.best, Some((found, Reached::Breakpoint(_))) if *found == step);
                    let from = if is_found { step } else { u64::MAX };
                    session.execute(&Course { from, heed: Heed::All, ..course(self.to, 1) }, left)
                }
            };
            match came {
                Came::SliceOver => return false,
                Came::ToBreakpoint(id) if session.step() < self.to => {
                    self.best = Some((session.step(), Reached::Breakpoint(id)));
                }
                Came::PastWatchpoint(touch) => self.best = Some((touch.step, Reached::Watchpoint(touch))),
                Came::ToEnd | Came::ToWait(_) => return true,
                Came::ToLimit | Came::ToBreakpoint(_) | Came::ToPlace | Came::FrameGone => {}
            }
        }
    }
}

fn course(limit: u64, base: u32) -> Course {
    Course { limit, base, place: None, heed: Heed::Nothing, from: limit }
}
