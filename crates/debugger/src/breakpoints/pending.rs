//! What the next instruction will access, and whether that is a hit.
//!
//! Whether an instruction hits a watchpoint is known only after executing it: what it wrote, and that it did not trap.
//! So it is executed, and if the hit stops the program, the machine goes back to before it. Conditions and messages of
//! watchpoints see the state after the instruction, as in other debuggers.

use super::hit::{condition_error, holds};
use super::{
    AccessKind, Breakpoint, BreakpointObserver, LookAhead, Observe, Target, Trigger, WatchHit, WatchedValue, Watchpoint,
};
use crate::access::Access;
use crate::state::StateView;
use wasmoscope_wasi::MemoryAccess;

/// The maximum number of bytes of a memory shown for a hit.
const MAX_SHOWN_BYTES: u64 = 16;

/// A target that the next instruction may access.
#[derive(Debug)]
pub struct PendingAccess<T> {
    /// Whose target it is.
    pub of: T,
    hit: WatchHit,
    access: AccessKind,
    /// The instruction calls the host: its accesses are known only afterwards.
    by_host: bool,
    /// The part of a memory that is compared.
    span: (u64, u64),
    old: WatchedValue,
}

impl BreakpointObserver {
    /// Collects the targets that the next instruction may access.
    pub(super) fn look_for_accesses(&mut self, state: StateView<'_>, observe: Observe) -> LookAhead {
        self.pending.clear();
        let Some(position) = state.machine().position().filter(|_| self.armed.breakpoints.is_some()) else {
            return LookAhead::Whole;
        };
        let on_memory: Vec<(Breakpoint, Watchpoint)> = self
            .breakpoints
            .watching_memory()
            .filter(|(known, _)| observe.includes(known))
            .map(|(known, watchpoint)| (known.clone(), watchpoint))
            .collect();
        let elsewhere = self.breakpoints.at(position).filter(|known| observe.includes(known));
        let elsewhere = elsewhere.filter_map(|known| match known.trigger {
            Trigger::Watch(watchpoint) if watchpoint.range().is_none() => Some((known.clone(), watchpoint)),
            Trigger::Watch(_) | Trigger::Instruction(_) | Trigger::Line(_) | Trigger::Import(_) => None,
        });
        let elsewhere: Vec<(Breakpoint, Watchpoint)> = elsewhere.collect();
        let accesses = if on_memory.is_empty() { None } else { accesses_ahead(state) };
        let targets = on_memory.into_iter().chain(elsewhere);
        self.pending = targets
            .filter_map(|(breakpoint, watchpoint)| ahead(state, breakpoint, watchpoint, accesses.as_ref()))
            .collect();
        how(&self.pending)
    }

    /// After the instruction: evaluates the pending accesses, and returns the hit that stops the program, if any does.
    pub(super) fn resolve_pending(
        &mut self,
        state: StateView<'_>,
        accesses: &[MemoryAccess],
        observe: Observe,
    ) -> Option<WatchHit> {
        let mut stop = None;
        for pending in std::mem::take(&mut self.pending) {
            let Some(hit) = pending.resolve(state, accesses) else { continue };
            let (breakpoint, step) = (&pending.of, hit.step);
            if holds(breakpoint, state) && self.hit(breakpoint, state, step, observe) && self.reported != Some(step) {
                let condition_error = condition_error(breakpoint, state);
                stop = stop.or(Some(WatchHit { id: Some(breakpoint.id), condition_error, ..hit }));
            }
        }
        stop.filter(|_| observe == Observe::All)
    }
}

/// How to execute an instruction with these pending accesses.
pub fn how<T>(pending: &[PendingAccess<T>]) -> LookAhead {
    match pending {
        [] => LookAhead::Whole,
        some if some.iter().any(|pending| pending.by_host) => LookAhead::ByHost,
        _ => LookAhead::Alone,
    }
}

/// The memory accesses of the next instruction.
pub fn accesses_ahead(state: StateView<'_>) -> Option<NextAccess> {
    if state.called_import().is_some() {
        return Some(NextAccess::Host);
    }
    let accesses = state.next_accesses();
    (!accesses.is_empty()).then_some(NextAccess::Accesses(accesses))
}

