//! The console's text in blocks: where they begin and end, and which are removed.

use std::rc::Rc;

use super::{CAPACITY, ConsoleState, MOST_LINES, MOST_SPANS};
use crate::protocol::Stream;
use crate::ui::selectors::terminal::{SPELLED, Style};

/// The size of a block in bytes (it may extend to the end of a line), in lines, and in spans.
pub(super) const BLOCK: usize = 8 << 10;
pub(super) const BLOCK_LINES: usize = 1024;
const BLOCK_SPANS: usize = 128;
/// How long the line being printed may be before it is drawn as blocks like the rest, and its maximum number of spans.
pub(super) const LONGEST_TAIL: usize = 4 << 10;
pub(super) const MOST_TAIL_SPANS: usize = 64;

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
    pub(super) lines: usize,
}

impl ConsoleState {
    pub(super) fn write(&mut self, origin: Origin, style: Style, text: &str) {
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
    pub(super) fn trim(&mut self) {
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

/// How many bytes of the program's output these spans show.
pub(super) fn printed(spans: &[Span]) -> u64 {
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
