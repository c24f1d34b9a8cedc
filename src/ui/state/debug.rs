//! The debugger as the page knows it: its position, and the breakpoints, which outlive a run.

use std::rc::Rc;

use super::breakpoints::{BreakpointChange, Breakpoints};
use super::debug_notes::DebugNotes;
use super::expressions::{ExpressionChange, Expressions};
use crate::protocol::{DebugFrame, DebugView, Event, Outcome, RunId, SourceVariable, StopReason, TimelineMark};

/// The state of the debugger.
#[derive(Debug, Clone, PartialEq)]
pub enum DebugPhase {
    /// Nothing is being debugged.
    Idle,
    /// Sent to the worker; it compiles and instruments.
    Starting,
    Stopped(Rc<DebugView>),
    /// Executing a command. The last view is still shown.
    Working {
        /// The current step, once it has been reported, and the target step, if it is known.
        progress: Option<(u64, Option<u64>)>,
        last: Rc<DebugView>,
    },
}

/// The debugger, and what the user has chosen to see of it.
#[derive(Debug, Clone, PartialEq)]
pub struct DebugState {
    pub run: RunId,
    pub phase: DebugPhase,
    pub breakpoints: Breakpoints,
    pub expressions: Expressions,
    /// The selected frame; the topmost is 0.
    pub frame: usize,
    /// Which of the calls that are inlined in it; the innermost is 0, the last is the function itself.
    pub level: usize,
    pub base: Base,
    /// The last address to show, preceded by a counter of such requests.
    pub address: (u32, u64),
    /// The text being debugged, if it was in the editor at the time.
    pub text: Option<Rc<str>>,
    /// The marks on the timeline.
    pub marks: Rc<[TimelineMark]>,
    /// The source variables, and the frame they belong to.
    pub variables: Option<(usize, Rc<[SourceVariable]>)>,
    /// Why the last request was refused.
    pub refused: Option<Rc<str>>,
    /// Set while playing, in this direction.
    pub playing: Option<Direction>,
}

/// How integers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Base {
    #[default]
    Signed,
    Unsigned,
    Hex,
    /// Only for numbers of up to 64 bits; vectors are written in hexadecimal.
    Binary,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Forwards,
    Backwards,
}

#[derive(Debug, Clone, PartialEq)]
pub enum DebugAction {
    /// **Debug** was pressed, or "Show me where".
    Begin {
        run: RunId,
        text: Option<Rc<str>>,
    },
    /// A plain run began, or the worker is gone: debugging has ended.
    End,
    /// A command was requested.
    Requested,
    /// A command is impossible here, and why.
    Refused(&'static str),
    /// Selects a call of a frame, inlined or not.
    SelectCall {
        frame: usize,
        level: usize,
    },
    ShowIn(Base),
    /// Shows an address in the Memory panel.
    ShowAddress(u64),
    Play(Option<Direction>),
    /// The user changes the breakpoints.
    Breakpoints(BreakpointChange),
    /// The user changes the watch expressions.
    Expressions(ExpressionChange),
    /// Another program was opened, with its stored debugging setup.
    Opened(Rc<DebugNotes>),
    /// From the worker; events about other runs are ignored.
    Received(Rc<Event>),
}

impl Default for DebugState {
    fn default() -> Self {
        Self {
            run: 0,
            phase: DebugPhase::Idle,
            breakpoints: Breakpoints::default(),
            expressions: Expressions::default(),
            frame: 0,
            level: 0,
            base: Base::default(),
            address: (0, 0),
            text: None,
            marks: Rc::new([]),
            variables: None,
            refused: None,
            playing: None,
        }
    }
}

impl DebugState {
    pub fn apply(&self, action: DebugAction) -> Self {
        let mut next = self.clone();
        match action {
            DebugAction::Begin { run, text } => {
                next = Self {
                    run,
                    phase: DebugPhase::Starting,
                    breakpoints: self.breakpoints.forget_lines(),
                    expressions: self.expressions.forget_results(),
                    base: self.base,
                    address: self.address,
                    text,
                    ..Self::default()
                };
            }
            DebugAction::End => next.end(),
            DebugAction::Requested => {
                next.refused = None;
                if let DebugPhase::Stopped(view) = &self.phase {
                    next.phase = DebugPhase::Working { progress: None, last: view.clone() };
                }
            }
            DebugAction::Refused(reason) => next.refused = Some(reason.into()),
            DebugAction::SelectCall { frame, level } => (next.frame, next.level) = (frame, level),
            DebugAction::ShowIn(base) => next.base = base,
            DebugAction::ShowAddress(address) => next.address = (self.address.0 + 1, address),
            DebugAction::Play(direction) => next.playing = direction.filter(|_| self.is_on()),
            DebugAction::Breakpoints(change) => next.breakpoints = self.breakpoints.apply(change),
            DebugAction::Expressions(change) => next.expressions = self.expressions.apply(change),
            DebugAction::Opened(notes) => {
                next.breakpoints = Breakpoints::of(&notes.breakpoints);
                next.expressions = Expressions::of_texts(&notes.expressions);
                next.text = None;
            }
            DebugAction::Received(event) => next.on_event(&event),
        }
        next
    }

