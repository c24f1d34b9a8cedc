//! What the page does about an event of the worker. A stale one is dropped before anything else is read of it.

use std::rc::Rc;

use super::{EngineLink, LinkEffect, LinkPhase, Timer, fault};
use crate::protocol::Event;
use crate::ui::state::check::CheckAction;
use crate::ui::state::console::ConsoleAction;
use crate::ui::state::debug::DebugAction;
use crate::ui::state::run::{RunAction, event_run};
use crate::ui::state::worker::WorkerAction;

impl EngineLink {
    pub(super) fn receive(&mut self, event: Event, effects: &mut Vec<LinkEffect>) {
        // Memory and calls outlive their run, and a new worker knows of none.
        let outlives = matches!(event, Event::Memory { .. } | Event::Calls { .. } | Event::CallsText { .. });
        let run = event_run(&event);
        if !outlives && run.is_some_and(|run| run != self.run) {
            return;
        }
        if let Event::Checked { version, checked } = event {
            return effects.push(LinkEffect::Check(CheckAction::answered(version, checked)));
        }
        let event = Rc::new(event);
        let is_output = matches!(*event, Event::Output { .. });
        if !outlives && !is_output && !matches!(*event, Event::Progress { .. }) {
            // The prompt has to appear before its answer is requested, and the last line before the end.
            effects.push(LinkEffect::AdvanceConsole);
        }
        match &*event {
            Event::Ready => self.become_ready(effects),
            Event::Paused { .. } => self.answered(effects),
            Event::DebugStopped { view, .. } => {
                self.answered(effects);
                let (step, printed) = (view.step, view.printed);
                // It shrinks only if execution diverges from the record.
                if std::mem::replace(&mut self.furthest, view.furthest) > view.furthest {
                    effects.push(LinkEffect::Console(ConsoleAction::Fork { step, printed }));
                }
                let logged = view.log.as_slice().into();
                effects.push(LinkEffect::Console(ConsoleAction::ShowAt { step, printed, logged }));
            }
            Event::Finished { run, .. } => {
                self.answered(effects);
                self.active = false;
                effects.push(LinkEffect::Console(ConsoleAction::End { run: *run }));
            }
            Event::Output { .. } => effects.push(LinkEffect::Print(event.clone())),
            Event::Fault { message } => effects.push(fault(message)),
            Event::RestMissing { reason } => {
                effects.push(LinkEffect::Worker(WorkerAction::PartMissing { reason: reason.as_str().into() }));
            }
            Event::RestArrived => {
                self.lacked_part = false;
                effects.push(LinkEffect::Worker(WorkerAction::PartDone));
            }
            _ => {}
        }
        if run.is_some() && !outlives && !is_output {
            effects.push(LinkEffect::Run(RunAction::Received(event.clone())));
            effects.push(LinkEffect::Debug(DebugAction::Received(event.clone())));
        }
        effects.push(LinkEffect::Emit(event));
    }

    fn become_ready(&mut self, effects: &mut Vec<LinkEffect>) {
        effects.push(LinkEffect::Worker(WorkerAction::Ready));
        if let LinkPhase::Absent { queue } | LinkPhase::Starting { queue } =
            std::mem::replace(&mut self.phase, LinkPhase::Ready)
        {
            effects.extend(queue.into_iter().map(LinkEffect::Post));
        }
        effects.push(LinkEffect::SetTimer(Timer::WarmUp));
    }
}
