//! A program under the debugger: what a person asks for, carried out in slices, forwards and backwards.
//!
//! There is one [`Machine`]; going back puts it to an earlier moment of the [`History`] and runs it forward from there.
//! Everything from outside is given to it again as it was recorded, so it comes to the same step in the same state.
//! A request is a *goal*; [`DebugSession::advance`] works on it until it is reached or the slice is over.

use std::rc::Rc;

use wasmi::{Error, Val};

use super::breakpoint::{Breakpoint, BreakpointId, Breakpoints};
use super::change::Change;
use super::history::{History, Moment};
use super::machine::{Halt, Host, Machine, Position, Snapshot};
use super::names::Names;
use super::program::Program;
use super::scope::MachineScope;
use super::search::{Search, SearchKind};
use crate::engine::diagnostic::Problem;
use crate::engine::inspect::Summary;
use crate::engine::runtime::imports;
use crate::engine::runtime::outcome::{Outcome, trap_code};
use crate::engine::runtime::plan;
use crate::engine::runtime::session::segment_trap;
use crate::engine::runtime::{Entry, Limits, StartError};
use crate::engine::value::{self, Shown};
use crate::engine::wasi::{Output, Suspend, WasiCtx};

/// How many bytes the history may take if nothing else is said.
pub const HISTORY_LIMIT: usize = 256 << 20;

/// What a person can ask for. Depths are those of the frame that is on top now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// On to a breakpoint or the end.
    Continue,
    /// One instruction, into a call.
    Into,
    /// One instruction; a call as a whole.
    Over,
    /// Until the function has returned.
    Out,
    /// On to that place, or a breakpoint, or the end.
    RunTo(Position),
    /// One instruction back.
    BackInto,
    /// One instruction back; a call as a whole.
    BackOver,
    /// Back to the call that this function was called by.
    BackOut,
    /// Back to the breakpoint passed last, or the start.
    BackContinue,
    /// To that step.
    JumpTo(u64),
    /// To the end, past all breakpoints.
    JumpToEnd,
}

/// How a session stands after a slice.
#[derive(Debug, Clone, PartialEq)]
pub enum DebugProgress {
    /// There is more to do. Where it is known, how far the goal is: done and all.
    Working { step: u64, of: Option<u64> },
    /// It stands still, and why.
    Stopped(StopReason),
    /// In a call of the host that waits for input, for a time, or for either.
    Waiting { input: bool, until: Option<u64> },
}

/// Why a session stands still.
#[derive(Debug, Clone, PartialEq)]
pub enum StopReason {
    /// Before the first instruction.
    Start,
    /// What was asked for is done.
    Step,
    Breakpoint(BreakpointId),
    /// It was asked to.
    Pause,
    /// The program is over; it stands at its last instruction.
    Ended(Outcome),
    /// Nothing further back was found.
    Beginning,
}

/// A call that is to be made: `start`, `_initialize`, the entry.
#[derive(Debug, Clone)]
struct PlannedCall {
    /// In the index space of the original.
    function: u32,
    arguments: Vec<Val>,
}

/// What is being worked on.
enum Goal {
    Rest(StopReason),
    Forward(Forward),
    Search(Search),
}

