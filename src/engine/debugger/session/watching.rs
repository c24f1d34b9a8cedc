//! Watchpoints in a session: what the next instruction will access, and whether that is a hit.
//!
//! Whether an instruction hits a watchpoint is known only after executing it: what it wrote, and that it did not trap.
//! So it is executed, and if the hit stops the program, the machine goes back to before it. Conditions and messages of
//! watchpoints see the state after the instruction, as in other debuggers.

use super::{DebugSession, Observe};
use crate::engine::debugger::access::Access;
use crate::engine::debugger::breakpoint::{Breakpoint, Trigger};
use crate::engine::debugger::watchpoint::{AccessKind, Target, WatchHit, WatchedValue, Watchpoint};
use crate::engine::wasi::MemoryAccess;

/// The maximum number of bytes of a memory shown for a hit.
const MAX_SHOWN_BYTES: u64 = 16;

/// A target that the next instruction may access.
#[derive(Debug)]
pub(super) struct PendingAccess {
    hit: WatchHit,
    access: AccessKind,
    /// The instruction calls the host: its accesses are known only afterwards.
    by_host: bool,
    /// The part of a memory that is compared.
    span: (u64, u64),
    old: WatchedValue,
    /// The watchpoint; `None` for a write query.
    breakpoint: Option<Breakpoint>,
}

impl DebugSession {
    /// Collects the targets that the next instruction may access; returns whether there are any.
    pub(super) fn look_ahead(&mut self, observe: Observe) -> bool {
        self.pending.clear();
        let Some(position) = self.machine().position() else { return false };
        let mut pending = Vec::new();
        if self.armed.breakpoints.is_some() {
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
            let accesses = if on_memory.is_empty() { None } else { self.accesses_ahead() };
            for (breakpoint, watchpoint) in on_memory.into_iter().chain(elsewhere) {
                if let Some(found) = self.ahead(watchpoint, accesses.as_ref()) {
                    pending.push(PendingAccess { breakpoint: Some(breakpoint), ..found });
                }
            }
        }
        if self.armed.write_query
            && let Some(watchpoint) = self.write_query_watchpoint(position)
        {
            let accesses = if watchpoint.range().is_some() { self.accesses_ahead() } else { None };
            pending.extend(self.ahead(watchpoint, accesses.as_ref()));
        }
        if pending.iter().any(|pending| pending.by_host) {
            self.wasi_mut().record_accesses();
        }
        self.pending = pending;
        !self.pending.is_empty()
    }

    /// The memory accesses of the next instruction.
    fn accesses_ahead(&self) -> Option<NextAccess> {
        if self.state().called_import().is_some() {
            return Some(NextAccess::Host);
        }
        let accesses = self.state().next_accesses();
        (!accesses.is_empty()).then_some(NextAccess::Accesses(accesses))
    }

    fn ahead(&self, watchpoint: Watchpoint, accesses: Option<&NextAccess>) -> Option<PendingAccess> {
        let writes = watchpoint.access.is_write();
        let mut by_host = false;
        let mut span = (0, 0);
        if let Target::Memory { memory, start, length } = watchpoint.target {
            span = match accesses? {
                NextAccess::Host if self.program.sites().wasi_memory == Some(memory) => {
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
            step: self.step(),
            position: self.machine().position()?,
            writes,
            part: None,
            old: WatchedValue::Absent,
            new: WatchedValue::Absent,
            condition_error: None,
        };
        let old = self.watched_value(watchpoint.target, span);
        Some(PendingAccess { hit, access: watchpoint.access, by_host, span, old, breakpoint: None })
    }

    /// The current value of a target.
    pub(in crate::engine::debugger) fn watched_value(
        &self,
        target: Target,
        (start, length): (u64, u64),
    ) -> WatchedValue {
        match target {
            Target::Memory { memory, .. } => {
                let bytes = self.machine().memory(memory as usize).unwrap_or_default();
                let end = start.saturating_add(length).min(bytes.len() as u64);
                let part = bytes.get(start.min(end) as usize..end as usize).unwrap_or_default();
                WatchedValue::Bytes(part.to_vec())
            }
            Target::Global(global) => {
                self.machine().globals().nth(global as usize).map_or(WatchedValue::Absent, WatchedValue::Value)
            }
            Target::Local { function, local } => {
                let top = self.machine().top();
                let here = self.machine().position().is_some_and(|position| position.function == function);
                self.state().local_at(top, local).filter(|_| here).map_or(WatchedValue::Absent, WatchedValue::Value)
            }
        }
    }

    /// After the instruction: evaluates the pending accesses, and returns the hit that stops the program, if any does.
    pub(super) fn resolve_pending(&mut self, observe: Observe) -> Option<WatchHit> {
        if self.pending.is_empty() {
            return None;
        }
        let accesses = self.wasi_mut().take_accesses();
        let mut stop = None;
        for pending in std::mem::take(&mut self.pending) {
            let Some(hit) = self.resolve(&pending, &accesses) else { continue };
            let step = hit.step;
            match &pending.breakpoint {
                None => {
                    if let Some(write_query) = &mut self.write_query {
                        write_query.record_write(hit);
                    }
                }
                Some(breakpoint) => {
                    if self.holds(breakpoint) && self.hit(breakpoint, step, observe) && self.reported != Some(step) {
                        let condition_error = self.condition_error(breakpoint);
                        stop = stop.or(Some(WatchHit { id: Some(breakpoint.id), condition_error, ..hit }));
                    }
                }
            }
        }
        stop.filter(|_| observe == Observe::All)
    }

    fn resolve(&self, pending: &PendingAccess, accesses: &[MemoryAccess]) -> Option<WatchHit> {
        let mut hit = pending.hit.clone();
        let mut span = pending.span;
        let mut old = pending.old.clone();
        if pending.by_host {
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
        let new = self.watched_value(hit.target, span);
        if pending.access == AccessKind::Change && old == new {
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

/// The memory accesses of the next instruction.
enum NextAccess {
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
