//! What the console shows of the last run.
//!
//! Text is kept in blocks of a few kilobytes that never change once they are full, so that only the last one is drawn
//! again when the program prints. The line being printed is kept apart: the person types right after it.

use std::collections::VecDeque;
use std::rc::Rc;

use super::console_record::{Record, Recorded};
use crate::protocol::{OutputChunk, RunId, Stream};
use crate::ui::selectors::numbers::grouped;
use crate::ui::selectors::terminal::{Decoder, Piece, Style};

/// How much text is kept, in bytes; older text goes.
pub const CAPACITY: usize = 1 << 20;
/// How much text a block holds, in bytes, unless a line ends a little later.
const BLOCK: usize = 8 << 10;
/// How long the line being printed may be before it is drawn as blocks like the rest.
const LONGEST_TAIL: usize = 4 << 10;

/// Who wrote a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    Stdout,
    Stderr,
    /// The person, on standard input.
    Input,
    /// The page itself: what was left out, and where.
    Notice,
}

impl From<Stream> for Origin {
    fn from(stream: Stream) -> Self {
        match stream {
            Stream::Stdout => Origin::Stdout,
            Stream::Stderr => Origin::Stderr,
        }
    }
}

/// Text from one origin in one style.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    pub origin: Origin,
    pub style: Style,
    pub text: String,
}

/// Some lines of output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Does not change while the block is shown.
    pub key: u64,
    pub spans: Vec<Span>,
    /// The text's length in bytes.
    pub length: usize,
}

/// The console's contents.
#[derive(Debug, Clone, Default)]
pub struct ConsoleState {
    /// The run whose output this is; 0 before the first.
    pub run: RunId,
    pub blocks: VecDeque<Rc<Block>>,
    /// The line being printed: no newline in it.
    pub tail: Vec<Span>,
    /// Bytes that were printed and are no longer, or never were, shown.
    pub dropped: u64,
    length: usize,
    next_key: u64,
    /// A carriage return was printed: the next character clears the line.
    line_start: bool,
    stdout: Decoder,
    stderr: Decoder,
    revision: u64,
    /// Of a debugged run: everything, of which what there was at a step is shown.
    record: Option<Rc<Record>>,
    /// How many bytes of the record are shown, and at which step.
    shown: (u64, u64),
}

#[derive(Debug, Clone, PartialEq)]
pub enum ConsoleAction {
    /// A run begins: the console is empty again.
    Begin {
        run: RunId,
    },
    /// The program printed; of another run than the last one it is dropped.
    Output {
        run: RunId,
        chunks: Rc<[OutputChunk]>,
    },
    /// The person sent this to the program.
    Typed {
        text: Rc<str>,
    },
    /// The run is over: what was held back for want of the next byte is shown.
    End {
        run: RunId,
    },
    Clear,
    /// Another program was opened: it has printed nothing yet.
    Forget,
    /// The run that begins is debugged: the console can go back.
    Record,
    /// The debugged program stands at a step, has printed so many bytes by then, and breakpoints have said something.
    ShowAt {
        step: u64,
        printed: u64,
        said: Rc<[String]>,
    },
    /// The debugged program takes another way from this step on, where it has printed so many bytes.
    Fork {
        step: u64,
        printed: u64,
    },
}

/// Two states are the same when nothing happened between them; a megabyte of text is not compared.
impl PartialEq for ConsoleState {
    fn eq(&self, other: &Self) -> bool {
        self.revision == other.revision
    }
}