/// Forwards until one of these.
#[derive(Debug, Clone, Copy)]
struct Forward {
    /// At this step.
    limit: u64,
    /// When the frame at this address is gone; 1: never.
    base: u32,
    /// Before this place.
    place: Option<Position>,
    breakpoints: bool,
    /// The step from which it began: there, breakpoints do not count.
    from: u64,
    /// Said when the limit or the place is reached or the frame is gone.
    reason: Reached,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reached {
    Step,
    Beginning,
    Breakpoint(BreakpointId),
}

impl Reached {
    fn reason(self) -> StopReason {
        match self {
            Self::Step => StopReason::Step,
            Self::Beginning => StopReason::Beginning,
            Self::Breakpoint(id) => StopReason::Breakpoint(id),
        }
    }
}

/// Where the program is over.
#[derive(Debug, Clone)]
struct End {
    /// How many steps it has.
    step: u64,
    outcome: Outcome,
}

/// What [`DebugSession::execute`] came to.
pub(super) enum Came {
    ToLimit,
    ToBreakpoint(BreakpointId),
    ToPlace,
    FrameGone,
    ToEnd,
    ToWait(Suspend),
    SliceOver,
}

/// See the module's documentation.
pub struct DebugSession {
    program: Rc<Program>,
    /// Taken out only while it is being replaced.
    machine: Option<Machine>,
    names: Names,
    calls: Vec<PlannedCall>,
    /// Which of the calls is under way.
    call: usize,
    history: History,
    breakpoints: Breakpoints,
    hits: std::collections::HashMap<BreakpointId, u64>,
    goal: Goal,
    end: Option<End>,
    /// The most steps there have been on this timeline.
    furthest: u64,
    /// What the person changed, at which step: part of the timeline, and done again whenever it is passed.
    changes: Vec<(u64, Change)>,
    /// How many of the changes have been made where the machine is.
    changed: usize,
    log: Vec<(u64, String)>,
    /// How many bytes of output have been handed out.
    handed_out: u64,
    output: Vec<Output>,
    description: String,
    is_command: bool,
}

impl DebugSession {
    /// Instruments and instantiates a valid module; it then stands before its first instruction.
    ///
    /// # Errors
    ///
    /// As [`Session::start`](crate::engine::runtime::Session::start).
    pub fn start(
        file: &str,
        wasm: &[u8],
        summary: &Summary,
        entry: &Entry,
        limits: Limits,
        wasi: WasiCtx,
    ) -> Result<Self, StartError> {
        let missing = imports::missing(file, summary);
        if !missing.is_empty() {
            return Err(StartError::Problems(missing.into_iter().map(|(_, problem)| problem).collect()));
        }
        let refused = |error: &dyn std::fmt::Display| Box::new(Problem::error(file, error.to_string()));
        let program = Program::new(wasm, limits).map_err(|error| refused(&error))?;
        Self::with_program(file, Rc::new(program), wasm, summary, entry, wasi)
    }

    /// As [`DebugSession::start`], of a program that has been instrumented before.
    ///
    /// # Errors
    ///
    /// As [`DebugSession::start`].
    pub fn with_program(
        file: &str,
        program: Rc<Program>,
        wasm: &[u8],
        summary: &Summary,
        entry: &Entry,
        mut wasi: WasiCtx,
    ) -> Result<Self, StartError> {
        let refused = |error: &dyn std::fmt::Display| Box::new(Problem::error(file, error.to_string()));
        let plan = plan::plan(file, summary, entry)?;
        let exports = exported_functions(wasm).map_err(|error| refused(&error))?;
        let find = |name: &str| exports.iter().find(|(export, _)| export == name).map(|(_, index)| *index);
        let mut calls = Vec::new();
        if let Some(start) = program.instrumented.start {
            calls.push(PlannedCall { function: start, arguments: Vec::new() });
        }
        let initialize = summary.function_export("_initialize").filter(|export| export.params.is_empty());
        if initialize.is_some()
            && plan.name != "_initialize"
            && let Some(function) = find("_initialize")
        {
            calls.push(PlannedCall { function, arguments: Vec::new() });
        }
        if let Some(function) = find(&plan.name) {
            calls.push(PlannedCall { function, arguments: plan.arguments });
        }
        wasi.keep_all_output();
        let machine = Machine::new(&program, wasi).map_err(|(error, host)| {
            match (trap_code(&error), host.limiter.refused()) {
                (_, Some(refusal)) => StartError::Outcome(Outcome::refused(refusal)),
                (Some(code), None) => StartError::Outcome(segment_trap(code, &program.limits)),
                (None, None) => refused(&error).into(),
            }
        })?;
        let mut session = Self {
            names: Names::read(wasm),
            machine: Some(machine),
            program,
            calls,
            call: 0,
            history: History::new(HISTORY_LIMIT),
            breakpoints: Breakpoints::default(),
            hits: Default::default(),
            goal: Goal::Rest(StopReason::Start),
            end: None,
            furthest: 0,
            changes: Vec::new(),
            changed: 0,
            log: Vec::new(),
            handed_out: 0,
            output: Vec::new(),
            description: plan.description,
            is_command: plan.is_command,
        };
        session.begin_call();
        session.remember();
        Ok(session)
    }

