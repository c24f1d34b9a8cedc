//! The output and input of a debugged program, so that the console can show its contents at any step.

use std::collections::VecDeque;
use std::rc::Rc;

use crate::protocol::OutputChunk;

/// How much output is kept, in bytes; beyond that, the oldest is removed.
const CAPACITY: u64 = 16 << 20;

/// What the console showed, in order.
#[derive(Debug, Clone, Default)]
pub struct Record {
    entries: VecDeque<Entry>,
    /// How many bytes the program has printed in total.
    total: u64,
    /// How many of them are no longer kept.
    forgotten: u64,
}

#[derive(Debug, Clone)]
pub struct Entry {
    /// How many bytes had been printed before it.
    pub at: u64,
    pub what: Recorded,
}

#[derive(Debug, Clone)]
pub enum Recorded {
    Output(Rc<OutputChunk>),
    /// The user typed this when the program was at a step; shown after that step.
    Typed {
        step: u64,
        text: Rc<str>,
    },
    /// A breakpoint logged this; shown from a step on.
    Logged {
        step: u64,
        text: Rc<str>,
    },
}

impl Record {
    pub fn total(&self) -> u64 {
        self.total
    }

    pub fn forgotten(&self) -> u64 {
        self.forgotten
    }

    pub fn output(&mut self, chunk: &OutputChunk) {
        let length = length(chunk);
        self.entries.push_back(Entry { at: self.total, what: Recorded::Output(Rc::new(chunk.clone())) });
        self.total += length;
        while self.total - self.forgotten > CAPACITY {
            let Some(entry) = self.entries.pop_front() else { break };
            if let Recorded::Output(chunk) = entry.what {
                self.forgotten = entry.at + self::length(&chunk);
            }
        }
    }

    /// Records what was typed after this many bytes had been printed.
    pub fn typed(&mut self, at: u64, step: u64, text: Rc<str>) {
        self.insert(at, Recorded::Typed { step, text });
    }

    /// Records a breakpoint's message, unless it is recorded already: the same step may be passed again.
    pub fn logged(&mut self, at: u64, step: u64, text: Rc<str>) {
        let known = |entry: &Entry| matches!(&entry.what, Recorded::Logged { text: logged, .. } if *logged == text);
        if !self.entries.iter().any(known) {
            self.insert(at, Recorded::Logged { step, text });
        }
    }

    fn insert(&mut self, at: u64, what: Recorded) {
        let after = self.entries.iter().rposition(|entry| entry.at <= at && !is_output_beyond(entry, at));
        self.entries.insert(after.map_or(0, |index| index + 1), Entry { at, what });
    }

    /// Execution diverged at a step, after this many bytes had been printed: discards everything later.
    pub fn cut(&mut self, at: u64, step: u64) {
        let entries = std::mem::take(&mut self.entries);
        self.entries = entries.into_iter().filter_map(|entry| shown(&entry, at, step)).collect();
        self.total = self.total.min(at);
    }

    /// Whether something was typed or logged after one step and up to another, so that going on shows it.
    pub fn logs_between(&self, before: u64, step: u64) -> bool {
        self.entries.iter().any(|entry| match &entry.what {
            Recorded::Output(_) => false,
            Recorded::Typed { step: typed, .. } => (before..step).contains(typed),
            Recorded::Logged { step: logged, .. } => *logged > before && *logged <= step,
        })
    }

    /// The contents at a step, when this many bytes had been printed.
    pub fn until(&self, at: u64, step: u64) -> impl Iterator<Item = Recorded> {
        self.entries.iter().filter_map(move |entry| shown(entry, at, step)).map(|entry| entry.what)
    }
}

fn length(chunk: &OutputChunk) -> u64 {
    chunk.bytes.len() as u64 + chunk.dropped
}

/// Whether an entry is output that continues beyond a position.
fn is_output_beyond(entry: &Entry, at: u64) -> bool {
    matches!(&entry.what, Recorded::Output(chunk) if entry.at + length(chunk) > at)
}

/// The part of an entry that was there at a step.
fn shown(entry: &Entry, printed: u64, step: u64) -> Option<Entry> {
    match &entry.what {
        Recorded::Output(_) if entry.at >= printed => None,
        Recorded::Output(chunk) => {
            let room = printed - entry.at;
            if length(chunk) <= room {
                return Some(entry.clone());
            }
            let mut cut = OutputChunk::clone(chunk);
            cut.bytes.truncate(usize::try_from(room).unwrap_or(usize::MAX));
            cut.dropped = cut.dropped.min(room - cut.bytes.len() as u64);
            Some(Entry { at: entry.at, what: Recorded::Output(Rc::new(cut)) })
        }
        Recorded::Typed { step: typed, .. } => (*typed < step).then(|| entry.clone()),
        Recorded::Logged { step: logged, .. } => (*logged <= step).then(|| entry.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Stream;

    fn chunk(text: &str) -> OutputChunk {
        OutputChunk { stream: Stream::Stdout, bytes: text.into(), dropped: 0 }
    }

    fn text(record: &Record, at: u64, step: u64) -> String {
        let part = |what| match what {
            Recorded::Output(chunk) => String::from_utf8(chunk.bytes.clone()).unwrap(),
            Recorded::Typed { text, .. } => format!("<{text}>"),
            Recorded::Logged { text, .. } => format!("[{text}]"),
        };
        record.until(at, step).map(part).collect()
    }

    fn conversation() -> Record {
        let mut record = Record::default();
        record.output(&chunk("Name? "));
        record.typed(6, 40, "Ada".into());
        record.output(&chunk("Hello, Ada"));
        record
    }

    #[test]
    fn a_step_shows_what_had_been_printed_and_typed_by_then() {
        let record = conversation();
        assert_eq!(text(&record, 0, 0), "");
        assert_eq!(text(&record, 4, 20), "Name");
        assert_eq!(text(&record, 6, 40), "Name? ", "it waits here, and has not been answered");
        assert_eq!(text(&record, 6, 41), "Name? <Ada>");
        assert_eq!(text(&record, 16, 90), "Name? <Ada>Hello, Ada");
    }

    #[test]
    fn divergence_discards_what_came_later() {
        let mut record = conversation();
        record.cut(6, 40);
        assert_eq!(record.total(), 6);
        record.output(&chunk("Well?"));
        assert_eq!(text(&record, 11, 90), "Name? Well?");
    }

    #[test]
    fn a_log_message_is_inserted_once_at_its_place() {
        let mut record = conversation();
        record.logged(6, 30, "step 30: here".into());
        record.logged(6, 30, "step 30: here".into());
        assert_eq!(text(&record, 16, 90), "Name? <Ada>[step 30: here]Hello, Ada");
        assert_eq!(text(&record, 6, 29), "Name? ");
    }

    #[test]
    fn of_too_much_the_oldest_goes() {
        let mut record = Record::default();
        for _ in 0..20 {
            record.output(&chunk(&"x".repeat(1 << 20)));
        }
        assert_eq!(record.total(), 20 << 20);
        assert_eq!(record.forgotten(), 4 << 20);
    }
}
