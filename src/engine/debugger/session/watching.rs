//! Watchpoints in a session: what the next instruction is going to touch, and what came of it.
//!
//! Whether an instruction hits a watchpoint is known when it has been executed: only then it is clear what it wrote, and
//! that it did not trap. So it is executed, and where it is to stop, the machine goes back to before it. Conditions and
//! messages of watchpoints see the program after the instruction, as those of other debuggers do.

use super::{DebugSession, Observe};
use crate::engine::debugger::access::Access;
use crate::engine::debugger::breakpoint::{Breakpoint, Trigger};
use crate::engine::debugger::watchpoint::{On, Seen, Target, Touch, Watchpoint};
use crate::engine::wasi::Touched;

/// How many bytes of a memory are told at most.
const TOLD: u64 = 16;

/// Something that the instruction that is executed next may touch.
#[derive(Debug)]
pub(super) struct Pending {
    touch: Touch,
    on: On,
    /// The host is called: what it touches is known afterwards.
    by_host: bool,
    /// The part of a memory that is compared.
    span: (u64, u64),
    old: Seen,
    /// What a question asks for, where it is not a breakpoint.
    breakpoint: Option<Breakpoint>,
}

impl DebugSession {
    /// Finds out what the next instruction is going to touch; whether it is anything.
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
                    pending.push(Pending { breakpoint: Some(breakpoint), ..found });
                }
            }
        }
        if self.armed.question
            && let Some(watchpoint) = self.asked_here(position)
        {
            let accesses = if watchpoint.range().is_some() { self.accesses_ahead() } else { None };
            pending.extend(self.ahead(watchpoint, accesses.as_ref()));
        }
        if pending.iter().any(|pending| pending.by_host) {
            self.wasi_mut().note_touched();
        }
        self.pending = pending;
        !self.pending.is_empty()
    }

    /// What the next instruction touches of memories; `None` inside is a call of the host.
    fn accesses_ahead(&self) -> Option<Ahead> {
        if self.called_import().is_some() {
            return Some(Ahead::Host);
        }
        let accesses = self.next_accesses();
        (!accesses.is_empty()).then_some(Ahead::Accesses(accesses))
    }

    fn ahead(&self, watchpoint: Watchpoint, accesses: Option<&Ahead>) -> Option<Pending> {
        let writes = watchpoint.on.is_write();
        let mut by_host = false;
        let mut span = (0, 0);
        if let Target::Memory { memory, start, length } = watchpoint.target {
            span = match accesses? {
                Ahead::Host if self.program.sites().wasi_memory == Some(memory) => {
                    by_host = true;
                    (start, length)
                }
                Ahead::Host => return None,
                Ahead::Accesses(accesses) => {
                    let touches = |access: &&Access| access.writes == writes && access.touches(memory, start, length);
                    let access = accesses.iter().find(touches)?;
                    told_part((start, length), (access.address, access.length))
                }
            };
        }
        let touch = Touch {
            id: None,
            target: watchpoint.target,
            step: self.step(),
            position: self.machine().position()?,
            writes,
            part: None,
            old: Seen::Nothing,
            new: Seen::Nothing,
            untold: None,
        };
        let old = self.seen(watchpoint.target, span);
        Some(Pending { touch, on: watchpoint.on, by_host, span, old, breakpoint: None })
    }

    /// How something looks now.
    pub(in crate::engine::debugger) fn seen(&self, target: Target, (start, length): (u64, u64)) -> Seen {
        match target {
            Target::Memory { memory, .. } => {
                let bytes = self.machine().memory(memory as usize).unwrap_or_default();
                let end = start.saturating_add(length).min(bytes.len() as u64);
                let part = bytes.get(start.min(end) as usize..end as usize).unwrap_or_default();
                Seen::Bytes(part.to_vec())
            }
            Target::Global(global) => self.machine().globals().nth(global as usize).map_or(Seen::Nothing, Seen::Value),
            Target::Local { function, local } => {
                let top = self.machine().top();
                let here = self.machine().position().is_some_and(|position| position.function == function);
                self.local_at(top, local).filter(|_| here).map_or(Seen::Nothing, Seen::Value)
            }
        }
    }

    /// The step has been executed: what of it hits. The hit that says to stop, if any does.
    pub(super) fn settle_pending(&mut self, observe: Observe) -> Option<Touch> {
        if self.pending.is_empty() {
            return None;
        }
        let touched = self.wasi_mut().take_touched();
        let mut stop = None;
        for pending in std::mem::take(&mut self.pending) {
            let Some(touch) = self.settle(&pending, &touched) else { continue };
            let step = touch.step;
            match &pending.breakpoint {
                None => {
                    if let Some(question) = &mut self.question {
                        question.answer(touch);
                    }
                }
                Some(breakpoint) => {
                    if self.holds(breakpoint) && self.hit(breakpoint, step, observe) && self.reported != Some(step) {
                        let untold = self.untold(breakpoint);
                        stop = stop.or(Some(Touch { id: Some(breakpoint.id), untold, ..touch }));
                    }
                }
            }
        }
        stop.filter(|_| observe == Observe::All)
    }

    fn settle(&self, pending: &Pending, touched: &[Touched]) -> Option<Touch> {
        let mut touch = pending.touch.clone();
        let mut span = pending.span;
        let mut old = pending.old.clone();
        if pending.by_host {
            let wanted = touched.iter().filter(|touched| touched.writes == touch.writes);
            let mut parts = wanted
                .filter_map(|touched| intersection(span, (u64::from(touched.pointer), u64::from(touched.length))));
            let part = told_part(span, parts.next()?);
            if let Seen::Bytes(bytes) = &mut old {
                bytes.drain(..(part.0 - span.0) as usize);
                bytes.truncate(part.1 as usize);
            }
            span = part;
        }
        let new = self.seen(touch.target, span);
        if pending.on == On::Change && old == new {
            return None;
        }
        if matches!(touch.target, Target::Memory { .. }) {
            touch.part = Some((span.0, span.1.min(TOLD)));
        }
        touch.old = shortened(old);
        touch.new = shortened(new);
        Some(touch)
    }
}

/// What the next instruction touches of memories.
enum Ahead {
    Host,
    Accesses(Vec<Access>),
}

/// Something small is told as a whole, of something large only what is touched.
fn told_part(watched: (u64, u64), touched: (u64, u64)) -> (u64, u64) {
    if watched.1 <= TOLD { watched } else { intersection(watched, touched).unwrap_or(watched) }
}

fn intersection(one: (u64, u64), other: (u64, u64)) -> Option<(u64, u64)> {
    let start = one.0.max(other.0);
    let end = one.0.saturating_add(one.1).min(other.0.saturating_add(other.1));
    (start < end).then(|| (start, end - start))
}

fn shortened(seen: Seen) -> Seen {
    match seen {
        Seen::Bytes(mut bytes) => {
            bytes.truncate(TOLD as usize);
            Seen::Bytes(bytes)
        }
        other => other,
    }
}
