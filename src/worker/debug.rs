//! The worker's side of a debug run: commands in, views out, a slice of work in between.

use std::borrow::Cow;
use std::ops::Range;
use std::rc::Rc;

use super::bookmark::Bookmark;
use super::debug_view::{self, PreviousView};
use super::engines::Chosen;
use super::event_loop::Next;
use super::expressions::{self, Expressions};
use super::pace::Pace;
use super::regions::Regions;
use super::run::milliseconds_left;
use super::sources::Maps;
use super::stop_sentence::Arrival;
use super::user_files::UserFiles;
use super::{Platform, breakpoints, files, to_proto, written_bytes};
use crate::engine::debugger::{self, Change, Command, DebugProgress, DebugSession, Mark};
use crate::engine::inspect::Summary;
use crate::engine::runtime::{self, Outcome};
use crate::engine::source::Source;
use crate::engine::source_map::dwarf::DebugInfo;
use crate::engine::value;
use crate::engine::vfs::Vfs;
use crate::engine::wasi::WasiCtx;
use crate::engine::wasi::trace::Trace;
use crate::protocol::{
    self, Breakpoint, BreakpointKind, Counters, DebugCommand, EngineUsed, Entry, Event, FileChange, Limits,
    LineCommand, MemoryView, MemoryWatch, PlacedBreakpoint, RunId, StopReason, ValueChange, WriteTarget,
};

/// How often progress is reported, in milliseconds.
const PROGRESS_MS: f64 = 50.0;
/// How often calls are sent while the program runs, in milliseconds.
const CALLS_INTERVAL_MS: f64 = 100.0;
/// Steps for the first slice: few, because the speed is not known yet.
const FIRST_STEPS: u64 = 20_000;
/// How many steps back to look for values to show next to their instructions.
const RECENT_STEPS: u64 = 300;
/// The number of sections of the timeline with at most one mark of each kind: about as many as a slider has pixels.
const MARK_PARTS: u64 = 400;

pub(super) struct Debug {
    id: RunId,
    /// What executes the program.
    used: EngineUsed,
    session: DebugSession,
    maps: Maps,
    regions: Regions,
    phase: Phase,
    pace: Pace,
    progress_ms: f64,
    calls_sent_ms: f64,
    compile_ms: f64,
    run_ms: f64,
    before: Option<PreviousView>,
    /// How the program will reach its next stop.
    arrival: Arrival,
    user_files: UserFiles,
    /// The file tree that the page shows.
    sent_files: Vfs,
    sent: Option<MemoryView>,
    expressions: Expressions,
    /// The marks sent last.
    marks: Vec<Mark>,
    /// The target of the last write query.
    write_target: Option<WriteTarget>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Phase {
    Working,
    /// In a host call: for input, until the monotonic clock reaches this many nanoseconds, or either.
    Waiting {
        input: bool,
        until: Option<u64>,
    },
    Stopped,
    Over,
}

/// The configuration of a debug run.
pub(super) struct Setup<'a> {
    pub id: RunId,
    pub source: &'a Source,
    pub wasm: &'a [u8],
    pub summary: &'a Summary,
    pub entry: runtime::Entry,
    pub chosen: Chosen,
    pub wasi: WasiCtx,
    pub compile_ms: f64,
    /// When it began to be instrumented.
    pub start_ms: f64,
    /// The module's debug information.
    pub info: Option<Rc<DebugInfo>>,
}

