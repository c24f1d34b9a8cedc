//! What the console has not shown yet: a program may print faster than the page can draw.
//!
//! The console takes a portion at a time, which becomes smaller when the last one took long to draw. As much waits as
//! the console keeps; older output would be gone before anyone had seen it, and is passed over.

use std::collections::VecDeque;
use std::rc::Rc;

use super::console::{CAPACITY, ConsoleAction, MOST_LINES, MOST_SPANS};
use crate::protocol::{OutputChunk, RunId};
use crate::ui::selectors::terminal::{SPELLED, reorders_text};

/// How much is drawn at a time, as a cost: see [`affordable`].
const LEAST_PORTION: usize = CAPACITY / 256;
/// The first time, fonts are loaded and code is compiled: 32 KiB then took 300 ms to draw, later 50.
const FIRST_PORTION: usize = LEAST_PORTION;
const MOST_PORTION: usize = CAPACITY / 16;
/// How long drawing a portion may take, in milliseconds.
const AIM_MS: f64 = 12.0;

/// The console's next actions, in order.
#[derive(Debug)]
pub struct ConsoleFeed {
    /// Output that was passed over, and what happened before the end of it: costs nothing.
    due: Vec<ConsoleAction>,
    waiting: VecDeque<Waiting>,
    /// The cost of everything that waits.
    cost: usize,
    portion: usize,
}

#[derive(Debug)]
enum Waiting {
    Output { run: RunId, chunk: OutputChunk, cost: usize },
    Action(ConsoleAction),
}

impl Default for ConsoleFeed {
    fn default() -> Self {
        Self { due: Vec::new(), waiting: VecDeque::new(), cost: 0, portion: FIRST_PORTION }
    }
}

impl ConsoleFeed {
    /// The program printed.
    pub fn output(&mut self, run: RunId, chunks: &[OutputChunk]) {
        for chunk in chunks {
            let (_, cost) = affordable(&chunk.bytes, usize::MAX);
            self.cost += cost;
            self.waiting.push_back(Waiting::Output { run, chunk: chunk.clone(), cost });
        }
        if self.cost > CAPACITY {
            let mut due = std::mem::take(&mut self.due);
            self.take(self.cost - CAPACITY, &mut due, |run, chunks| ConsoleAction::PassOver { run, chunks });
            self.due = due;
        }
    }

    /// Something else happened, which is shown after the output so far.
    pub fn then(&mut self, action: ConsoleAction) {
        self.waiting.push_back(Waiting::Action(action));
    }

    /// What waits is of no interest any more.
    pub fn clear(&mut self) {
        *self = Self { portion: self.portion, ..Self::default() };
    }

    pub fn is_empty(&self) -> bool {
        self.due.is_empty() && self.waiting.is_empty()
    }

    /// The actions to apply now.
    pub fn next_actions(&mut self) -> Vec<ConsoleAction> {
        let mut actions = std::mem::take(&mut self.due);
        self.take(self.portion, &mut actions, |run, chunks| ConsoleAction::Output { run, chunks });
        actions
    }

    /// Adapts the portion to how long the last one took to draw.
    pub fn took(&mut self, milliseconds: f64) {
        let factor = (AIM_MS / milliseconds.max(1.0)).clamp(0.25, 2.0);
        self.portion = ((self.portion as f64 * factor) as usize).clamp(LEAST_PORTION, MOST_PORTION);
    }

    /// Takes output of about this cost, and the actions before the rest of it.
    fn take(
        &mut self,
        most: usize,
        actions: &mut Vec<ConsoleAction>,
        action_of: impl Fn(RunId, Rc<[OutputChunk]>) -> ConsoleAction,
    ) {
        let mut room = most;
        let (mut taken, mut taken_run) = (Vec::new(), 0);
        while let Some(next) = self.waiting.pop_front() {
            match next {
                Waiting::Action(action) => {
                    if !taken.is_empty() {
                        actions.push(action_of(taken_run, std::mem::take(&mut taken).into()));
                    }
                    actions.push(action);
                }
                Waiting::Output { run, mut chunk, cost } => {
                    let rest = if cost > room {
                        let (end, spent) = affordable(&chunk.bytes, room);
                        let rest = OutputChunk { bytes: chunk.bytes.split_off(end), ..chunk };
                        chunk.dropped = 0;
                        self.waiting.push_front(Waiting::Output { run, chunk: rest, cost: cost.saturating_sub(spent) });
                        Some(spent)
                    } else {
                        None
                    };
                    let spent = rest.unwrap_or(cost);
                    self.cost = self.cost.saturating_sub(spent);
                    room = room.saturating_sub(spent);
                    if !chunk.bytes.is_empty() || chunk.dropped > 0 {
                        taken_run = run;
                        taken.push(chunk);
                    }
                    if rest.is_some() {
                        break;
                    }
                }
            }
        }
        if !taken.is_empty() {
            actions.push(action_of(taken_run, taken.into()));
        }
    }
}

