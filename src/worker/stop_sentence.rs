//! The sentence on a stopped program: what the last step did or why it stopped, and what comes next.
//!
//! Wording a step belongs in [`step_text`](crate::engine::debugger::step_text).

use super::debug_view::PreviousView;
use super::sources::Maps;
use crate::engine::debugger::step_text::{BeforeStep, Sentence};
use crate::engine::debugger::view::FrameView;
use crate::engine::debugger::{DebugSession, LoopRound, Recent, describe_rounds};
use crate::engine::runtime;
use crate::engine::value::{self, FormattedValue};
use crate::engine::words::grouped;
use crate::names;
use crate::protocol::{Outcome, StopReason};

/// How many variables that changed are named.
const MOST_CHANGES: usize = 4;

/// How the program reached its current stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arrival {
    /// By a step, or the rest of a function.
    Forward,
    /// By going back.
    Back,
    /// To a step, a line, a mark.
    Jump,
    /// From line to line: the sentence is about the line.
    Line,
    /// The same, going back.
    LineBack,
}

/// `before` is what the user saw at the last stop.
pub(super) fn sentence(
    session: &DebugSession,
    maps: &Maps,
    reason: &StopReason,
    arrival: Arrival,
    before: Option<&PreviousView>,
    recent: &Recent,
) -> Sentence {
    let last = recent.last.as_ref();
    let stop = Stop { session, maps, top: session.state().call_stack(1).pop() };
    match reason {
        StopReason::Start => stop.here("Before the first instruction", ", on "),
        StopReason::Breakpoint { condition_error: Some(reason), .. } => could_not_evaluate(reason),
        StopReason::Breakpoint { condition_error: None, .. } => stop.here("Stopped at a breakpoint", ", on "),
        StopReason::Watchpoint { description, condition_error: Some(reason), .. } => {
            could_not_evaluate(reason).text("; ").text(description)
        }
        StopReason::Watchpoint { description, condition_error: None, .. } => {
            Sentence::new("Stopped by a watchpoint: ").text(description)
        }
        StopReason::LastWrite { description } => Sentence::new("The next step writes it last: ").text(description),
        StopReason::NotWritten { message } => Sentence::new(message).capital(),
        StopReason::Pause => stop.here("Paused", ", on "),
        StopReason::Beginning => stop.here("Back at the start", ", on "),
        StopReason::Input => stop.with_next(Sentence::new("The program waits for input")),
        StopReason::Sleep => Sentence::new("The program sleeps"),
        StopReason::Ended { outcome } => stop.ended(outcome, &recent.rounds),
        StopReason::Step if session.is_changed_here() => {
            stop.with_next(Sentence::new("You changed the program's state here"))
        }
        StopReason::Step if arrival == Arrival::LineBack => stop.here("Back at", " "),
        StopReason::Step if arrival == Arrival::Line && maps.has_sources() => {
            let here = stop.here("At", " ");
            match before.and_then(|before| stop.since(before)) {
                Some(since) => here.text(since),
                None => here,
            }
        }
        StopReason::Step if arrival == Arrival::Line => {
            let here = stop.here("At", " ");
            match before.and_then(|before| stop.executed(before, last)) {
                Some(executed) => executed.text(". ").then(here),
                None => here,
            }
        }
        StopReason::Step => stop.step(arrival, last),
    }
}

fn could_not_evaluate(reason: &str) -> Sentence {
    Sentence::new(format!("Could not evaluate the condition: {reason}"))
}

struct Stop<'a> {
    session: &'a DebugSession,
    maps: &'a Maps,
    top: Option<FrameView>,
}

