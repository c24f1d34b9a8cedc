//! The connection to the worker between events: which requests wait for it, which run is active, and when a worker that
//! does not answer is replaced. `events` lists what happens and what the page does about it, `receive` handles the
//! worker's own events; `ui/hooks/use_engine` carries out the effects. What the page shows of the worker belongs in
//! `super::worker`.

mod events;
mod receive;
#[cfg(test)]
mod tests;

pub use events::{LinkEffect, LinkEvent, Start, Timer};

use events::PATIENCE_MS;

use super::check::CheckAction;
use super::console::ConsoleAction;
use super::debug::DebugAction;
use super::run::{RunAction, is_plain};
use super::worker::WorkerAction;
use crate::protocol::{Event, Request, RunId};

/// How long it may take to answer although it is not silent: the answer may be queued behind a lot of output.
const LONGEST_PATIENCE_MS: f64 = 5000.0;

/// The connection to the worker.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EngineLink {
    phase: LinkPhase,
    /// The last run, and whether it is active.
    run: RunId,
    active: bool,
    /// When an answer was requested that the worker must not leave out, until it arrives.
    expected_since: Option<f64>,
    /// When the worker's last message arrived.
    last_message: f64,
    /// The highest step that the debugged program has reached.
    furthest: u64,
    /// Events that only the rest of the page can show, until it is loaded.
    unshown: Vec<Event>,
    /// Whether the last worker crashed because it could not fetch a part of itself.
    lacked_part: bool,
}

/// The phase of the worker.
#[derive(Debug, Clone, PartialEq)]
enum LinkPhase {
    /// None was started yet, or it could not be started. Requests wait for the next one.
    Absent {
        queue: Vec<Request>,
    },
    /// It loads. Requests wait until it is ready.
    Starting {
        queue: Vec<Request>,
    },
    Ready,
}

impl Default for LinkPhase {
    fn default() -> Self {
        Self::Absent { queue: Vec::new() }
    }
}

/// Parses a browser's error message for an error thrown by `static/rest.js`: the part that is missing, and why.
fn missing_part(reason: &str) -> Option<&str> {
    reason.find("A part of the interpreter could not be fetched").map(|at| &reason[at..])
}

impl EngineLink {
    /// The connection after `event`, and what the page does about it.
    #[must_use]
    pub fn apply(mut self, event: LinkEvent) -> (Self, Vec<LinkEffect>) {
        let mut effects = Vec::new();
        self.handle(event, &mut effects);
        (self, effects)
    }

    /// Whether a worker accepts requests.
    pub fn is_ready(&self) -> bool {
        matches!(self.phase, LinkPhase::Ready)
    }

    pub fn active_run(&self) -> Option<RunId> {
        self.active.then_some(self.run)
    }