    /// Whether something is being debugged.
    pub fn is_on(&self) -> bool {
        self.phase != DebugPhase::Idle
    }

    /// Whether a command can be accepted now.
    pub fn is_stopped(&self) -> bool {
        matches!(self.phase, DebugPhase::Stopped(_))
    }

    /// Whether the program waits for a line to be typed.
    pub fn asks(&self) -> bool {
        self.is_stopped() && self.view().is_some_and(|view| view.reason == StopReason::Input)
    }

    /// Whether it is at the program's end, where no more input is read.
    pub fn is_over(&self) -> bool {
        self.outcome().is_some()
    }

    /// How the program has ended, if it has.
    pub fn outcome(&self) -> Option<&Outcome> {
        match &self.view()?.reason {
            StopReason::Ended { outcome } => Some(outcome),
            _ => None,
        }
    }

    /// Whether there is something to cancel.
    pub fn is_working(&self) -> bool {
        matches!(self.phase, DebugPhase::Working { .. })
    }

    /// Whether the program has ended here, so that it cannot continue.
    pub fn is_at_end(&self) -> bool {
        self.is_over() && self.is_stopped()
    }

    /// The current view, or the last one.
    pub fn view(&self) -> Option<&Rc<DebugView>> {
        match &self.phase {
            DebugPhase::Stopped(view) | DebugPhase::Working { last: view, .. } => Some(view),
            DebugPhase::Idle | DebugPhase::Starting => None,
        }
    }

    /// The selected frame.
    pub fn selected_frame(&self) -> Option<&DebugFrame> {
        self.view()?.frames.get(self.frame)
    }

    /// The variables of the selected call; `None` if those of the frame are unknown.
    pub fn shown_variables(&self) -> Option<impl Iterator<Item = &SourceVariable>> {
        let (_, variables) = self.variables.as_ref().filter(|(frame, all)| *frame == self.frame && !all.is_empty())?;
        Some(variables.iter().filter(|variable| variable.level as usize == self.level))
    }

    fn end(&mut self) {
        self.expressions = self.expressions.forget_results();
        self.phase = DebugPhase::Idle;
        self.playing = None;
        self.refused = None;
        self.variables = None;
        (self.frame, self.level) = (0, 0);
    }

    fn on_event(&mut self, event: &Event) {
        match event {
            Event::DebugStopped { run, view } if *run == self.run && self.is_on() => self.stop(view),
            Event::DebugWorking { run, step, of } if *run == self.run => {
                if let Some(last) = self.view().cloned() {
                    self.phase = DebugPhase::Working { progress: Some((*step, *of)), last };
                }
            }
            Event::BreakpointsPlaced { run, breakpoints } if *run == self.run => {
                self.breakpoints = self.breakpoints.placed(breakpoints);
            }
            Event::Evaluated { run, step, evaluations } if *run == self.run && self.is_on() => {
                self.expressions = self.expressions.worked_out(*step, evaluations);
            }
            Event::Frames { run, step, from, frames } if *run == self.run => self.more_frames(*step, *from, frames),
            Event::Variables { run, frame, variables, .. } if *run == self.run && self.is_on() => {
                self.variables = Some((*frame as usize, variables.as_slice().into()));
            }
            Event::Marks { run, marks } if *run == self.run && self.is_on() => self.marks = marks.as_slice().into(),
            Event::ChangeRefused { run, message } if *run == self.run => {
                self.refused = Some(message.as_str().into());
                // Nothing has been executed, so the position is the same.
                if let DebugPhase::Working { last, progress: None } = &self.phase {
                    self.phase = DebugPhase::Stopped(last.clone());
                }
            }
            Event::Finished { run, .. } if *run == self.run => self.end(),
            _ => {}
        }
    }