    pub fn description(&self) -> &str {
        &self.description
    }

    pub fn program(&self) -> &Rc<Program> {
        &self.program
    }

    pub fn names(&self) -> &Names {
        &self.names
    }

    pub(in crate::engine) fn machine(&self) -> &Machine {
        self.machine.as_ref().expect("the machine is only out while it is replaced")
    }

    pub(super) fn machine_mut(&mut self) -> &mut Machine {
        self.machine.as_mut().expect("the machine is only out while it is replaced")
    }

    /// What the program sees of the world: input, output, files.
    pub fn wasi(&self) -> &WasiCtx {
        &self.host().wasi
    }

    /// See [`DebugSession::wasi`].
    pub fn wasi_mut(&mut self) -> &mut WasiCtx {
        &mut self.host_mut().wasi
    }

    /// How many frames there are.
    pub fn depth(&self) -> u32 {
        self.machine().depth()
    }

    /// How many memories the module has.
    pub fn memories(&self) -> usize {
        self.machine().memories()
    }

    /// The bytes of a memory at this step.
    pub fn memory(&self, index: usize) -> Option<&[u8]> {
        self.machine().memory(index)
    }

    /// The most that all memories together ever had, in bytes.
    pub fn peak_memory(&self) -> u64 {
        self.host().limiter.peak_memory()
    }

    /// The globals at this step, imported ones first.
    pub fn globals(&self) -> Vec<Val> {
        self.machine().globals().collect()
    }

    pub fn is_global_mutable(&self, index: usize) -> bool {
        self.machine().is_global_mutable(index)
    }

    /// How many elements a table has.
    pub fn table_size(&self, index: usize) -> Option<u64> {
        self.machine().table_size(index)
    }

    pub fn table_element(&self, table: usize, index: u64) -> Option<Val> {
        self.machine().table_element(table, index)
    }

    /// Which function a reference is, imported ones counted.
    pub fn function_of(&self, reference: &wasmi::Func) -> Option<u32> {
        self.machine().function_of(reference)
    }

    pub(in crate::engine) fn host(&self) -> &Host {
        self.machine().host()
    }

    fn host_mut(&mut self) -> &mut Host {
        self.machine_mut().host_mut()
    }

    /// How many instructions have been executed before the one it stands at.
    pub fn step(&self) -> u64 {
        self.machine().steps()
    }

    /// How many steps are known: the step of the end if the program has been there.
    pub fn furthest(&self) -> u64 {
        self.furthest.max(self.step())
    }

    /// How the program ended, if it stands at its end.
    pub fn outcome(&self) -> Option<&Outcome> {
        self.end.as_ref().filter(|end| end.step == self.step()).map(|end| &end.outcome)
    }

    /// The steps at which the person changed something and the program took another way.
    pub fn forks(&self) -> Vec<u64> {
        let mut steps: Vec<u64> = self.changes.iter().map(|(step, _)| *step).collect();
        steps.dedup();
        steps
    }

    /// How many bytes the history takes, about.
    pub fn history_bytes(&self) -> usize {
        self.history.used()
    }

    /// Messages of breakpoints that log, with their steps, since the last time.
    pub fn take_log(&mut self) -> Vec<(u64, String)> {
        std::mem::take(&mut self.log)
    }

    /// What was printed for the first time since the last call. What is printed again after going back is not in it: the
    /// first [`DebugSession::output_bytes`] of all that was handed out are what has been printed at this step.
    pub fn take_output(&mut self) -> Vec<Output> {
        self.collect_output();
        std::mem::take(&mut self.output)
    }

    /// How many bytes the program has printed at this step.
    pub fn output_bytes(&self) -> u64 {
        self.host().wasi.output_bytes()
    }

    /// Replaces all breakpoints.
    pub fn set_breakpoints(&mut self, breakpoints: Vec<Breakpoint>) {
        self.redirect(false);
        self.breakpoints = Breakpoints::new(breakpoints);
        self.hits.clear();
        self.redirect(true);
    }