impl ConsoleState {
    pub fn apply(&self, action: ConsoleAction) -> Self {
        let mut next = self.clone();
        match action {
            ConsoleAction::Begin { run } => {
                // Keys go on: a block of this run is never taken for one of the run before.
                next = Self { run, next_key: self.next_key, revision: self.revision, ..Self::default() };
            }
            ConsoleAction::Forget => {
                next = Self { next_key: self.next_key, revision: self.revision, ..Self::default() };
            }
            ConsoleAction::Output { run, .. } | ConsoleAction::End { run } if run != self.run => return next,
            ConsoleAction::Output { chunks, .. } => chunks.iter().for_each(|chunk| next.output(chunk)),
            ConsoleAction::Typed { text } => {
                let (printed, step) = next.shown;
                if let Some(record) = &mut next.record {
                    Rc::make_mut(record).typed(printed, step, text.clone());
                }
                next.write(Origin::Input, Style::default(), &text);
            }
            ConsoleAction::Record => next.record = Some(Rc::default()),
            ConsoleAction::ShowAt { step, printed, said } => next.show_at(step, printed, &said),
            ConsoleAction::Fork { step, printed } => {
                if let Some(record) = &mut next.record {
                    Rc::make_mut(record).cut(printed, step);
                }
            }
            ConsoleAction::End { .. } => {
                next.finish(Stream::Stdout);
                next.finish(Stream::Stderr);
            }
            ConsoleAction::Clear => {
                next.blocks.clear();
                next.tail.clear();
                next.length = 0;
                next.dropped = 0;
                next.line_start = false;
            }
        }
        next.trim();
        next.revision += 1;
        next
    }

    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty() && self.tail.is_empty()
    }

    fn output(&mut self, chunk: &OutputChunk) {
        let Some(record) = &mut self.record else { return self.print(chunk) };
        // What is printed after the place that is shown is not to be seen yet.
        let follows = self.shown.0 == record.total();
        Rc::make_mut(record).output(chunk);
        if follows {
            self.shown.0 = record.total();
            self.print(chunk);
        }
    }

    /// Shows what there was at a step.
    fn show_at(&mut self, step: u64, printed: u64, said: &[String]) {
        let Some(record) = &mut self.record else { return };
        if !said.is_empty() {
            let record = Rc::make_mut(record);
            said.iter().for_each(|text| record.said(printed, step, text.as_str().into()));
        }
        let before = self.shown;
        self.shown = (printed, step);
        // Nothing to do where the same has been printed and typed.
        let (earlier, later) = (before.1.min(step), before.1.max(step));
        if said.is_empty() && before.0 == printed && !record.says_between(earlier, later) {
            return;
        }
        let record = record.clone();
        *self = Self {
            run: self.run,
            // Blocks that are drawn anew are not taken for those that were there.
            next_key: self.next_key,
            revision: self.revision,
            dropped: record.forgotten(),
            record: self.record.take(),
            shown: self.shown,
            ..Self::default()
        };
        for recorded in record.until(printed, step) {
            match recorded {
                Recorded::Output(chunk) => self.print(&chunk),
                Recorded::Typed { text, .. } => self.write(Origin::Input, Style::default(), &text),
                Recorded::Said { text, .. } => {
                    if !self.tail.is_empty() {
                        self.write(Origin::Notice, Style::default(), "\n");
                    }
                    self.write(Origin::Notice, Style::default(), &format!("{text}\n"));
                }
            }
        }
    }

    fn print(&mut self, chunk: &OutputChunk) {
        let mut pieces = Vec::new();
        self.decoder(chunk.stream).read(&chunk.bytes, &mut pieces);
        self.show(chunk.stream, pieces);
        if chunk.dropped > 0 {
            // What follows the gap cannot complete what came before it.
            self.finish(chunk.stream);
            self.dropped += chunk.dropped;
            self.note_gap(chunk.dropped);
        }
    }

    fn finish(&mut self, stream: Stream) {
        let mut pieces = Vec::new();
        self.decoder(stream).finish(&mut pieces);
        self.show(stream, pieces);
    }

    fn decoder(&mut self, stream: Stream) -> &mut Decoder {
        match stream {
            Stream::Stdout => &mut self.stdout,
            Stream::Stderr => &mut self.stderr,
        }
    }

    fn show(&mut self, stream: Stream, pieces: Vec<Piece>) {
        for piece in pieces {
            match piece {
                Piece::Text { text, style } => self.write(stream.into(), style, &text),
                Piece::LineStart => self.line_start = true,
            }
        }
    }

    /// A line of its own that tells how many bytes are missing at this place.
    fn note_gap(&mut self, bytes: u64) {
        if !self.tail.is_empty() {
            self.write(Origin::Notice, Style::default(), "\n");
        }
        let note = format!("… {} bytes left out: the program prints faster than they can be shown …\n", grouped(bytes));
        self.write(Origin::Notice, Style::default(), &note);
    }

    fn write(&mut self, origin: Origin, style: Style, text: &str) {
        if text.is_empty() {
            return;
        }
        if std::mem::take(&mut self.line_start) {
            self.length -= length_of(&self.tail);
            self.tail.clear();
        }
        self.length += text.len();
        let (lines, rest) = text.split_at(text.rfind('\n').map_or(0, |at| at + 1));
        if !lines.is_empty() {
            let tail = std::mem::take(&mut self.tail);
            tail.into_iter().for_each(|span| self.store(span.origin, span.style, &span.text));
            self.store(origin, style, lines);
        }
        if !rest.is_empty() {
            push(&mut self.tail, origin, style, rest);
        }
        if length_of(&self.tail) > LONGEST_TAIL {
            let tail = std::mem::take(&mut self.tail);
            tail.into_iter().for_each(|span| self.store(span.origin, span.style, &span.text));
        }
    }

    /// Appends to the last block, and to new ones as each is full; cut after a newline where there is one.
    fn store(&mut self, origin: Origin, style: Style, mut text: &str) {
        while !text.is_empty() {
            let room = match self.blocks.back() {
                Some(block) if block.length < BLOCK => BLOCK - block.length,
                _ => {
                    self.blocks.push_back(Rc::new(Block { key: self.next_key, spans: Vec::new(), length: 0 }));
                    self.next_key += 1;
                    BLOCK
                }
            };
            let (now, later) = text.split_at(cut(text, room));
            if let Some(block) = self.blocks.back_mut() {
                let block = Rc::make_mut(block);
                push(&mut block.spans, origin, style, now);
                block.length += now.len();
            }
            text = later;
        }
    }

    /// Lets the oldest blocks go once there is more than the console keeps.
    fn trim(&mut self) {
        while self.length > CAPACITY {
            let Some(block) = self.blocks.pop_front() else { break };
            self.length -= block.length;
            self.dropped += block.length as u64;
        }
    }
}

