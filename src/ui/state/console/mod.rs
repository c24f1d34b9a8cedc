//! The console's contents for the last run.
//!
//! Text is kept in blocks of a few kilobytes that never change once they are full, so that only the last one is redrawn
//! when the program prints. The line being printed is separate: the user types right after it. What happens to the
//! console is here, how text is put into blocks in `blocks`; what it has not shown yet belongs in `console_feed`, how a
//! debugged run's output goes back in `console_record`.

mod blocks;
#[cfg(test)]
mod tests;

pub use blocks::{Block, Origin, Span};

use std::collections::VecDeque;
use std::rc::Rc;

use blocks::printed;

use super::console_record::{Record, Recorded};
use crate::protocol::{OutputChunk, RunId, Stream};
use crate::ui::selectors::numbers::grouped;
use crate::ui::selectors::terminal::{Decoder, Piece, SPELLED, Style};

/// How much text is kept, in bytes; older text is removed. Of a larger chunk, only this much is read.
pub const CAPACITY: usize = 1 << 20;
/// The maximum number of lines, and of spans: each has a cost in the browser, however short it is.
pub const MOST_LINES: usize = 20_000;
pub const MOST_SPANS: usize = 2_000;

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
}

/// Roughly how much text a byte becomes: a byte that is not part of a character is escaped.
fn width(byte: u8) -> usize {
    match byte {
        b'\n' | b'\t' | b' '..=b'~' => 1,
        0..=0x1f | 0x7f | 0xc0 | 0xc1 | 0xf5..=0xff => SPELLED,
        0x80..=0xf4 => 2,
    }
}