    /// Frames further down the call stack, if the program is still where they were asked for.
    fn more_frames(&mut self, step: u64, from: u32, frames: &[DebugFrame]) {
        let DebugPhase::Stopped(view) = &mut self.phase else { return };
        if view.step == step && view.frames.len() == from as usize {
            Rc::make_mut(view).frames.extend_from_slice(frames);
        }
    }

    fn stop(&mut self, view: &DebugView) {
        let before = self.view().map(|view| (view.step, view.depth));
        // A different call is on top of the stack, or the call is further down than what a stop sends: the selection no
        // longer applies.
        if before != Some((view.step, view.depth)) || self.frame >= view.frames.len() {
            (self.frame, self.level) = (0, 0);
        }
        self.refused = None;
        // Playback continues as long as each stop is an ordinary step.
        if view.reason != StopReason::Step && view.reason != StopReason::Start {
            self.playing = None;
        }
        if self.playing == Some(Direction::Backwards) && view.step == 0 {
            self.playing = None;
        }
        self.phase = DebugPhase::Stopped(Rc::new(view.clone()));
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::protocol::{BreakpointKind, Counters, Outcome};

    pub fn view(step: u64, reason: StopReason) -> DebugView {
        DebugView {
            step,
            furthest: step,
            reason,
            sentence: Vec::new(),
            frames: Vec::new(),
            depth: 1,
            globals: Vec::new(),
            tables: Vec::new(),
            printed: 0,
            forks: Vec::new(),
            log: Vec::new(),
            regions: Vec::new(),
            written: Vec::new(),
            read: Vec::new(),
            last_access: None,
        }
    }

    fn apply_all(actions: impl IntoIterator<Item = DebugAction>) -> DebugState {
        actions.into_iter().fold(DebugState::default(), |state, action| state.apply(action))
    }

    fn received(event: Event) -> DebugAction {
        DebugAction::Received(Rc::new(event))
    }

    fn stopped(step: u64, reason: StopReason) -> DebugAction {
        received(Event::DebugStopped { run: 1, view: Box::new(view(step, reason)) })
    }

    fn begun() -> [DebugAction; 2] {
        [DebugAction::Begin { run: 1, text: None }, stopped(0, StopReason::Start)]
    }

    #[test]
    fn a_step_is_asked_for_and_answered() {
        let state = apply_all(begun());
        assert!(state.is_stopped());
        let state = state.apply(DebugAction::Requested);
        assert!(state.is_working());
        assert_eq!(state.view().map(|view| view.step), Some(0), "the last view is still there");
        let state = state.apply(stopped(1, StopReason::Step));
        assert!(state.is_stopped());
        assert_eq!(state.view().map(|view| view.step), Some(1));
    }

    #[test]
    fn progress_is_kept_until_it_stops() {
        let state = apply_all(begun()).apply(DebugAction::Requested);
        let state = state.apply(received(Event::DebugWorking { run: 1, step: 70, of: Some(90) }));
        assert!(matches!(&state.phase, DebugPhase::Working { progress: Some((70, Some(90))), last } if last.step == 0));
        let state = state.apply(stopped(90, StopReason::Pause));
        assert!(state.is_stopped());
    }

    #[test]
    fn what_belongs_to_another_run_changes_nothing() {
        let state = apply_all(begun()).apply(DebugAction::Begin { run: 2, text: None });
        assert_eq!(state.apply(stopped(5, StopReason::Step)), state);
        let finished = Event::Finished { run: 1, outcome: Outcome::Stopped, counters: Counters::default() };
        assert_eq!(state.apply(received(finished)), state);
        // A view that arrives after the end does not restart debugging.
        let over = apply_all(begun()).apply(DebugAction::End);
        assert_eq!(over.apply(stopped(5, StopReason::Step)), over);
    }

    #[test]
    fn breakpoints_stay_when_the_run_is_over_and_go_with_the_program() {
        let toggle = BreakpointChange::Toggle(BreakpointKind::Line { file: None, line: 3 });
        let state = apply_all(begun()).apply(DebugAction::Breakpoints(toggle));
        let finished = Event::Finished { run: 1, outcome: Outcome::Stopped, counters: Counters::default() };
        let state = state.apply(received(finished));
        assert_eq!(state.phase, DebugPhase::Idle);
        assert_eq!(state.breakpoints.list.len(), 1);
        let state = state.apply(DebugAction::Begin { run: 2, text: None });
        assert_eq!(state.breakpoints.list.len(), 1);
        let notes = DebugNotes { expressions: vec!["depth".into()], ..DebugNotes::default() };
        let opened = state.apply(DebugAction::Opened(notes.into()));
        assert!(opened.breakpoints.list.is_empty());
        assert_eq!(opened.expressions.texts(), ["depth".into()]);
    }

    #[test]
    fn more_of_the_call_stack_is_added_where_it_was_asked_for() {
        let frames = |step, from| {
            received(Event::Frames { run: 1, step, from, frames: vec![crate::ui::selectors::debug::tests::frame(1)] })
        };
        let count = |state: &DebugState| state.view().map_or(0, |view| view.frames.len());
        let state = apply_all(begun()).apply(frames(0, 0)).apply(frames(0, 1));
        assert_eq!(count(&state), 2);
        assert_eq!(count(&state.apply(frames(0, 1))), 2, "the same once more");
        assert_eq!(count(&state.apply(frames(7, 2))), 2, "from another step");
        let selected = state.apply(DebugAction::SelectCall { frame: 1, level: 0 });
        assert_eq!(selected.apply(stopped(0, StopReason::Step)).frame, 0, "it is not sent again");
    }

    #[test]
    fn a_refused_change_leaves_everything_where_it_was() {
        let state = apply_all(begun()).apply(DebugAction::Requested);
        let state = state.apply(received(Event::ChangeRefused { run: 1, message: "not a number".into() }));
        assert!(state.is_stopped());
        assert_eq!(state.refused.as_deref(), Some("not a number"));
        assert_eq!(state.apply(DebugAction::Requested).refused, None);
    }

    #[test]
    fn playing_ends_where_the_program_ends_waits_or_began() {
        let playing = apply_all(begun()).apply(DebugAction::Play(Some(Direction::Forwards)));
        assert_eq!(playing.apply(stopped(1, StopReason::Step)).playing, Some(Direction::Forwards));
        assert_eq!(playing.apply(stopped(1, StopReason::Input)).playing, None);
        let ended = StopReason::Ended { outcome: Outcome::Exited { code: 0 } };
        assert_eq!(playing.apply(stopped(1, ended)).playing, None);
        let back = playing.apply(DebugAction::Play(Some(Direction::Backwards)));
        assert_eq!(back.apply(stopped(0, StopReason::Step)).playing, None);
        assert_eq!(apply_all([DebugAction::Play(Some(Direction::Forwards))]).playing, None);
    }

    #[test]
    fn the_state_says_whether_input_is_awaited() {
        let asking = apply_all(begun()).apply(stopped(1, StopReason::Input));
        assert!(asking.asks() && !asking.is_over());
        assert!(!asking.apply(DebugAction::Requested).asks());
        let over = asking.apply(stopped(2, StopReason::Ended { outcome: Outcome::Exited { code: 0 } }));
        assert!(over.is_over() && !over.asks());
        assert!(!over.apply(stopped(1, StopReason::Step)).is_over());
    }

    #[test]
    fn a_chosen_frame_is_left_by_the_next_step_and_kept_by_a_change() {
        let stopped_in_three = |step| {
            let frames = vec![crate::ui::selectors::debug::tests::frame(1); 3];
            let view = DebugView { frames, ..view(step, StopReason::Step) };
            received(Event::DebugStopped { run: 1, view: Box::new(view) })
        };
        let state = apply_all(begun()).apply(stopped_in_three(0));
        let state = state.apply(DebugAction::SelectCall { frame: 2, level: 1 });
        assert_eq!(state.apply(stopped_in_three(0)).frame, 2);
        assert_eq!(state.apply(stopped_in_three(1)).frame, 0);
    }
}