    /// Asks for something. What was being worked on is given up.
    pub fn ask(&mut self, command: Command) {
        let step = self.step();
        let top = self.machine().top();
        let depth = self.machine().depth();
        let forward = |limit, base, place, breakpoints| {
            Goal::Forward(Forward { limit, base, place, breakpoints, from: step, reason: Reached::Step })
        };
        self.goal = match command {
            Command::Continue => forward(u64::MAX, 1, None, true),
            Command::Into => forward(step + 1, 1, None, false),
            Command::Over if self.is_at_call() => forward(u64::MAX, top + 1, None, true),
            Command::Over => forward(step + 1, 1, None, false),
            Command::Out => forward(u64::MAX, top.max(1), None, true),
            Command::RunTo(place) => forward(u64::MAX, 1, Some(place), true),
            Command::JumpToEnd => forward(u64::MAX, 1, None, false),
            Command::JumpTo(step) => self.jump(step, Reached::Step),
            Command::BackInto if step == 0 => Goal::Rest(StopReason::Beginning),
            Command::BackInto => self.jump(step - 1, Reached::Step),
            Command::BackOver => Goal::Search(Search::new(SearchKind::Depth(depth.max(1)), step)),
            Command::BackOut if depth <= 1 => self.jump(0, Reached::Beginning),
            Command::BackOut => Goal::Search(Search::new(SearchKind::Depth(depth - 1), step)),
            Command::BackContinue => Goal::Search(Search::new(SearchKind::Breakpoint, step)),
        };
        if let Goal::Forward(Forward { place: Some(place), .. }) = self.goal {
            self.machine_mut().set_redirect_around(place, true);
        }
    }

    /// Stops where it is.
    pub fn pause(&mut self) {
        if !matches!(self.goal, Goal::Rest(_)) {
            self.rest(StopReason::Pause);
        }
    }

    /// Works on what was asked for, for about so many steps.
    pub fn advance(&mut self, steps: u64) -> DebugProgress {
        let mut left = steps;
        loop {
            match std::mem::replace(&mut self.goal, Goal::Rest(StopReason::Step)) {
                Goal::Rest(reason) => {
                    self.goal = Goal::Rest(reason.clone());
                    return DebugProgress::Stopped(reason);
                }
                Goal::Forward(forward) => {
                    self.goal = Goal::Forward(forward);
                    if let Some(progress) = self.go_forward(forward, &mut left) {
                        return progress;
                    }
                }
                Goal::Search(mut search) => {
                    let found = search.go_on(self, &mut left);
                    match found {
                        None => {
                            let (step, of) = search.progress();
                            self.goal = Goal::Search(search);
                            return DebugProgress::Working { step, of: Some(of) };
                        }
                        Some(Some((step, breakpoint))) => {
                            let reached = breakpoint.map_or(Reached::Step, Reached::Breakpoint);
                            self.goal = self.jump(step, reached);
                        }
                        Some(None) => self.goal = self.jump(0, Reached::Beginning),
                    }
                }
            }
        }
    }

    fn go_forward(&mut self, forward: Forward, left: &mut u64) -> Option<DebugProgress> {
        let came = self.execute(
            &Course {
                limit: forward.limit,
                base: forward.base,
                place: forward.place,
                breakpoints: forward.breakpoints,
                from: forward.from,
            },
            left,
        );
        match came {
            Came::ToLimit | Came::ToPlace | Came::FrameGone => self.rest(forward.reason.reason()),
            Came::ToBreakpoint(id) => self.rest(StopReason::Breakpoint(id)),
            Came::ToEnd => {
                let outcome = self.end.as_ref().map(|end| end.outcome.clone());
                self.rest(outcome.map_or(StopReason::Step, StopReason::Ended));
            }
            Came::ToWait(suspend) => return Some(waiting(suspend)),
            Came::SliceOver => {
                let of = (forward.limit != u64::MAX).then_some(forward.limit);
                return Some(DebugProgress::Working { step: self.step(), of });
            }
        }
        None
    }