impl Debug {
    /// Instruments and instantiates the module. On failure, returns the event that reports it.
    pub fn start(setup: Setup<'_>, platform: &impl Platform) -> Result<Self, Box<Event>> {
        let Setup { id, source, wasm, summary, entry, chosen, wasi, compile_ms, start_ms, info } = setup;
        let files_before = wasi.vfs().clone();
        let Chosen { program, used } = chosen;
        let session = DebugSession::with_program(&source.name, program, wasm, summary, &entry, wasi);
        let maps = Maps::of_source(source, wasm, info);
        let compile_ms = compile_ms + platform.now_ms() - start_ms;
        let mut session = session.map_err(|error| to_proto::not_started(id, error, compile_ms))?;
        session.set_source_map(maps.lines());
        Ok(Self {
            id,
            used,
            regions: Regions::new(wasm, &session),
            session,
            maps,
            phase: Phase::Stopped,
            pace: Pace::starting_at(FIRST_STEPS),
            progress_ms: platform.now_ms(),
            calls_sent_ms: platform.now_ms(),
            compile_ms,
            run_ms: 0.0,
            before: None,
            arrival: Arrival::Forward,
            sent_files: files_before.clone(),
            user_files: UserFiles::new(files_before),
            sent: None,
            expressions: Expressions::default(),
            marks: Vec::new(),
            write_target: None,
        })
    }

    pub fn id(&self) -> RunId {
        self.id
    }

    pub fn used(&self) -> &EngineUsed {
        &self.used
    }

    pub fn description(&self) -> &str {
        self.session.description()
    }

    pub fn is_over(&self) -> bool {
        self.phase == Phase::Over
    }

    /// Sends the current view; the caller requests the first one after [`Debug::start`].
    pub fn send_view(&mut self, emit: &mut dyn FnMut(Event)) {
        let reason = match self.session.advance(0) {
            DebugProgress::Stopped(reason) => self.to_reason(reason),
            DebugProgress::Waiting { input: true, .. } => StopReason::Input,
            DebugProgress::Waiting { input: false, .. } => StopReason::Sleep,
            DebugProgress::Working { .. } => StopReason::Pause,
        };
        self.send_stopped(reason, emit);
    }

    fn send_stopped(&mut self, reason: StopReason, emit: &mut dyn FnMut(Event)) {
        self.send_output(emit);
        let mut recent = self.session.recent(RECENT_STEPS);
        // The loops of compiled code may not be those of its source.
        if matches!(&reason, StopReason::Ended { outcome: protocol::Outcome::Trapped { .. } })
            && !self.maps.has_sources()
        {
            recent.rounds = self.session.loop_rounds();
        }
        let before = self.before.as_ref();
        let view = debug_view::view(&mut self.session, &self.maps, &self.regions, reason, self.arrival, before, recent);
        self.before = Some(PreviousView::of(&self.session));
        if !self.expressions.is_empty() {
            self.send_evaluations(0, emit);
        }
        self.send_variables(0, emit);
        emit(Event::DebugStopped { run: self.id, view: Box::new(view) });
        let marks = self.session.marks(MARK_PARTS);
        if marks != self.marks {
            emit(Event::Marks { run: self.id, marks: marks.iter().map(to_proto::mark).collect() });
            self.marks = marks;
        }
    }

    /// Sets the watch expressions, and evaluates them.
    pub fn evaluate(&mut self, frame: u32, expressions: Vec<String>, emit: &mut dyn FnMut(Event)) {
        self.expressions = Expressions::new(expressions);
        // Only a stopped program has values; a running one is evaluated at its next stop.
        if self.is_stopped() {
            self.send_evaluations(frame, emit);
            self.send_variables(frame, emit);
        }
    }

    /// Sends frames further down the call stack of a stopped program.
    pub fn show_frames(&mut self, from: u32, emit: &mut dyn FnMut(Event)) {
        if self.is_stopped() {
            let recent = self.session.recent(RECENT_STEPS);
            let frames = debug_view::further_frames(&self.session, &self.maps, from as usize, &recent);
            emit(Event::Frames { run: self.id, step: self.session.stop_number(), from, frames });
        }
    }

    fn send_variables(&self, frame: u32, emit: &mut dyn FnMut(Event)) {
        if let Some(variables) = self.maps.variables(&self.session, frame) {
            emit(Event::Variables { run: self.id, step: self.session.stop_number(), frame, variables });
        }
    }

    fn send_evaluations(&self, frame: u32, emit: &mut dyn FnMut(Event)) {
        let evaluations = self.expressions.evaluate(&self.session, frame);
        emit(Event::Evaluated { run: self.id, step: self.session.stop_number(), evaluations });
    }

