//! The debugger's commands that wait for one another: the user may be faster than the debugger.
//! `ui/hooks/use_debugger` carries out the effects.

use std::collections::VecDeque;
use std::rc::Rc;

use super::debug::{DebugAction, DebugState};
use super::settings::StepBy;
use super::sources::{SourceText, SourcesState};
use crate::protocol::{DebugCommand, DebugView, Event, LineCommand, Outcome, RunId, StopReason};
use crate::ui::selectors::debug::{goes_on, impossible};
use crate::ui::selectors::sources::innermost_given;

/// How many steps the user can be ahead of the debugger.
const MOST_WAITING: usize = 256;

/// The commands that wait.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CommandQueue {
    /// Commands requested while the debugger was busy.
    waiting: VecDeque<DebugCommand>,
    /// The last run that was seen to start.
    begun: RunId,
}

/// What the queue reads of the page, in its state at the event.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    pub debug: &'a DebugState,
    pub step_by: StepBy,
    pub sources: &'a SourcesState,
    /// The source files that the user supplied.
    pub texts: &'a [SourceText],
}

#[derive(Debug, Clone, PartialEq)]
pub enum QueueEvent {
    /// The user gives a command.
    Pressed(DebugCommand),
    /// The key of a command is held down: it is repeated as fast as the debugger can, and not after the key was
    /// released.
    Held(DebugCommand),
    /// Playback continues with a command.
    Played(DebugCommand),
    /// The user cancels what the debugger is doing.
    Paused,
    /// From the worker, about the last run; the debugger's state has it already.
    Received(Rc<Event>),
}

#[derive(Debug, Clone, PartialEq)]
pub enum QueueEffect {
    Debug(DebugAction),
    /// Sends a command to the worker.
    Send(DebugCommand),
    /// Cancels the command that the worker executes.
    Pause,
    /// Moves the focus to the line of standard input.
    FocusInput,
}

impl CommandQueue {
    /// The queue after `event`, and what the page does about it.
    #[must_use]
    pub fn apply(mut self, event: QueueEvent, seen: Seen) -> (Self, Vec<QueueEffect>) {
        let mut effects = Vec::new();
        match event {
            QueueEvent::Pressed(command) => self.press(command, seen, &mut effects),
            QueueEvent::Held(command) if self.waiting.is_empty() => self.press(command, seen, &mut effects),
            QueueEvent::Held(_) => {}
            QueueEvent::Played(command) => self.command(command, seen, &mut effects),
            QueueEvent::Paused => {
                self.waiting.clear();
                effects.push(QueueEffect::Debug(DebugAction::Play(None)));
                effects.push(QueueEffect::Pause);
            }
            QueueEvent::Received(event) => match &*event {
                Event::DebugStopped { run, view } => self.stop(*run, view, seen, &mut effects),
                Event::Finished { .. } | Event::ChangeRefused { .. } => self.waiting.clear(),
                _ => {}
            },
        }
        (self, effects)
    }

    /// A command from the user; it stops playback.
    #[inline(never)] // In the rest (`xtask/src/hooks/parts.rs`).
    fn press(&mut self, command: DebugCommand, seen: Seen, effects: &mut Vec<QueueEffect>) {
        effects.push(QueueEffect::Debug(DebugAction::Play(None)));
        if seen.debug.asks() && goes_on(&command) {
            // It cannot go on before it is answered.
            return effects.push(QueueEffect::FocusInput);
        }
        if let Some(reason) = impossible(seen.debug, &command) {
            return effects.push(QueueEffect::Debug(DebugAction::Refused(reason)));
        }
        self.command(command, seen, effects);
    }

    /// Runs a command, forwards or backwards. If the debugger is busy with a short one, this one is queued.
    #[inline(never)] // In the rest (`xtask/src/hooks/parts.rs`).
    fn command(&mut self, command: DebugCommand, seen: Seen, effects: &mut Vec<QueueEffect>) {
        let command = if seen.step_by == StepBy::Line { by_lines(command) } else { command };
        if seen.debug.is_stopped() {
            effects.push(QueueEffect::Send(command));
        } else if seen.debug.is_on() {
            // While the user drags a slider, only the latest position matters.
            if matches!(command, DebugCommand::JumpTo { .. }) {
                self.waiting.clear();
            }
            if self.waiting.len() < MOST_WAITING {
                self.waiting.push_back(command);
            }
        }
    }