/// How many of these bytes may be drawn at this cost, and what they cost: the length of their text, and more for each
/// line and each change between text and what is escaped or a colour, because the console limits the number of all of
/// these. At least one character, if there is one; none is cut in two.
fn affordable(bytes: &[u8], most: usize) -> (usize, usize) {
    let (mut at, mut cost, mut was_text) = (0, 0, true);
    for part in bytes.utf8_chunks() {
        let characters = part.valid().chars().map(|character| (character.len_utf8(), character));
        let escaped = part.invalid().iter().map(|_| (1, '\0'));
        for (length, character) in characters.chain(escaped) {
            if cost >= most && at > 0 {
                return (at, cost);
            }
            let is_control = character.is_control() && !matches!(character, '\n' | '\r' | '\t');
            let is_text = !is_control && !reorders_text(character);
            cost += if is_text { length } else { SPELLED * length };
            if character == '\n' {
                cost += CAPACITY / MOST_LINES;
            }
            if is_text != was_text {
                cost += CAPACITY / MOST_SPANS;
            }
            (at, was_text) = (at + length, is_text);
        }
    }
    (at, cost)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Stream;
    use crate::ui::selectors::console::plain_text;
    use crate::ui::state::console::ConsoleState;

    fn printed(bytes: &[u8]) -> [OutputChunk; 1] {
        [OutputChunk { stream: Stream::Stdout, bytes: bytes.to_vec(), dropped: 0 }]
    }

    /// Applies what is due now, and returns how long the text became.
    fn advance(feed: &mut ConsoleFeed, state: &mut ConsoleState) -> usize {
        let before = plain_text(state).len();
        *state = feed.next_actions().into_iter().fold(state.clone(), |state, action| state.apply(action));
        // Where the console is full, it drops more than a portion at a time.
        plain_text(state).len().saturating_sub(before)
    }

    #[test]
    fn little_output_is_there_at_once_and_in_order() {
        let (mut feed, mut state) = (ConsoleFeed::default(), ConsoleState::default());
        feed.output(0, &printed(b"Name? "));
        feed.then(ConsoleAction::Typed { text: "Ada\n".into() });
        feed.output(0, &printed(b"Hello\n"));
        feed.then(ConsoleAction::End { run: 0 });
        advance(&mut feed, &mut state);
        assert!(feed.is_empty());
        assert_eq!(plain_text(&state), "Name? Ada\nHello\n");
    }

    #[test]
    fn much_is_shown_in_portions_without_cutting_a_character() {
        let (mut feed, mut state) = (ConsoleFeed::default(), ConsoleState::default());
        let text = "a\u{17e}\u{1f980}".repeat(40_000);
        feed.output(0, &printed(text.as_bytes()));
        feed.then(ConsoleAction::End { run: 0 });
        let mut portions = 0;
        while !feed.is_empty() {
            assert!(advance(&mut feed, &mut state) <= FIRST_PORTION + 4);
            portions += 1;
        }
        assert!(portions > 3);
        assert_eq!((plain_text(&state), state.dropped), (text, 0));
    }

    #[test]
    fn what_would_be_gone_at_once_is_passed_over_and_counted() {
        for pattern in [b"abcdefg ".as_slice(), b"\xff", b"a\xff", b"\n", b"line\n", "\u{17e}".as_bytes(), b"\x1b[31ma"]
        {
            let (mut feed, mut state) = (ConsoleFeed::default(), ConsoleState::default());
            let bytes = pattern.repeat((CAPACITY << 1) / pattern.len());
            for _ in 0..4 {
                feed.output(0, &printed(&bytes));
            }
            let (last, waits) = (b"the end", feed.cost);
            assert!(waits <= CAPACITY + LEAST_PORTION, "{waits}");
            feed.output(0, &printed(last));
            while !feed.is_empty() {
                advance(&mut feed, &mut state);
            }
            assert_eq!(feed.cost, 0);
            assert!(plain_text(&state).ends_with("the end"));
            let whole = 4 * bytes.len() as u64;
            assert!(state.dropped < whole && state.dropped > whole / 2, "{} of {whole}", state.dropped);
        }
    }

    #[test]
    fn a_slow_picture_makes_portions_smaller_and_a_quick_one_larger() {
        let mut feed = ConsoleFeed::default();
        assert_eq!(feed.portion, FIRST_PORTION);
        feed.took(AIM_MS / 2.0);
        assert_eq!(feed.portion, 2 * FIRST_PORTION);
        (0..20).for_each(|_| feed.took(1.0));
        assert_eq!(feed.portion, MOST_PORTION);
        feed.took(4.0 * AIM_MS);
        assert_eq!(feed.portion, MOST_PORTION / 4);
        (0..20).for_each(|_| feed.took(1_000.0));
        assert_eq!(feed.portion, LEAST_PORTION);
    }

    #[test]
    fn another_run_leaves_nothing_of_the_last_one() {
        let mut feed = ConsoleFeed::default();
        feed.output(1, &printed(&[b'x'; 4 * CAPACITY]));
        feed.clear();
        assert!(feed.is_empty() && feed.next_actions().is_empty());
    }
}
