//! The console's contents for the last run.
//!
//! Text is kept in blocks of a few kilobytes that never change once they are full, so that only the last one is redrawn
//! when the program prints. The line being printed is separate: the user types right after it.

use std::collections::VecDeque;
use std::rc::Rc;

use super::console_record::{Record, Recorded};
use crate::protocol::{OutputChunk, RunId, Stream};
use crate::ui::selectors::numbers::grouped;
use crate::ui::selectors::terminal::{Decoder, Piece, SPELLED, Style};

/// How much text is kept, in bytes; older text is removed. Of a larger chunk, only this much is read.
pub const CAPACITY: usize = 1 << 20;
/// The maximum number of lines, and of spans: each has a cost in the browser, however short it is.
pub const MOST_LINES: usize = 20_000;
pub const MOST_SPANS: usize = 2_000;
/// The size of a block in bytes (it may extend to the end of a line), in lines, and in spans.
const BLOCK: usize = 8 << 10;
const BLOCK_LINES: usize = 1024;
const BLOCK_SPANS: usize = 128;
/// How long the line being printed may be before it is drawn as blocks like the rest, and its maximum number of spans.
const LONGEST_TAIL: usize = 4 << 10;
const MOST_TAIL_SPANS: usize = 64;

/// The origin of a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    Stdout,
    Stderr,
    /// The user, on standard input.
    Input,
    /// The page itself: a note that output was left out here.
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
    /// Does not change as long as the block is shown.
    pub key: u64,
    pub spans: Vec<Span>,
    /// The text's length in bytes.
    pub length: usize,
    /// The number of newlines in it.
    lines: usize,
}

/// The console's contents.
#[derive(Debug, Clone, Default)]
pub struct ConsoleState {
    /// The run whose output this is; 0 before the first.
    pub run: RunId,
    pub blocks: VecDeque<Rc<Block>>,
    /// The line being printed, without newlines.
    pub tail: Vec<Span>,
    /// How many printed bytes were removed, or never shown.
    pub dropped: u64,
    /// The length of all text, and of the line being printed, in bytes.
    length: usize,
    tail_length: usize,
    /// The number of newlines and of spans in all blocks.
    lines: usize,
    spans: usize,
    next_key: u64,
    /// Set after a carriage return: the next character clears the line.
    line_start: bool,
    stdout: Decoder,
    stderr: Decoder,
    revision: u64,
    /// For a debugged run: all output and input, of which the part up to a step is shown.
    record: Option<Rc<Record>>,
    /// How many bytes of the record are shown, and at which step.
    shown: (u64, u64),
}

#[derive(Debug, Clone, PartialEq)]
pub enum ConsoleAction {
    /// A run begins: clears the console.
    Begin {
        run: RunId,
    },
    /// The program printed; ignored for any run but the last.
    Output {
        run: RunId,
        chunks: Rc<[OutputChunk]>,
    },
    /// The program printed this before so much else that it would not be kept: only that it is missing is shown.
    PassOver {
        run: RunId,
        chunks: Rc<[OutputChunk]>,
    },
    /// The user sent this to the program.
    Typed {
        text: Rc<str>,
    },
    /// The run ended: shows what was held back to wait for the next byte.
    End {
        run: RunId,
    },
    Clear,
    /// Another program was opened: clears the console.
    Forget,
    /// The new run is debugged: the console has to be able to go back.
    Record,
    /// The debugged program is at a step, has printed this many bytes so far, and breakpoints have logged messages.
    ShowAt {
        step: u64,
        printed: u64,
        logged: Rc<[String]>,
    },
    /// Execution of the debugged program diverges from this step, at which it has printed this many bytes.
    Fork {
        step: u64,
        printed: u64,
    },
}