    fn handle(&mut self, event: LinkEvent, effects: &mut Vec<LinkEffect>) {
        match event {
            LinkEvent::Opened => self.start(effects),
            LinkEvent::Begin(start) => self.begin(start, effects),
            LinkEvent::Stop { now } => self.stop(now, effects),
            LinkEvent::Pause { now } => {
                if let Some(run) = self.active_run() {
                    effects.push(LinkEffect::Run(RunAction::PauseAsked));
                    self.send(Request::Pause { run }, effects);
                    self.expect_answer(now, effects);
                }
            }
            LinkEvent::PauseDebugger { now } => {
                if let Some(run) = self.active_run() {
                    self.send(Request::Pause { run }, effects);
                    self.expect_answer(now, effects);
                }
            }
            LinkEvent::Forget { now } => {
                self.stop(now, effects);
                effects.push(LinkEffect::BeginConsole(ConsoleAction::Forget));
                effects.push(LinkEffect::Run(RunAction::Forget));
            }
            LinkEvent::Command(command) => {
                if let Some(run) = self.active_run() {
                    effects.push(LinkEffect::Debug(DebugAction::Requested));
                    self.send(Request::DebugCommand { run, command }, effects);
                }
            }
            LinkEvent::Typed { line } => {
                let text = line + "\n";
                // Echoed where it was typed.
                effects.push(LinkEffect::Console(ConsoleAction::Typed { text: text.as_str().into() }));
                if let Some(run) = self.active_run() {
                    self.send(Request::Stdin { run, bytes: text.into_bytes() }, effects);
                }
            }
            LinkEvent::EndOfInput => {
                effects.push(LinkEffect::Run(RunAction::InputEnded));
                if let Some(run) = self.active_run() {
                    self.send(Request::EndOfInput { run }, effects);
                }
            }
            LinkEvent::Check { version, source } => {
                effects.push(LinkEffect::Check(CheckAction::Requested { version }));
                // Of several checks that wait for the worker to load, only the last matters.
                self.keep_waiting(|request| !matches!(request, Request::Check { .. }));
                self.send(Request::Check { version, source }, effects);
            }
            LinkEvent::FetchRest => {
                effects.push(LinkEffect::Worker(WorkerAction::PartRetried));
                self.send(Request::FetchRest, effects);
            }
            LinkEvent::Send(request) => self.send(request, effects),
            LinkEvent::Restart => self.restart(effects),
            LinkEvent::Received { event, now, page_is_complete } => {
                self.last_message = now;
                if page_is_complete || is_plain(&event) {
                    self.receive(event, effects);
                } else {
                    self.unshown.push(event);
                    effects.push(LinkEffect::AskForRest);
                }
            }
            LinkEvent::PageComplete => effects.extend(self.unshown.drain(..).map(LinkEffect::Receive)),
            LinkEvent::Undecodable { error } | LinkEvent::PostFailed { error } => effects.push(fault(&error)),
            LinkEvent::Crashed { reason } => self.crash(&reason, effects),
            LinkEvent::StartFailed { error } => {
                self.fail(&format!("the browser does not start it ({error})"), effects);
            }
            LinkEvent::TimerFired { timer: Timer::Watchdog, now } => self.check_silence(now, effects),
            LinkEvent::TimerFired { timer: Timer::WarmUp, .. } if self.active => {}
            LinkEvent::TimerFired { timer: Timer::WarmUp, .. } => self.send(Request::WarmUp, effects),
        }
    }

    fn begin(&mut self, start: Start, effects: &mut Vec<LinkEffect>) {
        let again = self.run;
        self.run += 1;
        self.active = true;
        self.furthest = 0;
        let run = self.run;
        self.answered(effects);
        effects.push(LinkEffect::BeginConsole(ConsoleAction::Begin { run }));
        effects.push(LinkEffect::Run(RunAction::Begin { run, text: start.text_id() }));
        let mut begin_debug = |text| {
            effects.push(LinkEffect::Console(ConsoleAction::Record));
            effects.push(LinkEffect::Debug(DebugAction::Begin { run, text }));
        };
        let request = match start {
            Start::Run { source, entry, options } => {
                effects.push(LinkEffect::Debug(DebugAction::End));
                Request::Run { run, source, entry, options }
            }
            Start::Debug { source, entry, options, text, breakpoints } => {
                begin_debug(text);
                Request::Debug { run, source, entry, options, breakpoints }
            }
            Start::DebugAt { source, options, text, breakpoints, bookmark } => {
                begin_debug(text);
                Request::DebugAt { run, source, options, breakpoints, bookmark }
            }
            Start::DebugAgain { text, breakpoints } => {
                begin_debug(text);
                effects.push(LinkEffect::Run(RunAction::Repeat { run }));
                Request::DebugAgain { run, again, breakpoints }
            }
        };
        self.send(request, effects);
        if matches!(self.phase, LinkPhase::Absent { .. }) {
            // The worker could not be started; the cause may be gone by now. If not, this run is lost.
            effects.push(LinkEffect::Worker(WorkerAction::Restarted));
            self.start(effects);
        }
    }

    fn stop(&mut self, now: f64, effects: &mut Vec<LinkEffect>) {
        let Some(run) = self.active_run() else { return };
        effects.push(LinkEffect::Run(RunAction::StopAsked));
        if self.is_ready() {
            self.send(Request::Stop { run }, effects);
            self.expect_answer(now, effects);
        } else {
            // It has not been sent yet.
            self.keep_waiting(|request| {
                let starts = matches!(
                    request,
                    Request::Run { .. } | Request::Debug { .. } | Request::DebugAt { .. } | Request::DebugAgain { .. }
                );
                !starts
            });
            self.lose_run(effects);
        }
    }