    fn stop(&mut self, run: RunId, view: &DebugView, seen: Seen, effects: &mut Vec<QueueEffect>) {
        let is_first = std::mem::replace(&mut self.begun, run) != run;
        if is_first && view.reason == StopReason::Start && seen.sources.shows_source(seen.texts) {
            // The code before it belongs to the standard library; the timeline can go back to it.
            return effects.push(QueueEffect::Send(DebugCommand::Line(LineCommand::Into)));
        }
        if matches!(view.reason, StopReason::Ended { outcome: Outcome::Trapped { .. } })
            && let Some((frame, level)) = innermost_given(view, seen.texts)
        {
            effects.push(QueueEffect::Debug(DebugAction::SelectCall { frame, level }));
        }
        let Some(next) = self.waiting.pop_front() else { return };
        // A user who steps faster than the debugger must not run past a breakpoint.
        let goes_on = matches!(view.reason, StopReason::Step | StopReason::Start);
        if goes_on || matches!(next, DebugCommand::JumpTo { .. }) {
            self.command(next, seen, effects);
        } else {
            self.waiting.clear();
        }
    }
}

/// The equivalent line step.
fn by_lines(command: DebugCommand) -> DebugCommand {
    DebugCommand::Line(match command {
        DebugCommand::Into => LineCommand::Into,
        DebugCommand::Over => LineCommand::Over,
        DebugCommand::Out => LineCommand::Out,
        DebugCommand::BackInto => LineCommand::BackInto,
        DebugCommand::BackOver => LineCommand::BackOver,
        DebugCommand::BackOut => LineCommand::BackOut,
        other => return other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Counters, SourceFile, SourcePlace, Trap};
    use crate::ui::selectors::sources::tests::frame;
    use crate::ui::state::debug::Direction;
    use crate::ui::state::debug::tests::view;
    use crate::ui::state::sources::SourcesAction;
    use QueueEffect::{Debug, Send};

    /// The queue together with the debugger's state, to which every effect is applied as the page does.
    #[derive(Clone)]
    struct Page {
        queue: CommandQueue,
        debug: DebugState,
        step_by: StepBy,
        sources: SourcesState,
        texts: Vec<SourceText>,
        /// The effects of the last event.
        effects: Vec<QueueEffect>,
    }

    impl Page {
        fn debugging() -> Self {
            let debug = DebugState::default().apply(DebugAction::Begin { run: 1, text: None });
            Self {
                queue: CommandQueue::default(),
                debug,
                step_by: StepBy::Instruction,
                sources: SourcesState::default(),
                texts: Vec::new(),
                effects: Vec::new(),
            }
        }

        fn of_source() -> Self {
            let files = vec![SourceFile { path: "main.rs".into(), is_library: false, landmarks: Vec::new() }];
            let listed = Event::SourcesListed { version: 0, files, problem: None };
            Self {
                step_by: StepBy::Line,
                sources: SourcesState::default().apply(SourcesAction::Received(listed.into())),
                texts: vec![SourceText { path: "main.rs".into(), text: "fn main() {}".into() }],
                ..Self::debugging()
            }
        }

        fn apply_all(mut self, events: impl IntoIterator<Item = QueueEvent>) -> Self {
            for event in events {
                if let QueueEvent::Received(event) = &event {
                    self.debug = self.debug.apply(DebugAction::Received(event.clone()));
                }
                let seen =
                    Seen { debug: &self.debug, step_by: self.step_by, sources: &self.sources, texts: &self.texts };
                let (queue, effects) = self.queue.apply(event, seen);
                for effect in &effects {
                    match effect {
                        Debug(action) => self.debug = self.debug.apply(action.clone()),
                        Send(_) => self.debug = self.debug.apply(DebugAction::Requested),
                        QueueEffect::Pause | QueueEffect::FocusInput => {}
                    }
                }
                self = Self { queue, effects, ..self };
            }
            self
        }

        /// The command that the last event sent.
        fn sent(&self) -> Option<&DebugCommand> {
            self.effects.iter().find_map(|effect| if let Send(command) = effect { Some(command) } else { None })
        }
    }

    fn pressed(command: DebugCommand) -> QueueEvent {
        QueueEvent::Pressed(command)
    }

    fn received(event: Event) -> QueueEvent {
        QueueEvent::Received(Rc::new(event))
    }

    fn stopped(step: u64, reason: StopReason) -> QueueEvent {
        received(Event::DebugStopped { run: 1, view: Box::new(view(step, reason)) })
    }

    fn started() -> QueueEvent {
        stopped(0, StopReason::Start)
    }

    fn finished() -> QueueEvent {
        received(Event::Finished { run: 1, outcome: Outcome::Stopped, counters: Counters::default() })
    }

    #[test]
    fn a_command_is_sent_at_once_if_the_program_is_stopped() {
        let page = Page::debugging().apply_all([started(), pressed(DebugCommand::Into)]);
        assert_eq!(page.effects, [Debug(DebugAction::Play(None)), Send(DebugCommand::Into)]);
        assert!(page.queue.waiting.is_empty());
        let idle = Page { debug: DebugState::default(), ..Page::debugging() };
        let idle = idle.apply_all([pressed(DebugCommand::Into)]);
        assert!(idle.sent().is_none() && idle.queue.waiting.is_empty(), "nothing is being debugged");
    }

    #[test]
    fn commands_wait_for_one_another_in_their_order() {
        let pressed = [DebugCommand::Into, DebugCommand::Over, DebugCommand::Out].map(pressed);
        let page = Page::debugging().apply_all([started()]).apply_all(pressed);
        assert_eq!(page.sent(), None);
        let page = page.apply_all([stopped(1, StopReason::Step)]);
        assert_eq!(page.sent(), Some(&DebugCommand::Over));
        let page = page.apply_all([stopped(2, StopReason::Step)]);
        assert_eq!(page.sent(), Some(&DebugCommand::Out));
        assert_eq!(page.apply_all([stopped(3, StopReason::Step)]).sent(), None);
    }

    #[test]
    fn steps_that_wait_do_not_run_past_a_breakpoint_and_a_jump_does() {
        let hit = || stopped(1, StopReason::Breakpoint { id: 0, condition_error: None });
        let waiting =
            [started(), pressed(DebugCommand::Into), pressed(DebugCommand::Into), pressed(DebugCommand::Into)];
        let page = Page::debugging().apply_all(waiting).apply_all([hit()]);
        assert_eq!((page.sent(), page.queue.waiting.len()), (None, 0));
        let jump = DebugCommand::JumpTo { step: 9 };
        let page = Page::debugging().apply_all([started(), pressed(DebugCommand::Into), pressed(jump.clone()), hit()]);
        assert_eq!(page.sent(), Some(&jump));
    }

    #[test]
    fn while_a_slider_is_dragged_only_the_latest_position_matters() {
        let jumps = (1..=5).map(|step| pressed(DebugCommand::JumpTo { step }));
        let page = Page::debugging().apply_all([started(), pressed(DebugCommand::Into)]).apply_all(jumps);
        assert_eq!(page.queue.waiting, [DebugCommand::JumpTo { step: 5 }]);
    }

    #[test]
    fn the_user_is_ahead_by_a_limited_number_of_steps() {
        let steps = (0..2 * MOST_WAITING).map(|_| pressed(DebugCommand::Into));
        assert_eq!(Page::debugging().apply_all([started()]).apply_all(steps).queue.waiting.len(), MOST_WAITING);
    }

    #[test]
    fn a_key_that_is_held_down_is_at_most_one_step_ahead() {
        let held = (0..9).map(|_| QueueEvent::Held(DebugCommand::Into));
        let page = Page::debugging().apply_all([started()]).apply_all(held);
        assert_eq!(page.queue.waiting, [DebugCommand::Into]);
    }

    #[test]
    fn pausing_a_refused_change_and_the_end_drop_what_waits() {
        let refused = received(Event::ChangeRefused { run: 1, message: "not a number".into() });
        for end in [QueueEvent::Paused, refused, finished()] {
            let waiting = [started(), pressed(DebugCommand::Continue), pressed(DebugCommand::Into)];
            let page = Page::debugging().apply_all(waiting);
            assert_eq!(page.queue.waiting.len(), 1);
            assert!(page.apply_all([end]).queue.waiting.is_empty());
        }
        let page = Page::debugging().apply_all([started(), pressed(DebugCommand::Continue), QueueEvent::Paused]);
        assert_eq!(page.effects, [Debug(DebugAction::Play(None)), QueueEffect::Pause]);
    }

    #[test]
    fn a_program_that_waits_for_input_goes_back_but_not_on() {
        let asking = Page::debugging().apply_all([started(), stopped(4, StopReason::Input)]);
        let on = asking.clone().apply_all([pressed(DebugCommand::Line(LineCommand::Over))]);
        assert_eq!(on.effects, [Debug(DebugAction::Play(None)), QueueEffect::FocusInput]);
        assert_eq!(asking.apply_all([pressed(DebugCommand::BackInto)]).sent(), Some(&DebugCommand::BackInto));
    }

    #[test]
    fn playback_goes_on_until_the_user_presses_something() {
        let mut page = Page::debugging().apply_all([started()]);
        page.debug = page.debug.apply(DebugAction::Play(Some(Direction::Forwards)));
        let page = page.apply_all([QueueEvent::Played(DebugCommand::Into), stopped(1, StopReason::Step)]);
        assert_eq!(page.debug.playing, Some(Direction::Forwards));
        assert_eq!(page.apply_all([pressed(DebugCommand::Into)]).debug.playing, None);
    }

    #[test]
    fn source_is_stepped_by_line_and_the_first_stop_is_in_it() {
        let page = Page::of_source().apply_all([started()]);
        assert_eq!(page.effects, [Send(DebugCommand::Line(LineCommand::Into))], "past the standard library");
        let page = page.apply_all([stopped(50, StopReason::Step)]);
        assert_eq!(page.sent(), None);
        let page = page.apply_all([pressed(DebugCommand::BackOver)]);
        assert_eq!(page.sent(), Some(&DebugCommand::Line(LineCommand::BackOver)));
        // The user goes back to the start.
        assert_eq!(page.apply_all([started()]).sent(), None);
    }

    #[test]
    fn a_trap_selects_the_innermost_call_whose_source_is_there() {
        let at = |file: &str| Some(SourcePlace { file: file.into(), line: 1, column: 1 });
        let frames = vec![frame("alloc", at("alloc.rs"), Vec::new()), frame("main", at("main.rs"), Vec::new())];
        let (code, message, help) = ("unreachable".into(), String::new(), String::new());
        let outcome = Outcome::Trapped { trap: Trap { code, panics: false, message, help } };
        let view = DebugView { frames, ..view(7, StopReason::Ended { outcome }) };
        let page =
            Page::of_source().apply_all([started(), received(Event::DebugStopped { run: 1, view: view.into() })]);
        assert_eq!(page.effects, [Debug(DebugAction::SelectCall { frame: 1, level: 0 })]);
    }

    #[test]
    fn a_command_that_is_impossible_says_why() {
        let refused = |page: &Page| page.debug.refused.as_deref().map(|reason| reason.contains("ended"));
        let start = Page::debugging().apply_all([started(), pressed(DebugCommand::BackInto)]);
        assert_eq!((start.sent(), refused(&start)), (None, Some(false)));
        let ended = StopReason::Ended { outcome: Outcome::Exited { code: 0 } };
        let end = start.apply_all([stopped(7, ended), pressed(DebugCommand::Into)]);
        assert_eq!((end.sent(), refused(&end)), (None, Some(true)));
        let back = end.apply_all([pressed(DebugCommand::BackInto)]);
        assert_eq!((back.sent(), refused(&back)), (Some(&DebugCommand::BackInto), None));
    }
}