impl Stop<'_> {
    fn step(&self, arrival: Arrival, last: Option<&BeforeStep>) -> Sentence {
        let step = grouped(self.session.step());
        let sentence = match arrival {
            Arrival::Back | Arrival::LineBack => Sentence::new(format!("Back at step {step}")),
            Arrival::Forward | Arrival::Line => Sentence::default(),
            Arrival::Jump => Sentence::new(format!("Step {step}")),
        };
        let Some(last) = last else {
            let start = if sentence.is_empty() { Sentence::new("At the start") } else { sentence };
            return self.with_next(start);
        };
        let described = self.session.state().describe_step(last, &|offset| self.line(offset));
        let sentence = if sentence.is_empty() { described } else { sentence.text(". ").then(described) };
        self.with_next(sentence)
    }

    /// Why and where it stopped: the source line with its function, or the line of the text and the next instruction.
    fn here(&self, what: &str, before_line: &str) -> Sentence {
        let Some(top) = &self.top else { return Sentence::new(what) };
        let sentence = Sentence::new(what);
        if let Some(line) = self.maps.describe(top) {
            return sentence.text(before_line).text(line).text(self.in_function());
        }
        let line = self.line(top.offset);
        let sentence = match (&line, before_line) {
            (Some(line), _) => sentence.text(before_line).text(line),
            (None, " ") => sentence.text(format!(" step {}", grouped(self.session.step()))),
            (None, _) => sentence,
        };
        // If there are sources, instructions mean little to the user.
        if self.maps.has_sources() { sentence } else { self.with_next(sentence) }
    }

    /// `Since line 5, 4 instructions: $sum is now 3. br_if $next: …`: what a step by line executed. For a single
    /// instruction, the sentence on it.
    fn executed(&self, before: &PreviousView, last: Option<&BeforeStep>) -> Option<Sentence> {
        let executed = self.session.step().checked_sub(before.step).filter(|executed| *executed > 0)?;
        let describe = |last: &BeforeStep| self.session.state().describe_step(last, &|offset| self.line(offset));
        if executed == 1 {
            return last.map(describe);
        }
        let since = self.line(before.frame.as_ref()?.offset)?;
        let mut sentence = Sentence::new(format!("Since {since}, {} instructions", grouped(executed)));
        let changes = self.changed_variables(before);
        let left_out = changes.len().saturating_sub(MOST_CHANGES);
        for (index, (name, value)) in changes.iter().take(MOST_CHANGES).enumerate() {
            let separator = match index {
                0 => ": ",
                _ if index + 1 == changes.len() => " and ",
                _ => ", ",
            };
            sentence = sentence.text(format!("{separator}{name} is now ")).value(value.clone());
        }
        if left_out > 0 {
            sentence = sentence.text(format!(" and {left_out} more changed"));
        }
        sentence = sentence.text(self.printed_since(before));
        // The value of the variable that it set is said already.
        Some(match last.filter(|last| changes.is_empty() || !last.sets_variable()) {
            Some(last) => sentence.text(". ").then(describe(last)),
            None => sentence,
        })
    }

    /// The locals of the same call and the globals whose values differ from those at the last stop, by name.
    fn changed_variables(&self, before: &PreviousView) -> Vec<(String, FormattedValue)> {
        let state = self.session.state();
        let is_same_call = |frame: &&FrameView| {
            before.depth == state.depth() && before.frame.as_ref().is_some_and(|seen| seen.function == frame.function)
        };
        let name = |kind: &str, name: Option<&str>, index: usize| match name {
            Some(name) => format!("${}", names::shown_with_spaces(name)),
            None => format!("{kind} {index}"),
        };
        let top = self.top.as_ref().filter(is_same_call);
        let seen = before.frame.iter().flat_map(|seen| &seen.locals);
        let locals = top.iter().flat_map(|top| &top.locals).zip(seen).enumerate();
        let locals = locals.filter_map(|(index, (local, seen))| {
            let shown = value::show(&local.value);
            let is_changed = shown.text != value::show(&seen.value).text;
            is_changed.then(|| (name("local", local.name.as_deref(), index), shown))
        });
        let globals = state.globals().zip(before.globals()).enumerate().filter_map(|(index, (global, seen))| {
            let shown = value::show(&global);
            let is_changed = shown.text != *seen;
            is_changed.then(|| (name("global", state.names().global(index as u32), index), shown))
        });
        locals.chain(globals).collect()
    }

    /// `; 6 bytes were printed`, or nothing.
    fn printed_since(&self, before: &PreviousView) -> String {
        match self.session.output_bytes().saturating_sub(before.printed) {
            0 => String::new(),
            1 => "; 1 byte was printed".to_owned(),
            printed => format!("; {printed} bytes were printed"),
        }
    }

    /// `, 34 instructions after line 12 of main.rs; 6 bytes were printed`: what a step by line executed.
    fn since(&self, before: &PreviousView) -> Option<String> {
        let executed = self.session.step().checked_sub(before.step).filter(|executed| *executed > 0)?;
        let from = self.maps.describe(before.frame.as_ref()?)?;
        let printed = self.printed_since(before);
        let plural = if executed == 1 { "" } else { "s" };
        Some(format!(", {} instruction{plural} after {from}{printed}", grouped(executed)))
    }

    /// `, in `main``: the function that the line belongs to, which may be inlined.
    fn in_function(&self) -> String {
        let Some(top) = &self.top else { return String::new() };
        let (function, _, inlined) = self.maps.calls(self.session.names(), top);
        let function = inlined.into_iter().next().map_or(function, |call| call.function);
        format!(", in `{}`", names::shown_with_spaces(&function))
    }

    /// Adds the next instruction and its operands.
    fn with_next(&self, sentence: Sentence) -> Sentence {
        match self.session.state().describe_next(&|offset| self.line(offset)) {
            Some(next) => sentence.text("; next: ").then(next),
            None => sentence,
        }
    }

    /// The text line of an instruction. If there are also sources, a bare line number would be mistaken for one of
    /// theirs.
    fn line(&self, offset: u64) -> Option<String> {
        let line = self.maps.text.location(offset)?.line;
        let of = if self.maps.has_sources() { " of the disassembly" } else { "" };
        Some(format!("line {line}{of}"))
    }

    /// The same result or trap as in a run; for a trap, with the numbers.
    fn ended(&self, outcome: &Outcome, rounds: &[LoopRound]) -> Sentence {
        let trap = || {
            let trap = self.session.state().describe_trap(self.session.outcome()?, &|offset| self.line(offset))?;
            let trap = trap.text(describe_rounds(rounds, |offset| self.line(offset)));
            let place = self.top.as_ref().and_then(|top| self.maps.describe(top));
            Some(match place {
                Some(line) => trap.text(format!("; {line}{}", self.in_function())),
                None => trap,
            })
        };
        match outcome {
            Outcome::Returned { .. } => {
                let description = self.session.description();
                let name = description.rsplit_once('(').map_or(description, |(name, _)| name);
                let sentence = match name {
                    "" => Sentence::new("The start function returned"),
                    name => Sentence::new(format!("`{}` returned", names::shown_with_spaces(name))),
                };
                match self.session.outcome() {
                    Some(runtime::Outcome::Returned(results)) if !results.is_empty() => {
                        sentence.text(" ").list(results.clone())
                    }
                    _ => sentence,
                }
            }
            Outcome::Exited { code } => Sentence::new(format!("Exited with code {code}")),
            Outcome::Trapped { trap: reason } => {
                trap().unwrap_or_else(|| Sentence::new(format!("Trapped: {}", reason.message)))
            }
            Outcome::LimitReached { message, .. } => {
                trap().unwrap_or_else(|| Sentence::new(format!("Stopped by a limit: {message}")))
            }
            Outcome::Stopped => Sentence::new("Stopped"),
            Outcome::NotStarted { .. } => Sentence::new("Not started"),
        }
    }
}