    fn send(&mut self, request: Request, effects: &mut Vec<LinkEffect>) {
        match &mut self.phase {
            LinkPhase::Ready => effects.push(LinkEffect::Post(request)),
            LinkPhase::Absent { queue } | LinkPhase::Starting { queue } => queue.push(request),
        }
    }

    fn keep_waiting(&mut self, keep: impl Fn(&Request) -> bool) {
        if let LinkPhase::Absent { queue } | LinkPhase::Starting { queue } = &mut self.phase {
            queue.retain(keep);
        }
    }

    /// Starts a worker, which takes over the requests that wait.
    fn start(&mut self, effects: &mut Vec<LinkEffect>) {
        if let LinkPhase::Absent { queue } = &mut self.phase {
            self.phase = LinkPhase::Starting { queue: std::mem::take(queue) };
        }
        effects.push(LinkEffect::StartWorker { lacked_part: self.lacked_part });
    }

    /// Ends the worker, and the run with it, and starts a new worker.
    fn restart(&mut self, effects: &mut Vec<LinkEffect>) {
        self.answered(effects);
        effects.push(LinkEffect::ClearTimer(Timer::WarmUp));
        effects.push(LinkEffect::TerminateWorker);
        // Whatever a new worker needs is sent again when it is ready.
        self.phase = LinkPhase::default();
        self.lose_run(effects);
        effects.push(LinkEffect::Worker(WorkerAction::Restarted));
        self.start(effects);
    }

    fn replace(&mut self, message: &str, effects: &mut Vec<LinkEffect>) {
        effects.push(LinkEffect::Worker(WorkerAction::Faulted { message: message.into(), recovered: true }));
        self.restart(effects);
    }

    fn crash(&mut self, reason: &str, effects: &mut Vec<LinkEffect>) {
        if !self.is_ready() {
            // It never started: retrying immediately would fail the same way.
            effects.push(LinkEffect::TerminateWorker);
            self.fail(if reason.is_empty() { "its program could not be loaded" } else { reason }, effects);
        } else if let Some(part) = missing_part(reason) {
            self.lacked_part = true;
            let message = format!(
                "{part}. The operation that needed it was cancelled, and the interpreter was restarted. Your text and \
                 files are safe."
            );
            self.replace(&message, effects);
        } else {
            let message = format!(
                "The interpreter crashed and was restarted. Your text and files are safe. The error: {}",
                if reason.is_empty() { "nothing" } else { reason }
            );
            self.replace(&message, effects);
        }
    }

    fn fail(&mut self, reason: &str, effects: &mut Vec<LinkEffect>) {
        self.lose_run(effects);
        self.phase = LinkPhase::default();
        let message = format!("The interpreter could not be started: {reason}. Your text and files are safe.");
        effects.push(LinkEffect::Worker(WorkerAction::Failed { message: message.into() }));
    }

    fn lose_run(&mut self, effects: &mut Vec<LinkEffect>) {
        if let Some(run) = self.active_run() {
            self.active = false;
            effects.push(LinkEffect::Run(RunAction::Lost));
            effects.push(LinkEffect::Debug(DebugAction::End));
            effects.push(LinkEffect::Console(ConsoleAction::End { run }));
        }
    }

    /// Replaces the worker unless it answers soon.
    fn expect_answer(&mut self, now: f64, effects: &mut Vec<LinkEffect>) {
        self.expected_since = Some(now);
        effects.push(LinkEffect::SetTimer(Timer::Watchdog));
    }

    fn answered(&mut self, effects: &mut Vec<LinkEffect>) {
        if self.expected_since.take().is_some() {
            effects.push(LinkEffect::ClearTimer(Timer::Watchdog));
        }
    }

    fn check_silence(&mut self, now: f64, effects: &mut Vec<LinkEffect>) {
        let Some(requested) = self.expected_since else { return };
        if now - self.last_message < f64::from(PATIENCE_MS) && now - requested < LONGEST_PATIENCE_MS {
            effects.push(LinkEffect::SetTimer(Timer::Watchdog));
        } else {
            self.replace("The interpreter did not respond and was restarted. Your text and files are safe.", effects);
        }
    }
}

fn fault(message: &str) -> LinkEffect {
    LinkEffect::Worker(WorkerAction::Faulted { message: message.into(), recovered: false })
}