fn push(spans: &mut Vec<Span>, origin: Origin, style: Style, text: &str) {
    match spans.last_mut() {
        Some(span) if span.origin == origin && span.style == style => span.text.push_str(text),
        _ => spans.push(Span { origin, style, text: text.to_owned() }),
    }
}

fn length_of(spans: &[Span]) -> usize {
    spans.iter().map(|span| span.text.len()).sum()
}

/// Where to cut `text` so that about `room` bytes come before: after the last newline there, or else within a line.
fn cut(text: &str, room: usize) -> usize {
    if text.len() <= room {
        return text.len();
    }
    let mut at = room.max(1);
    while !text.is_char_boundary(at) {
        at += 1;
    }
    text[..at].rfind('\n').map_or(at, |newline| newline + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::selectors::console::plain_text;

    fn chunk(stream: Stream, bytes: &[u8]) -> OutputChunk {
        OutputChunk { stream, bytes: bytes.to_vec(), dropped: 0 }
    }

    fn output(run: RunId, chunks: &[OutputChunk]) -> ConsoleAction {
        ConsoleAction::Output { run, chunks: chunks.into() }
    }

    fn apply_all(actions: impl IntoIterator<Item = ConsoleAction>) -> ConsoleState {
        actions.into_iter().fold(ConsoleState::default(), |state, action| state.apply(action))
    }

    #[test]
    fn a_prompt_is_there_at_once_and_the_answer_right_after_it() {
        let state =
            apply_all([ConsoleAction::Begin { run: 1 }, output(1, &[chunk(Stream::Stdout, b"first\nYour name? ")])]);
        assert_eq!(state.tail, [Span { origin: Origin::Stdout, style: Style::default(), text: "Your name? ".into() }]);
        let state = state
            .apply(ConsoleAction::Typed { text: "Ada\n".into() })
            .apply(output(1, &[chunk(Stream::Stdout, b"Hello Ada\n")]));
        assert!(state.tail.is_empty());
        assert_eq!(plain_text(&state), "first\nYour name? Ada\nHello Ada\n");
        let origins: Vec<Origin> = state.blocks[0].spans.iter().map(|span| span.origin).collect();
        assert_eq!(origins, [Origin::Stdout, Origin::Input, Origin::Stdout]);
    }

    #[test]
    fn streams_do_not_break_each_others_characters() {
        let state = apply_all([
            ConsoleAction::Begin { run: 1 },
            output(1, &[chunk(Stream::Stdout, b"\xc5"), chunk(Stream::Stderr, b"!"), chunk(Stream::Stdout, b"\xbe")]),
        ]);
        assert_eq!(plain_text(&state), "!ž");
    }

    #[test]
    fn output_of_an_earlier_run_is_dropped() {
        let state = apply_all([
            ConsoleAction::Begin { run: 1 },
            ConsoleAction::Begin { run: 2 },
            output(1, &[chunk(Stream::Stdout, b"late")]),
        ]);
        assert!(state.is_empty());
    }

    #[test]
    fn what_the_program_before_prints_is_not_told_of_the_one_that_was_opened() {
        let printed = output(1, &[chunk(Stream::Stdout, b"text")]);
        let state = apply_all([ConsoleAction::Begin { run: 1 }, printed.clone(), ConsoleAction::Forget, printed]);
        assert!(state.is_empty());
    }

    #[test]
    fn a_flood_is_bounded_and_counted() {
        let line = [b'x'; 99].iter().chain(b"\n").copied().collect::<Vec<u8>>();
        let chunks: Vec<OutputChunk> = (0..30_000).map(|_| chunk(Stream::Stdout, &line)).collect();
        let state = apply_all([ConsoleAction::Begin { run: 1 }, output(1, &chunks)]);
        let shown = plain_text(&state);
        assert!(shown.len() <= CAPACITY && shown.len() > CAPACITY - 2 * BLOCK, "{} bytes are shown", shown.len());
        assert_eq!(state.dropped + shown.len() as u64, 3_000_000);
    }

    #[test]
    fn what_the_worker_left_out_is_told_at_its_place() {
        let gap = OutputChunk { stream: Stream::Stdout, bytes: b"a\xe2".to_vec(), dropped: 12_345 };
        let state = apply_all([ConsoleAction::Begin { run: 1 }, output(1, &[gap, chunk(Stream::Stdout, b"z\n")])]);
        let text = plain_text(&state);
        assert!(text.starts_with("a\\xE2\n… 12,345 bytes left out"), "{text}");
        assert!(text.ends_with("…\nz\n"), "{text}");
        assert_eq!(state.dropped, 12_345);
    }

    #[test]
    fn a_very_long_line_is_cut_into_blocks() {
        let state = apply_all([
            ConsoleAction::Begin { run: 1 },
            output(1, &[chunk(Stream::Stdout, "ž".repeat(50_000).as_bytes())]),
        ]);
        assert!(state.blocks.iter().all(|block| block.length <= BLOCK + 4));
        assert!(state.blocks.len() > 10);
        assert_eq!(plain_text(&state), "ž".repeat(50_000));
    }

    #[test]
    fn a_full_block_is_never_drawn_again() {
        let first = apply_all([
            ConsoleAction::Begin { run: 1 },
            output(1, &[chunk(Stream::Stdout, &b"0123456\n".repeat(2 * BLOCK / 8))]),
        ]);
        let second = first.apply(output(1, &[chunk(Stream::Stdout, b"more\n")]));
        assert!(Rc::ptr_eq(&first.blocks[0], &second.blocks[0]));
        assert!(Rc::ptr_eq(&first.blocks[1], &second.blocks[1]));
        assert_eq!(second.blocks.len(), 3);
    }

    #[test]
    fn a_progress_bar_stays_on_its_line() {
        let state = apply_all([
            ConsoleAction::Begin { run: 1 },
            output(1, &[chunk(Stream::Stdout, b"start\n 10%\r 20%\r"), chunk(Stream::Stdout, b"100%")]),
        ]);
        assert_eq!(plain_text(&state), "start\n100%");
        assert_eq!(state.length, "start\n100%".len());
    }

    #[test]
    fn what_was_held_is_shown_at_the_end_and_clear_clears() {
        let state = apply_all([
            ConsoleAction::Begin { run: 1 },
            output(1, &[chunk(Stream::Stderr, b"\xf0\x9f")]),
            ConsoleAction::End { run: 1 },
        ]);
        assert_eq!(plain_text(&state), "\\xF0\\x9F");
        assert!(state.apply(ConsoleAction::Clear).is_empty());
    }
}
