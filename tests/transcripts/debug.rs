//! What a user sees while debugging: the sentence after each command, and what is asked for.

use std::fmt::Write as _;

use wasmoscope::protocol::{
    Breakpoint, BreakpointKind, BreakpointOptions, DebugCommand, DebugFrame, DebugView, Entry, Event, LineCommand,
    NamedValue, Request, Source, StopReason, Stream, WriteTarget,
};

use super::directives::directives;
use super::run::{indented, outcome_text, value_text};
use crate::support::{RUN, TestWorker, sentence};

/// A command that takes more slices than this is told as such.
const SLICES: usize = 10_000;

pub fn transcript(source: &Source) -> String {
    let directives = directives(&String::from_utf8_lossy(&source.bytes));
    assert!(
        !directives.debug.is_empty(),
        "{}: a case for the debugger has a line `;; DEBUG: COMMAND; ...`",
        source.name
    );
    let mut worker = TestWorker::new();
    worker.send(Request::SetFiles { files: directives.files });
    let (source, entry) = (source.clone(), directives.call.unwrap_or(Entry::Default));
    worker.send(Request::Debug { run: RUN, source, entry, options: directives.options, breakpoints: Vec::new() });
    if let Some(stdin) = directives.stdin {
        worker.send(Request::Stdin { run: RUN, bytes: stdin.into_bytes() });
        worker.send(Request::EndOfInput { run: RUN });
    }
    worker.settle(SLICES);
    let Some(view) = last_view(&worker) else {
        let outcome = worker.outcome().map_or_else(|| "it did not start\n".to_owned(), outcome_text);
        return format!("not debugged: {outcome}");
    };
    let mut case = Case { told: where_it_is(&view), worker, view, breakpoints: Vec::new() };
    for command in &directives.debug {
        writeln!(case.told, "> {command}").expect("a string takes text");
        case.obey(command);
    }
    case.told
}

struct Case {
    told: String,
    worker: TestWorker,
    view: DebugView,
    breakpoints: Vec<Breakpoint>,
}

impl Case {
    /// Does what a command says, or shows what it asks for.
    fn obey(&mut self, command: &str) {
        let words: Vec<&str> = command.split_whitespace().collect();
        let command = match words.as_slice() {
            ["break", line, condition @ ..] => return self.set_breakpoint(line, condition),
            ["clear"] => {
                self.breakpoints.clear();
                return self.send_breakpoints();
            }
            ["stack" | "locals" | "globals" | "calls" | "output"] => return self.show(words[0]),
            ["continue"] => DebugCommand::Continue,
            ["into"] => DebugCommand::Into,
            ["into", times] => {
                let times: usize = times.parse().expect("into: a number of times");
                return (0..times).for_each(|_| self.go(DebugCommand::Into));
            }
            ["over"] => DebugCommand::Over,
            ["out"] => DebugCommand::Out,
            ["line"] => DebugCommand::Line(LineCommand::Over),
            ["back"] => DebugCommand::BackInto,
            ["back", "over"] => DebugCommand::BackOver,
            ["back", "out"] => DebugCommand::BackOut,
            ["back", "line"] => DebugCommand::Line(LineCommand::BackOver),
            ["reverse"] => DebugCommand::BackContinue,
            ["end"] => DebugCommand::JumpToEnd,
            ["step", step] => DebugCommand::JumpTo { step: step.parse().expect("step: a number") },
            ["run", "to", line] => DebugCommand::RunTo { file: None, line: line.parse().expect("run to: a line") },
            ["last", "write", "global", global] => {
                DebugCommand::LastWrite { target: WriteTarget::Global { global: global.parse().expect("an index") } }
            }
            ["last", "write", "local", local] => DebugCommand::LastWrite {
                target: WriteTarget::Local { frame: 0, local: local.parse().expect("an index") },
            },
            ["last", "write", "memory", start, length] => DebugCommand::LastWrite {
                target: WriteTarget::Memory {
                    memory: 0,
                    start: start.parse().expect("an address"),
                    length: length.parse().expect("a length"),
                },
            },
            _ => panic!("DEBUG: there is no command `{command}`"),
        };
        self.go(command);
    }