/// Two states are equal if nothing happened between them; a megabyte of text is not compared.
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
                // Keep counting keys: a block of this run must never be mistaken for one of the previous run.
                next = Self { run, next_key: self.next_key, revision: self.revision, ..Self::default() };
            }
            ConsoleAction::Forget => {
                next = Self { next_key: self.next_key, revision: self.revision, ..Self::default() };
            }
            ConsoleAction::Output { run, .. } | ConsoleAction::PassOver { run, .. } | ConsoleAction::End { run }
                if run != self.run =>
            {
                return next;
            }
            ConsoleAction::Output { chunks, .. } => {
                if next.add_to_record(&chunks) {
                    let mut passed_over = next.pass_over(chunks.iter().map(|chunk| &*chunk.bytes));
                    chunks.iter().for_each(|chunk| next.print(chunk, &mut passed_over));
                }
            }
            ConsoleAction::PassOver { chunks, .. } => {
                if next.add_to_record(&chunks) {
                    next.leave_out(&chunks);
                }
            }
            ConsoleAction::Typed { text } => {
                let (printed, step) = next.shown;
                if let Some(record) = &mut next.record {
                    Rc::make_mut(record).typed(printed, step, text.clone());
                }
                next.write(Origin::Input, Style::default(), &text);
            }
            ConsoleAction::Record => next.record = Some(Rc::default()),
            ConsoleAction::ShowAt { step, printed, logged } => next.show_at(step, printed, &logged),
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
                next.empty();
                next.dropped = 0;
            }
        }
        next.trim();
        next.revision += 1;
        next
    }

    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty() && self.tail.is_empty()
    }

    /// Adds output to the record, if there is one, and returns whether to show it: what is printed after the position
    /// shown must not be visible yet.
    fn add_to_record(&mut self, chunks: &[OutputChunk]) -> bool {
        let Some(record) = &mut self.record else { return true };
        let follows = self.shown.0 == record.total();
        let record = Rc::make_mut(record);
        chunks.iter().for_each(|chunk| record.output(chunk));
        if follows {
            self.shown.0 = record.total();
        }
        follows
    }

    /// Shows how much is missing instead of these chunks.
    fn leave_out(&mut self, chunks: &[OutputChunk]) {
        let missing = chunks.iter().map(|chunk| chunk.bytes.len() as u64 + chunk.dropped).sum();
        // What was held back waits for a byte that is missing now.
        self.finish(Stream::Stdout);
        self.finish(Stream::Stderr);
        self.dropped += missing;
        self.note_gap(missing);
    }

    /// Returns how many bytes of the chunks to skip: the rest is as much as the console keeps.
    fn pass_over<'a>(&mut self, chunks: impl DoubleEndedIterator<Item = &'a [u8]>) -> usize {
        let (mut room, mut passed_over) = (CAPACITY, 0);
        for bytes in chunks.rev() {
            let fits = bytes.iter().rev().take_while(|byte| {
                room = room.saturating_sub(width(**byte));
                room > 0
            });
            passed_over += bytes.len() - fits.count();
        }
        if passed_over > 0 {
            self.dropped += self.blocks.iter().map(|block| printed(&block.spans)).sum::<u64>() + printed(&self.tail);
            self.empty();
            self.stdout.forget();
            self.stderr.forget();
        }
        passed_over
    }

    fn empty(&mut self) {
        self.blocks.clear();
        self.tail.clear();
        (self.length, self.tail_length, self.lines, self.spans) = (0, 0, 0, 0);
        self.line_start = false;
    }

    /// Shows the console's contents at a step.
    fn show_at(&mut self, step: u64, printed: u64, logged: &[String]) {
        let Some(record) = &mut self.record else { return };
        if !logged.is_empty() {
            let record = Rc::make_mut(record);
            logged.iter().for_each(|text| record.logged(printed, step, text.as_str().into()));
        }
        let before = self.shown;
        self.shown = (printed, step);
        // Nothing to do if the same has been printed and typed.
        let (earlier, later) = (before.1.min(step), before.1.max(step));
        if logged.is_empty() && before.0 == printed && !record.logs_between(earlier, later) {
            return;
        }
        let record = record.clone();
        *self = Self {
            run: self.run,
            // Redrawn blocks must not be mistaken for earlier ones.
            next_key: self.next_key,
            revision: self.revision,
            dropped: record.forgotten(),
            record: self.record.take(),
            shown: self.shown,
            ..Self::default()
        };
        let recorded: Vec<Recorded> = record.until(printed, step).collect();
        let bytes = recorded.iter().map(|recorded| match recorded {
            Recorded::Output(chunk) => &*chunk.bytes,
            Recorded::Typed { .. } | Recorded::Logged { .. } => &[],
        });
        let mut passed_over = self.pass_over(bytes);
        for recorded in recorded {
            match recorded {
                Recorded::Output(chunk) => self.print(&chunk, &mut passed_over),
                Recorded::Typed { .. } | Recorded::Logged { .. } if passed_over > 0 => {}
                Recorded::Typed { text, .. } => self.write(Origin::Input, Style::default(), &text),
                Recorded::Logged { text, .. } => {
                    if !self.tail.is_empty() {
                        self.write(Origin::Notice, Style::default(), "\n");
                    }
                    self.write(Origin::Notice, Style::default(), &format!("{text}\n"));
                }
            }
        }
    }

    /// Shows a chunk, except for the skipped bytes.
    fn print(&mut self, chunk: &OutputChunk, passed_over: &mut usize) {
        let mut skipped = chunk.bytes.len().min(*passed_over);
        *passed_over -= skipped;
        if skipped > 0 && *passed_over == 0 {
            // Do not start in the middle of a character.
            let rest = chunk.bytes[skipped..].iter().take(3);
            skipped += rest.take_while(|byte| **byte & 0b1100_0000 == 0b1000_0000).count();
        }
        self.dropped += skipped as u64;
        self.decode(chunk.stream, |decoder, pieces| decoder.read(&chunk.bytes[skipped..], pieces));
        if chunk.dropped > 0 {
            // The text after the gap cannot complete what came before it.
            self.finish(chunk.stream);
            self.dropped += chunk.dropped;
            self.note_gap(chunk.dropped);
        }
    }

    fn finish(&mut self, stream: Stream) {
        self.decode(stream, |decoder, pieces| decoder.finish(pieces));
    }

    /// Lets a stream's decoder read something, and shows the result.
    fn decode(&mut self, stream: Stream, read: impl FnOnce(&mut Decoder, &mut dyn FnMut(Piece<'_>))) {
        let mut decoder = std::mem::take(self.decoder(stream));
        read(&mut decoder, &mut |piece| match piece {
            Piece::Text { text, style } => self.write(stream.into(), style, text),
            Piece::LineStart => self.line_start = true,
        });
        *self.decoder(stream) = decoder;
    }

    fn decoder(&mut self, stream: Stream) -> &mut Decoder {
        match stream {
            Stream::Stdout => &mut self.stdout,
            Stream::Stderr => &mut self.stderr,
        }
    }

    /// Adds a line that shows how many bytes are missing here.
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
            self.length -= std::mem::take(&mut self.tail_length);
            self.tail.clear();
        }
        self.length += text.len();
        let (lines, rest) = text.split_at(text.rfind('\n').map_or(0, |at| at + 1));
        if !lines.is_empty() {
            self.store_tail();
            self.store(origin, style, lines);
        }
        if !rest.is_empty() {
            push(&mut self.tail, origin, style, rest);
            self.tail_length += rest.len();
        }
        if self.tail_length > LONGEST_TAIL || self.tail.len() > MOST_TAIL_SPANS {
            self.store_tail();
        }
    }

    fn store_tail(&mut self) {
        self.tail_length = 0;
        let tail = std::mem::take(&mut self.tail);
        tail.into_iter().for_each(|span| self.store(span.origin, span.style, &span.text));
    }

    /// Appends to the last block, and to new ones as each fills up; cuts after a newline if there is one.
    fn store(&mut self, origin: Origin, style: Style, mut text: &str) {
        while !text.is_empty() {
            if !self.blocks.back().is_some_and(|block| block.has_room()) {
                self.trim();
                let block = Block { key: self.next_key, spans: Vec::new(), length: 0, lines: 0 };
                self.blocks.push_back(Rc::new(block));
                self.next_key += 1;
            }
            let Some(block) = self.blocks.back_mut() else { return };
            let block = Rc::make_mut(block);
            let (now, later) = text.split_at(cut(text, BLOCK - block.length, BLOCK_LINES - block.lines));
            let (spans, newlines) = (block.spans.len(), now.bytes().filter(|byte| *byte == b'\n').count());
            push(&mut block.spans, origin, style, now);
            block.length += now.len();
            block.lines += newlines;
            self.lines += newlines;
            self.spans += block.spans.len() - spans;
            text = later;
        }
    }

    /// Removes the oldest blocks once there is more than the console keeps.
    fn trim(&mut self) {
        while self.length > CAPACITY || self.lines > MOST_LINES || self.spans > MOST_SPANS {
            let Some(block) = self.blocks.pop_front() else { break };
            self.length -= block.length;
            self.lines -= block.lines;
            self.spans -= block.spans.len();
            self.dropped += printed(&block.spans);
        }
    }
}