/// Whether the next instruction may access the target of a watchpoint.
pub fn ahead<T>(
    state: StateView<'_>,
    of: T,
    watchpoint: Watchpoint,
    accesses: Option<&NextAccess>,
) -> Option<PendingAccess<T>> {
    let writes = watchpoint.access.is_write();
    let mut by_host = false;
    let mut span = (0, 0);
    if let Target::Memory { memory, start, length } = watchpoint.target {
        span = match accesses? {
            NextAccess::Host if state.program().sites().wasi_memory == Some(memory) => {
                by_host = true;
                (start, length)
            }
            NextAccess::Host => return None,
            NextAccess::Accesses(accesses) => {
                let overlaps = |access: &&Access| access.writes == writes && access.overlaps(memory, start, length);
                let access = accesses.iter().find(overlaps)?;
                shown_part((start, length), (access.address, access.length))
            }
        };
    }
    let hit = WatchHit {
        id: None,
        target: watchpoint.target,
        step: state.step(),
        position: state.machine().position()?,
        writes,
        part: None,
        old: WatchedValue::Absent,
        new: WatchedValue::Absent,
        condition_error: None,
    };
    let old = watched_value(state, watchpoint.target, span);
    Some(PendingAccess { of, hit, access: watchpoint.access, by_host, span, old })
}

impl<T> PendingAccess<T> {
    /// After the instruction: the hit, if it is one.
    pub fn resolve(&self, state: StateView<'_>, accesses: &[MemoryAccess]) -> Option<WatchHit> {
        let mut hit = self.hit.clone();
        let mut span = self.span;
        let mut old = self.old.clone();
        if self.by_host {
            let wanted = accesses.iter().filter(|access| access.writes == hit.writes);
            let mut parts =
                wanted.filter_map(|access| intersection(span, (u64::from(access.pointer), u64::from(access.length))));
            let part = shown_part(span, parts.next()?);
            if let WatchedValue::Bytes(bytes) = &mut old {
                bytes.drain(..(part.0 - span.0) as usize);
                bytes.truncate(part.1 as usize);
            }
            span = part;
        }
        let new = watched_value(state, hit.target, span);
        if self.access == AccessKind::Change && old == new {
            return None;
        }
        if matches!(hit.target, Target::Memory { .. }) {
            hit.part = Some((span.0, span.1.min(MAX_SHOWN_BYTES)));
        }
        hit.old = shortened(old);
        hit.new = shortened(new);
        Some(hit)
    }
}

/// The current value of a target.
pub fn watched_value(state: StateView<'_>, target: Target, (start, length): (u64, u64)) -> WatchedValue {
    match target {
        Target::Memory { memory, .. } => {
            let size = state.memory_size(memory as usize).unwrap_or(0);
            let end = start.saturating_add(length).min(size);
            let start = start.min(end);
            let part = state.memory(memory as usize, start, end - start).unwrap_or_default();
            WatchedValue::Bytes(part.into_owned())
        }
        Target::Global(global) => state.global(global).map_or(WatchedValue::Absent, WatchedValue::Value),
        Target::Local { function, local } => {
            let top = state.machine().top();
            let here = state.machine().position().is_some_and(|position| position.function == function);
            state.local_at(top, local).filter(|_| here).map_or(WatchedValue::Absent, WatchedValue::Value)
        }
    }
}

/// The memory accesses of the next instruction.
pub enum NextAccess {
    Host,
    Accesses(Vec<Access>),
}

/// A small target is shown as a whole; of a large one, only the accessed part.
fn shown_part(watched: (u64, u64), accesses: (u64, u64)) -> (u64, u64) {
    if watched.1 <= MAX_SHOWN_BYTES { watched } else { intersection(watched, accesses).unwrap_or(watched) }
}

fn intersection(one: (u64, u64), other: (u64, u64)) -> Option<(u64, u64)> {
    let start = one.0.max(other.0);
    let end = one.0.saturating_add(one.1).min(other.0.saturating_add(other.1));
    (start < end).then(|| (start, end - start))
}

fn shortened(value: WatchedValue) -> WatchedValue {
    match value {
        WatchedValue::Bytes(mut bytes) => {
            bytes.truncate(MAX_SHOWN_BYTES as usize);
            WatchedValue::Bytes(bytes)
        }
        other => other,
    }
}