    /// Applies the user's change to the files and sends the result: execution diverges from here. `base` is the tree as
    /// the run found it.
    pub fn change_files(&mut self, change: FileChange, base: &Vfs, now: u64, emit: &mut dyn FnMut(Event)) {
        if self.session.is_searching() {
            // The files change where the user is.
            self.session.pause();
        }
        let before = self.session.wasi().vfs().clone();
        let mut tree = before.clone();
        let problems = files::change(&mut tree, base, change.clone(), now);
        problems.into_iter().for_each(|message| emit(Event::FileProblem { message }));
        if files::changed(&tree, &before).is_some() {
            let step = self.session.step();
            match self.session.change(Change::Files(tree.clone())) {
                Ok(()) => {
                    self.user_files.add(step, change, base, now);
                    self.phase = Phase::Stopped;
                    self.send_stopped(StopReason::Step, emit);
                }
                Err(reason) => {
                    emit(Event::FileProblem { message: format!("the files are unchanged: {reason}") });
                    tree = before.clone();
                }
            }
        }
        emit(files::tree(&tree));
        emit(files::difference(&tree, &before, true));
        self.sent_files = tree;
    }

    /// The file tree if the run is ended here, and the one in the page's storage.
    pub fn files_at_end(&self, base: &Vfs, now: u64) -> (Vfs, Vfs) {
        let step = self.session.step();
        (self.user_files.at_end(self.vfs(), step, base, now), self.user_files.stored().clone())
    }

    /// Before anything is executed: schedules changes for when their steps are reached.
    pub fn make_changes(&mut self, changes: Vec<(u64, Change)>) {
        self.session.make_changes(changes);
    }

    /// Sends the bookmark of this step.
    pub fn bookmark(&self, entry: Entry, limits: Limits, emit: &mut dyn FnMut(Event)) {
        let bookmark = Bookmark::of(&self.session, entry, limits);
        match bookmark.to_bytes() {
            Ok(bytes) => {
                let files = files::all(&bookmark.record.tree);
                emit(Event::Bookmarked { run: self.id, step: bookmark.step, bytes, files });
            }
            Err(message) => emit(Event::Fault { message }),
        }
    }

    /// Sends the hover for a position in the text.
    pub fn hover(&self, query: u32, at: u32, word: Option<&str>, frame: u32, emit: &mut dyn FnMut(Event)) {
        let hover = match self.is_stopped() {
            true => expressions::hover(&self.session, &self.maps.text, at, word, frame),
            false => None,
        };
        emit(Event::Hover { run: self.id, query, hover });
    }

    /// Sets a command; [`Debug::slice`] executes it.
    pub fn command(&mut self, command: DebugCommand, emit: &mut dyn FnMut(Event)) {
        if self.is_over() {
            return;
        }
        self.arrival = arrival(&command);
        let command = match command {
            DebugCommand::Continue => Command::Continue,
            DebugCommand::Into => Command::Into,
            DebugCommand::Over => Command::Over,
            DebugCommand::Out => Command::Out,
            DebugCommand::Line(command) => Command::Line(to_line(command)),
            DebugCommand::RunTo { file, line } => {
                match breakpoints::entries_of_line(&self.session, &self.maps, file.as_deref(), line) {
                    Some((_, entries)) if !entries.is_empty() => {
                        self.session.set_run_to(Rc::new(entries));
                        Command::RunToLine
                    }
                    _ => {
                        let message = format!("there is no instruction on line {line} or after it");
                        emit(Event::ChangeRefused { run: self.id, message });
                        return;
                    }
                }
            }
            DebugCommand::BackInto => Command::BackInto,
            DebugCommand::BackOver => Command::BackOver,
            DebugCommand::BackOut => Command::BackOut,
            DebugCommand::BackContinue => Command::BackContinue,
            DebugCommand::JumpTo { step } => Command::JumpTo(step),
            DebugCommand::JumpToEnd => Command::JumpToEnd,
            DebugCommand::LastWrite { target } => {
                self.write_target = Some(target);
                Command::LastWrite(breakpoints::to_write_target(target))
            }
            DebugCommand::NextMark => return self.go_to_mark(self.session.next_mark(), "after", emit),
            DebugCommand::PreviousMark => return self.go_to_mark(self.session.previous_mark(), "before", emit),
        };
        self.session.ask(command);
        self.phase = Phase::Working;
    }