    fn rest(&mut self, reason: StopReason) {
        if let Goal::Forward(Forward { place: Some(place), .. }) = self.goal {
            self.machine_mut().set_redirect_around(place, false);
            self.redirect(true);
        }
        self.goal = Goal::Rest(reason);
    }

    /// To a step, by way of the nearest moment before it if that is nearer.
    fn jump(&mut self, step: u64, reason: Reached) -> Goal {
        let step = self.end.as_ref().map_or(step, |end| step.min(end.step));
        self.go_near(step);
        Goal::Forward(Forward { limit: step, base: 1, place: None, breakpoints: false, from: step, reason })
    }

    /// Puts the machine to the latest known moment at or before that step.
    pub(super) fn go_near(&mut self, step: u64) {
        let now = self.step();
        let Some(moment) = self.history.before(step) else { return };
        // Forward from here is as good, unless something waits or failed.
        let is_usable = now <= step && !self.machine().is_waiting() && self.outcome().is_none();
        if is_usable && moment.snapshot.steps() <= now || now == step {
            return;
        }
        let moment = moment.clone();
        self.restore(&moment);
    }

    fn restore(&mut self, moment: &Moment) {
        self.collect_output();
        let Some(machine) = self.machine.take() else { return };
        self.machine = Some(machine.restore(&moment.snapshot));
        self.host_mut().wasi.keep_all_output();
        self.call = moment.call;
        // A moment at the step of a change was taken after it.
        self.changed = self.changes.partition_point(|(step, _)| *step <= moment.snapshot.steps());
        self.redirect(true);
    }

    /// Executes on a course, takes moments on the way.
    pub(super) fn execute(&mut self, course: &Course, left: &mut u64) -> Came {
        if let Some(came) = self.wake() {
            return came;
        }
        loop {
            self.change_again();
            let step = self.step();
            self.furthest = self.furthest.max(step);
            if step > course.from || course.from == u64::MAX {
                if course.breakpoints
                    && let Some(id) = self.breakpoint_here()
                {
                    return Came::ToBreakpoint(id);
                }
                if course.place.is_some() && course.place == self.machine().position() {
                    return Came::ToPlace;
                }
            }
            if step >= course.limit {
                return Came::ToLimit;
            }
            if self.end.as_ref().is_some_and(|end| step >= end.step) {
                return Came::ToEnd;
            }
            // Over a call: the first step makes the frame that is waited for.
            let enters = self.machine().top() < course.base;
            if enters && step != course.from {
                return Came::FrameGone;
            }
            if *left == 0 {
                return Came::SliceOver;
            }
            let bytes = (0..self.machine().memories()).filter_map(|index| self.machine().memory(index));
            let due = self.history.due(step, bytes.map(|bytes| bytes.len() as u64).sum());
            let change = self.changes.get(self.changed).map_or(u64::MAX, |(step, _)| *step);
            let most = (course.limit.min(change) - step).min(*left).min(due.saturating_sub(step)).max(1);
            let mut halt = if enters { Halt::Ready } else { self.machine_mut().run(most, course.base) };
            let single = self.step() == step && matches!(halt, Halt::Ready);
            if single {
                halt = self.machine_mut().step();
            }
            *left = left.saturating_sub((self.step() - step).max(1));
            match halt {
                Halt::Ready if self.step() >= due => self.remember(),
                Halt::Ready => {}
                Halt::Returned => self.next_call(),
                Halt::Waiting(suspend) => return Came::ToWait(suspend),
                Halt::Failed(error) => self.fail(error, single),
            }
        }
    }

    /// Does again what the person changed at this step.
    fn change_again(&mut self) {
        while let Some((_, change)) = self.changes.get(self.changed).filter(|(step, _)| *step == self.step()).cloned() {
            self.changed += 1;
            // It could be done the first time, in the same state.
            let _ = self.apply(change);
        }
    }

    /// Finishes a call of the host that waits.
    fn wake(&mut self) -> Option<Came> {
        if !self.machine().is_waiting() {
            return None;
        }
        match self.machine_mut().resume() {
            Halt::Ready => {}
            Halt::Returned => self.next_call(),
            Halt::Waiting(suspend) => return Some(Came::ToWait(suspend)),
            Halt::Failed(error) => self.fail(error, false),
        }
        None
    }