    fn go(&mut self, command: DebugCommand) {
        self.worker.events.retain(|event| !matches!(event, Event::DebugStopped { .. }));
        self.worker.send(Request::DebugCommand { run: RUN, command });
        self.worker.settle(SLICES);
        match last_view(&self.worker) {
            Some(view) => {
                for message in &view.log {
                    writeln!(self.told, "log: {message}").expect("a string takes text");
                }
                self.told.push_str(&where_it_is(&view));
                self.view = view;
            }
            None => self.told.push_str("still running\n"),
        }
    }

    fn set_breakpoint(&mut self, line: &str, condition: &[&str]) {
        let condition = condition.split_first().map(|(word, rest)| {
            assert_eq!(*word, "if", "break LINE if CONDITION");
            rest.join(" ")
        });
        let line = line.parse().expect("break: a line");
        let id = self.breakpoints.len() as u32 + 1;
        let options = BreakpointOptions { condition, ..BreakpointOptions::default() };
        self.breakpoints.push(Breakpoint { id, kind: BreakpointKind::Line { file: None, line }, options });
        self.send_breakpoints();
    }

    fn send_breakpoints(&mut self) {
        let breakpoints = self.breakpoints.clone();
        self.worker.send(Request::SetBreakpoints { run: RUN, breakpoints });
        let placed = self.worker.events.iter().rev().find_map(|event| match event {
            Event::BreakpointsPlaced { breakpoints, .. } => Some(breakpoints),
            _ => None,
        });
        for placed in placed.into_iter().flatten() {
            if let Some(problem) = &placed.problem {
                writeln!(self.told, "breakpoint {}: {problem}", placed.breakpoint.id).expect("a string takes text");
            }
        }
    }

    fn show(&mut self, what: &str) {
        let top = self.view.frames.first();
        let told = match what {
            "stack" => {
                let stack = top.map(|top| top.operand_stack.as_slice()).unwrap_or_default();
                stack.iter().map(|operand| format!("  {}\n", value_text(&operand.value))).collect()
            }
            "locals" => top.map(|top| named(top.locals.iter())).unwrap_or_default(),
            "globals" => named(self.view.globals.iter()),
            "calls" => {
                let frames = self.view.frames.iter();
                frames.map(|frame| format!("  {} at line {}\n", frame.function, line(frame))).collect()
            }
            _ => {
                let all = self.worker.printed(Stream::Stdout);
                let shown = all.get(..self.view.printed as usize).unwrap_or(&all);
                format!("{}\n", indented(shown))
            }
        };
        self.told.push_str(if told.trim().is_empty() { "  none\n" } else { &told });
    }
}

fn named<'a>(values: impl Iterator<Item = &'a NamedValue>) -> String {
    values.map(|value| format!("  {} = {}\n", value.name, value_text(&value.value))).collect()
}

fn last_view(worker: &TestWorker) -> Option<DebugView> {
    worker.events.iter().rev().find_map(|event| match event {
        Event::DebugStopped { view, .. } => Some((**view).clone()),
        _ => None,
    })
}

fn line(frame: &DebugFrame) -> u32 {
    frame.place.map_or(0, |place| place.line)
}

fn where_it_is(view: &DebugView) -> String {
    let line = view.frames.first().map_or(0, line);
    let reason = match &view.reason {
        StopReason::Ended { outcome } => {
            return format!("step {}: {}\n  {}", view.step, sentence(view), outcome_text(outcome));
        }
        StopReason::Step | StopReason::Start => String::new(),
        other => format!(" ({})", reason_text(other)),
    };
    format!("step {}, line {line}{reason}: {}\n", view.step, sentence(view))
}

fn reason_text(reason: &StopReason) -> &'static str {
    match reason {
        StopReason::Start => "start",
        StopReason::Step => "step",
        StopReason::Breakpoint { .. } => "breakpoint",
        StopReason::Watchpoint { .. } => "watchpoint",
        StopReason::LastWrite { .. } => "last write",
        StopReason::NotWritten { .. } => "not written",
        StopReason::Pause => "pause",
        StopReason::Input => "input",
        StopReason::Beginning => "beginning",
        StopReason::Ended { .. } => "end",
        StopReason::Sleep => "sleep",
    }
}