    fn go_to_mark(&mut self, step: Option<u64>, side: &str, emit: &mut dyn FnMut(Event)) {
        match step {
            Some(step) => {
                self.session.ask(Command::JumpTo(step));
                self.phase = Phase::Working;
            }
            None => {
                let message = format!("there is no mark {side} this step, as far as the program has run");
                emit(Event::ChangeRefused { run: self.id, message });
            }
        }
    }

    /// Replaces all breakpoints, and sends their verification.
    pub fn set_breakpoints(&mut self, breakpoints: Vec<Breakpoint>, emit: &mut dyn FnMut(Event)) {
        let placed =
            breakpoints.into_iter().map(|breakpoint| breakpoints::place(&self.session, &self.maps, breakpoint));
        let (set, mut placed): (Vec<_>, Vec<PlacedBreakpoint>) = placed.unzip();
        if let Err(error) = self.session.set_breakpoints(set.into_iter().flatten().collect()) {
            // Memories are not watched then; lines do not depend on that.
            let others = placed.iter_mut().filter(|of| !matches!(of.breakpoint.kind, BreakpointKind::Line { .. }));
            for PlacedBreakpoint { problem, .. } in others {
                problem.get_or_insert_with(|| error.to_string());
            }
        }
        emit(Event::BreakpointsPlaced { run: self.id, breakpoints: placed });
    }

    /// Changes a value, and sends the new view.
    pub fn change(&mut self, change: ValueChange, emit: &mut dyn FnMut(Event)) {
        let changed =
            self.to_change(change).and_then(|change| self.session.change(change).map_err(|error| error.to_string()));
        match changed {
            Ok(()) => {
                self.user_files.fork(self.session.step());
                self.phase = Phase::Stopped;
                self.send_stopped(StopReason::Step, emit);
            }
            Err(message) => emit(Event::ChangeRefused { run: self.id, message }),
        }
    }

    fn to_change(&self, change: ValueChange) -> Result<Change, String> {
        let gone = || "there is no such value here".to_owned();
        Ok(match change {
            ValueChange::Local { frame, local, text } => {
                let frames = self.session.state().call_stack(frame as usize + 1);
                let shown = frames.get(frame as usize).and_then(|frame| frame.locals.get(local as usize));
                let value = value::parse(&text, shown.ok_or_else(gone)?.value.ty())?;
                Change::Local { frame: frame as usize, local: local as usize, value }
            }
            ValueChange::Operand { frame, operand, text } => {
                let frames = self.session.state().call_stack(frame as usize + 1);
                let shown = frames.get(frame as usize).and_then(|frame| frame.operand_stack.get(operand as usize));
                let value = value::parse(&text, shown.ok_or_else(gone)?.value.ty())?;
                Change::Operand { frame: frame as usize, operand: operand as usize, value }
            }
            ValueChange::Global { global, text } => {
                let before = self.session.state().global(global).ok_or_else(gone)?;
                Change::Global { global: global as usize, value: value::parse(&text, before.ty())? }
            }
            ValueChange::Memory { memory, address, form, text } => {
                Change::Memory { memory: memory as usize, address, bytes: written_bytes::read(&text, form)? }
            }
        })
    }