    fn next_call(&mut self) {
        let call = &self.calls[self.call.min(self.calls.len() - 1)];
        let function = call.function.saturating_sub(self.program.instrumented.imported_functions);
        if self.call + 1 < self.calls.len() {
            self.call += 1;
            self.begin_call();
            return;
        }
        let results: Vec<Shown> = self.machine().results(function).iter().map(value::show).collect();
        let outcome = if self.is_command { Outcome::Exited(0) } else { Outcome::Returned(results) };
        let last = self.step().saturating_sub(1);
        self.furthest = last;
        self.collect_output();
        // Its last instruction is where there still is something to see.
        self.go_back_to(last);
        self.end = Some(End { step: last, outcome });
    }

    fn begin_call(&mut self) {
        let Some(call) = self.calls.get(self.call).cloned() else { return };
        let imported = self.program.instrumented.imported_functions;
        let begun = match call.function.checked_sub(imported) {
            Some(function) => self.machine_mut().begin(function, &call.arguments),
            None => Err(Error::new(
                "the entry is a function that the module imports: there are no instructions to be seen in it",
            )),
        };
        if let Err(error) = begun {
            self.fail(error, true);
        }
    }

    /// The program cannot go on. `exact`: the machine stands at the very instruction.
    fn fail(&mut self, error: Error, exact: bool) {
        let refused = self.host().limiter.refused().cloned();
        let outcome = Outcome::of_error(&error, &self.program.limits, refused.as_ref());
        self.collect_output();
        if !exact && error.as_trap_code().is_some() {
            // Somewhere in the segment that was begun last: go to its start, and on in single steps.
            let last = self.step();
            self.go_back_to_segment(last);
            while self.step() <= last {
                match self.machine_mut().step() {
                    Halt::Ready => {}
                    Halt::Returned | Halt::Waiting(_) | Halt::Failed(_) => break,
                }
            }
        }
        self.furthest = self.step();
        self.end = Some(End { step: self.step(), outcome });
    }

    /// Goes to a step that was passed not long ago, all at once.
    fn go_back_to(&mut self, step: u64) {
        self.go_back_to_segment(step);
        while self.step() < step {
            let halt = self.machine_mut().step();
            match halt {
                Halt::Ready => {}
                Halt::Returned if self.call + 1 < self.calls.len() => self.next_call(),
                Halt::Returned | Halt::Waiting(_) | Halt::Failed(_) => break,
            }
        }
    }

    /// To the start of the segment that the step is in.
    fn go_back_to_segment(&mut self, step: u64) {
        let Some(moment) = self.history.before(step).cloned() else { return };
        self.restore(&moment);
        self.redirect(false);
        loop {
            self.change_again();
            let before = self.step();
            let change = self.changes.get(self.changed).map_or(u64::MAX, |(step, _)| *step);
            let limit = step.min(change);
            match self.machine_mut().run(limit.saturating_sub(before), 1) {
                Halt::Ready if self.step() > before => {}
                Halt::Returned if self.call + 1 < self.calls.len() => self.next_call(),
                // A moment or a change may be in the middle of a segment.
                Halt::Ready if before < step && (limit < step || !self.is_at_segment()) => {
                    let _ = self.machine_mut().step();
                }
                Halt::Ready | Halt::Returned | Halt::Waiting(_) | Halt::Failed(_) => break,
            }
        }
        self.redirect(true);
    }

    fn is_at_segment(&self) -> bool {
        self.machine().position().is_some_and(|position| {
            let info = self.program.instrumented.functions.get(position.function as usize);
            info.is_some_and(|info| {
                info.segments.binary_search_by_key(&position.instruction, |(first, _)| *first).is_ok()
            })
        })
    }

    fn remember(&mut self) {
        let step = self.step();
        let before = self.history.before(step).map(|moment| moment.snapshot.clone());
        let snapshot: Snapshot = self.machine().snapshot(before.as_ref());
        self.history.keep(Moment { snapshot, call: self.call });
    }