impl Block {
    fn has_room(&self) -> bool {
        self.length < BLOCK && self.lines < BLOCK_LINES && self.spans.len() < BLOCK_SPANS
    }
}

/// Roughly how much text a byte becomes: a byte that is not part of a character is escaped.
fn width(byte: u8) -> usize {
    match byte {
        b'\n' | b'\t' | b' '..=b'~' => 1,
        0..=0x1f | 0x7f | 0xc0 | 0xc1 | 0xf5..=0xff => SPELLED,
        0x80..=0xf4 => 2,
    }
}

/// How many bytes of the program's output these spans show.
fn printed(spans: &[Span]) -> u64 {
    let bytes = spans.iter().map(|span| match span.origin {
        Origin::Stdout | Origin::Stderr if span.style.spelled => span.text.len() / SPELLED,
        Origin::Stdout | Origin::Stderr => span.text.len(),
        Origin::Input | Origin::Notice => 0,
    });
    bytes.sum::<usize>() as u64
}

fn push(spans: &mut Vec<Span>, origin: Origin, style: Style, text: &str) {
    match spans.last_mut() {
        Some(span) if span.origin == origin && span.style == style => span.text.push_str(text),
        _ => spans.push(Span { origin, style, text: text.to_owned() }),
    }
}

/// Where to cut `text` so that about `room` bytes and at most `lines` lines come before: after the last newline there,
/// or else within a line.
fn cut(text: &str, room: usize, lines: usize) -> usize {
    let mut at = text.len();
    if text.len() > room {
        at = room.max(1);
        while !text.is_char_boundary(at) {
            at += 1;
        }
        at = text[..at].rfind('\n').map_or(at, |newline| newline + 1);
    }
    let newlines = text[..at].bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
    newlines.map(|(newline, _)| newline + 1).nth(lines.saturating_sub(1)).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

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
    fn late_output_of_the_previous_program_is_dropped() {
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
    fn output_dropped_by_the_worker_is_reported_at_its_place() {
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

    /// Output that programs print by mistake or on purpose: 256 KiB of each kind.
    fn floods() -> Vec<(&'static str, Vec<u8>)> {
        let patterns: [(&str, &[u8]); 16] = [
            ("bytes that are no text", b"\xff"),
            ("text and bytes in turn", b"a\xff"),
            ("UTF-16", b"a\0b\0\n\0"),
            ("NULs", b"\0"),
            ("characters cut off", b"\xf0\x9f\xa6"),
            ("characters cut off before text", b"\xe2\x82a"),
            ("continuation bytes", b"\x80"),
            ("escape characters", b"\x1b"),
            ("escape sequences begun", b"\x1b[1;1;1;1;1;1;1;1;1;1"),
            ("colours", b"\x1b[31ma\x1b[32mb"),
            ("one line", b"abcdefg "),
            ("newlines", b"\n"),
            ("carriage returns", b"\r"),
            ("a progress bar", b"\r10%"),
            ("combining marks", "\u{301}".as_bytes()),
            ("wide characters", "\u{4e16}\u{1f980}".as_bytes()),
        ];
        patterns.into_iter().map(|(name, pattern)| (name, pattern.repeat((256 << 10) / pattern.len()))).collect()
    }

    #[test]
    fn any_bytes_take_time_linear_in_their_number() {
        for (name, bytes) in floods() {
            let begun = std::time::Instant::now();
            apply_all([output(0, &[chunk(Stream::Stdout, &bytes)]), ConsoleAction::End { run: 0 }]);
            // This takes about 20 ms, or more on an overloaded machine. With a quadratic algorithm it would take
            // minutes.
            assert!(begun.elapsed() < Duration::from_secs(10), "{name}: {:?}", begun.elapsed());
        }
    }

    #[test]
    fn any_output_is_cheap_to_draw() {
        for (name, bytes) in floods() {
            let mut state = ConsoleState::default();
            for _ in 0..6 {
                state = state.apply(output(0, &[chunk(Stream::Stdout, &bytes)]));
            }
            let lines = state.blocks.iter().map(|block| block.lines).sum::<usize>();
            let spans = state.blocks.iter().map(|block| block.spans.len()).sum::<usize>();
            assert_eq!((state.lines, state.spans), (lines, spans), "{name}");
            assert_eq!(state.length, plain_text(&state).len(), "{name}");
            assert!(state.length <= CAPACITY && lines <= MOST_LINES && spans <= MOST_SPANS, "{name}");
            assert!(state.tail.len() <= MOST_TAIL_SPANS && state.tail_length <= LONGEST_TAIL, "{name}");
            assert!(state.blocks.iter().all(|block| block.lines <= BLOCK_LINES), "{name}");
            assert!(state.blocks.len() < 400, "{name}: {} blocks", state.blocks.len());
        }
    }

    #[test]
    fn dropped_bytes_are_the_programs_own() {
        let state = apply_all((0..8).map(|_| output(0, &[chunk(Stream::Stdout, &[0xff; 256 << 10])])));
        let shown = plain_text(&state).len() / 4;
        assert_eq!(state.dropped + shown as u64, 2 << 20);
    }

    #[test]
    fn of_very_much_at_once_only_the_end_is_read_from_a_whole_character_on() {
        let bytes = ["first\n", &"\u{17e}".repeat(CAPACITY)].concat().into_bytes();
        // One more byte, so that the cut would fall in the middle of a character.
        let chunks = [chunk(Stream::Stdout, &bytes), chunk(Stream::Stdout, b"!")];
        let state = apply_all([output(0, &[chunk(Stream::Stdout, b"before\n")]), output(0, &chunks)]);
        let shown = plain_text(&state);
        assert!(shown.starts_with('\u{17e}') && shown.ends_with("\u{17e}!"));
        assert_eq!(state.dropped + shown.len() as u64, 7 + bytes.len() as u64 + 1);
    }

    #[test]
    fn escaped_characters_count_as_their_escaped_text() {
        // As many bytes as the console keeps text: escaped, the last quarter fills it.
        let state = apply_all([output(0, &[chunk(Stream::Stdout, &[0xff; CAPACITY])])]);
        let shown = plain_text(&state).len();
        assert!(shown <= CAPACITY && shown > CAPACITY - 2 * BLOCK, "{shown} bytes");
        assert_eq!(state.dropped + shown as u64 / 4, CAPACITY as u64);
    }

    #[test]
    fn going_to_a_step_reads_no_more_than_is_shown() {
        let line = [[b'x'; 63].as_slice(), b"\n"].concat();
        let mut state = apply_all([ConsoleAction::Record]);
        for _ in 0..12 {
            state = state.apply(output(0, &[chunk(Stream::Stdout, &line.repeat((1 << 20) / 64))]));
        }
        let back = ConsoleAction::ShowAt { step: 5, printed: (11 << 20) + 4, logged: [].into() };
        let state = state.apply(back);
        let shown = plain_text(&state);
        assert!(shown.ends_with("\nxxxx") && shown.len() > CAPACITY - 2 * BLOCK, "{} bytes", shown.len());
        assert_eq!(state.dropped + shown.len() as u64, (11 << 20) + 4);
    }
}