    /// Works for one slice; returns when to call it again.
    pub fn slice(&mut self, platform: &impl Platform, emit: &mut dyn FnMut(Event)) -> Next {
        match self.phase {
            Phase::Stopped | Phase::Over => return Next::Idle,
            Phase::Waiting { until: Some(until), .. } => {
                let left = milliseconds_left(until, platform);
                if left > 0.0 {
                    return Next::After(left);
                }
                self.phase = Phase::Working;
            }
            Phase::Waiting { until: None, .. } => return Next::Idle,
            Phase::Working => {}
        }
        let start = platform.now_ms();
        let (progress, elapsed) = self.pace.slice(start, platform, |steps| self.session.advance(steps));
        self.run_ms += elapsed;
        match progress {
            DebugProgress::Working { step, of } => {
                if start - self.progress_ms >= PROGRESS_MS {
                    self.progress_ms = start;
                    self.send_output(emit);
                    emit(Event::DebugWorking { run: self.id, step, of });
                }
                Next::Now
            }
            DebugProgress::Stopped(reason) => {
                self.phase = Phase::Stopped;
                let reason = self.to_reason(reason);
                self.send_stopped(reason, emit);
                Next::Idle
            }
            DebugProgress::Waiting { input, until } => {
                let already = matches!(self.phase, Phase::Waiting { .. });
                self.phase = Phase::Waiting { input, until };
                if !already {
                    self.send_stopped(if input { StopReason::Input } else { StopReason::Sleep }, emit);
                    if input {
                        emit(Event::WaitingForInput { run: self.id });
                    }
                }
                match until {
                    Some(until) => Next::After(milliseconds_left(until, platform).max(0.0)),
                    None => Next::Idle,
                }
            }
        }
    }

    /// Pauses; a search is cancelled.
    pub fn pause(&mut self, emit: &mut dyn FnMut(Event)) {
        if matches!(self.phase, Phase::Working | Phase::Waiting { .. }) {
            self.session.pause();
            self.phase = Phase::Stopped;
            self.send_stopped(StopReason::Pause, emit);
        }
    }

    pub fn push_stdin(&mut self, bytes: &[u8], emit: &mut dyn FnMut(Event)) {
        self.session.wasi_mut().push_stdin(bytes);
        self.input_came(emit);
    }

    pub fn close_stdin(&mut self, emit: &mut dyn FnMut(Event)) {
        self.session.wasi_mut().close_stdin();
        self.input_came(emit);
    }

    fn input_came(&mut self, emit: &mut dyn FnMut(Event)) {
        if matches!(self.phase, Phase::Waiting { input: true, .. }) {
            self.phase = Phase::Working;
            emit(Event::Continued { run: self.id });
        }
    }

    /// Ends the run at the user's request; if the program has ended, with its own result.
    pub fn stop(&mut self, emit: &mut dyn FnMut(Event)) {
        if self.is_over() {
            return;
        }
        self.phase = Phase::Over;
        self.send_output(emit);
        let outcome = self.session.outcome().cloned().unwrap_or(Outcome::Stopped);
        emit(Event::Finished { run: self.id, outcome: to_proto::outcome(outcome), counters: self.counters() });
    }

    fn send_output(&mut self, emit: &mut dyn FnMut(Event)) {
        let chunks = to_proto::output(self.session.take_output());
        if !chunks.is_empty() {
            emit(Event::Output { run: self.id, chunks });
        }
    }

    fn counters(&self) -> Counters {
        let wasi = self.session.wasi();
        Counters {
            fuel: self.session.step(),
            compile_ms: self.compile_ms,
            run_ms: self.run_ms,
            peak_memory: self.session.peak_memory(),
            host_calls: wasi.host_calls(),
            output: wasi.output_bytes(),
            refused: self.session.refused(),
        }
    }

    /// The watched window; `None` if it is the same as the one sent last, unless `always` is set.
    pub fn memory_view(&mut self, watch: MemoryWatch, always: bool) -> Option<Event> {
        let (state, memory) = (self.session.state(), watch.memory as usize);
        let read = |range: Range<u64>| {
            state.memory(memory, range.start, range.end - range.start).map(Cow::into_owned).unwrap_or_default()
        };
        let view = to_proto::memory_view(watch, state.memory_size(memory).unwrap_or(0), state.memories(), read);
        if !always && self.sent.as_ref() == Some(&view) {
            return None;
        }
        self.sent = Some(view.clone());
        Some(Event::Memory { run: self.id, view })
    }