    fn collect_output(&mut self) {
        let printed = self.output_bytes();
        let pieces = self.host_mut().wasi.take_output();
        let length: u64 = pieces.iter().map(|piece| piece.bytes.len() as u64).sum();
        let mut at = printed - length.min(printed);
        for mut piece in pieces {
            let known = self.handed_out.saturating_sub(at).min(piece.bytes.len() as u64);
            at += piece.bytes.len() as u64;
            piece.bytes.drain(..known as usize);
            if !piece.bytes.is_empty() {
                self.output.push(piece);
            }
        }
        self.handed_out = self.handed_out.max(at);
    }

    /// Whether the instruction that is next calls a function.
    fn is_at_call(&self) -> bool {
        use crate::engine::instrument::Flow;
        let Some(position) = self.machine().position() else { return false };
        let Some(function) = self.program.instrumented.analyse(position.function) else { return false };
        matches!(
            function.instructions.get(position.instruction as usize).map(|instruction| &instruction.flow),
            Some(Flow::Call)
        )
    }

    /// The breakpoint that says to stop here. One that logs says its message instead.
    fn breakpoint_here(&mut self) -> Option<BreakpointId> {
        if self.breakpoints.is_empty() {
            return None;
        }
        let position = self.machine().position()?;
        let mut stop = None;
        let mut log = Vec::new();
        for breakpoint in self.breakpoints.at(position) {
            let scope = MachineScope::new(self);
            if let Some(condition) = &breakpoint.condition
                && !condition.value(&scope).is_some_and(super::condition::Number::holds)
            {
                continue;
            }
            let hits = self.hits.get(&breakpoint.id).copied().unwrap_or(0) + 1;
            log.push((breakpoint.id, hits, None));
            if hits < breakpoint.from_hit {
                continue;
            }
            match &breakpoint.log {
                Some(message) => {
                    if let Some(last) = log.last_mut() {
                        last.2 = Some(scope.message(message));
                    }
                }
                None => stop = stop.or(Some(breakpoint.id)),
            }
        }
        let step = self.step();
        for (id, hits, message) in log {
            self.hits.insert(id, hits);
            if let Some(message) = message {
                self.log.push((step, message));
            }
        }
        stop
    }

    /// Makes the run functions leave at breakpoints, or pass them.
    fn redirect(&mut self, leave: bool) {
        let positions: Vec<Position> = self.breakpoints.positions().collect();
        for position in positions {
            self.machine_mut().set_redirect_around(position, leave);
        }
    }

    /// The program takes another way from here: what was known of later steps is forgotten.
    pub(super) fn fork(&mut self, change: Change) {
        let step = self.step();
        self.history.forget_from(step);
        self.wasi_mut().forget_what_comes();
        self.end = None;
        self.furthest = step;
        self.handed_out = self.output_bytes();
        self.changes.retain(|(changed, _)| *changed <= step);
        self.changes.push((step, change));
        self.changed = self.changes.len();
        self.goal = Goal::Rest(StopReason::Step);
        self.remember();
    }
}

/// How far to execute.
pub(super) struct Course {
    pub limit: u64,
    pub base: u32,
    pub place: Option<Position>,
    pub breakpoints: bool,
    /// At this step neither breakpoints nor the place count; `u64::MAX`: they count everywhere.
    pub from: u64,
}

fn waiting(suspend: Suspend) -> DebugProgress {
    match suspend {
        Suspend::NeedsInput => DebugProgress::Waiting { input: true, until: None },
        Suspend::SleepUntil { monotonic_ns } => DebugProgress::Waiting { input: false, until: Some(monotonic_ns) },
        Suspend::NeedsInputOrUntil { monotonic_ns } => {
            DebugProgress::Waiting { input: true, until: Some(monotonic_ns) }
        }
    }
}

fn exported_functions(wasm: &[u8]) -> wasmparser::Result<Vec<(String, u32)>> {
    let mut exports = Vec::new();
    for payload in wasmparser::Parser::new(0).parse_all(wasm) {
        if let wasmparser::Payload::ExportSection(section) = payload? {
            for export in section {
                let export = export?;
                if export.kind == wasmparser::ExternalKind::Func {
                    exports.push((export.name.to_owned(), export.index));
                }
            }
        }
    }
    Ok(exports)
}