    /// The calls so far, if they are traced, including those after the current step, if execution has been further.
    pub fn trace(&self) -> Option<&Trace> {
        self.session.wasi().trace()
    }

    pub fn vfs(&self) -> &Vfs {
        self.session.wasi().vfs()
    }

    /// Whether the tree has changed since the last call.
    pub fn files_moved(&mut self) -> bool {
        let moved = files::changed(self.session.wasi().vfs(), &self.sent_files).is_some();
        if moved {
            self.sent_files = self.session.wasi().vfs().clone();
        }
        moved
    }

    /// Whether an update of the calls is due; returns true once for each.
    pub fn is_calls_update_due(&mut self, platform: &impl Platform) -> bool {
        let now = platform.now_ms();
        let due = now - self.calls_sent_ms >= CALLS_INTERVAL_MS;
        if due {
            self.calls_sent_ms = now;
        }
        due
    }

    /// Whether execution is stopped, waiting, or has ended.
    pub fn is_stopped(&self) -> bool {
        !matches!(self.phase, Phase::Working)
    }

    fn to_reason(&self, reason: debugger::StopReason) -> StopReason {
        match reason {
            debugger::StopReason::Start => StopReason::Start,
            debugger::StopReason::Step => StopReason::Step,
            debugger::StopReason::Breakpoint(id) => {
                let condition_error = self.session.condition_error_of(id);
                StopReason::Breakpoint { id, condition_error: condition_error.map(|reason| reason.to_string()) }
            }
            debugger::StopReason::Watchpoint(hit) => StopReason::Watchpoint {
                id: hit.id.unwrap_or(0),
                description: breakpoints::describe(&self.session, &self.maps.text, &hit),
                condition_error: hit.condition_error.map(|reason| reason.to_string()),
            },
            debugger::StopReason::LastWrite(hit) => {
                StopReason::LastWrite { description: breakpoints::describe(&self.session, &self.maps.text, &hit) }
            }
            debugger::StopReason::NotWritten(origin) => StopReason::NotWritten {
                message: breakpoints::describe_origin(&self.session, &self.regions, self.write_target, origin),
            },
            debugger::StopReason::Pause => StopReason::Pause,
            debugger::StopReason::Beginning => StopReason::Beginning,
            debugger::StopReason::Ended(outcome) => StopReason::Ended { outcome: to_proto::outcome(outcome) },
        }
    }
}

fn arrival(command: &DebugCommand) -> Arrival {
    match command {
        DebugCommand::Continue | DebugCommand::Into | DebugCommand::Over | DebugCommand::Out => Arrival::Forward,
        DebugCommand::BackInto | DebugCommand::BackOver | DebugCommand::BackOut | DebugCommand::BackContinue => {
            Arrival::Back
        }
        DebugCommand::Line(LineCommand::Into | LineCommand::Over | LineCommand::Out) => Arrival::Line,
        DebugCommand::Line(LineCommand::BackInto | LineCommand::BackOver | LineCommand::BackOut) => Arrival::LineBack,
        DebugCommand::RunTo { .. }
        | DebugCommand::JumpTo { .. }
        | DebugCommand::JumpToEnd
        | DebugCommand::LastWrite { .. }
        | DebugCommand::NextMark
        | DebugCommand::PreviousMark => Arrival::Jump,
    }
}

fn to_line(command: LineCommand) -> debugger::LineCommand {
    match command {
        LineCommand::Into => debugger::LineCommand::Into,
        LineCommand::Over => debugger::LineCommand::Over,
        LineCommand::Out => debugger::LineCommand::Out,
        LineCommand::BackInto => debugger::LineCommand::BackInto,
        LineCommand::BackOver => debugger::LineCommand::BackOver,
        LineCommand::BackOut => debugger::LineCommand::BackOut,
    }
}
