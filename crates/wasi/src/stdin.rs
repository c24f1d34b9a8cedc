//! Standard input: what has been typed and not been read.

use std::collections::VecDeque;

use super::record::{ReplayedNumbers, StdinAnswer, StdinLength, StdinRecord};

#[derive(Debug, Default)]
pub(super) struct Stdin {
    typed: VecDeque<u8>,
    closed: bool,
    script: Script,
}

/// What a replayed run is given before what is typed.
#[derive(Debug, Default)]
struct Script {
    bytes: VecDeque<u8>,
    answers: ReplayedNumbers,
}

/// How much can be read at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Status {
    pub available: u64,
    /// Nothing comes after what is available.
    pub ended: bool,
    /// The record already has it, or the asker decides whether it comes into it.
    pub answer: StdinAnswer,
}

impl Stdin {
    pub fn replay(record: &StdinRecord) -> Self {
        let script = Script { bytes: record.bytes.iter().copied().collect(), answers: record.answers.replay() };
        Self { script, ..Self::default() }
    }

    /// From here on the program reads what the record says that it read after that length; what has been typed and never
    /// was read comes after that.
    pub fn resume(&mut self, record: &StdinRecord, length: StdinLength) {
        self.script = Script {
            bytes: record.bytes.get(length.bytes..).unwrap_or_default().iter().copied().collect(),
            answers: record.answers.replay_from(length.answers),
        };
    }

    /// What was typed and is in no record, because nothing has read it; and whether the end comes after it.
    pub fn unread(&self) -> (Vec<u8>, bool) {
        (self.typed.iter().copied().collect(), self.closed)
    }

    pub fn push(&mut self, bytes: &[u8]) {
        if !self.closed {
            self.typed.extend(bytes);
        }
    }

    pub fn close(&mut self) {
        self.closed = true;
    }

    /// At most `limit` (not 0) bytes; none at the end of input; `None` when there is nothing yet.
    pub fn read(&mut self, limit: usize, record: &mut StdinRecord) -> Option<Vec<u8>> {
        let bytes: Vec<u8> = match self.script.answers.next().map(StdinAnswer::from_number) {
            Some(StdinAnswer::Read(len)) => {
                let len = usize::try_from(len).unwrap_or(usize::MAX).min(limit).min(self.script.bytes.len());
                self.script.bytes.drain(..len).collect()
            }
            // The program does not do what it did when it was recorded: it is on its own from here.
            Some(StdinAnswer::Status { .. }) | None => {
                self.leave_script();
                if self.typed.is_empty() && !self.closed {
                    return None;
                }
                let len = limit.min(self.typed.len());
                self.typed.drain(..len).collect()
            }
        };
        record.bytes.extend_from_slice(&bytes);
        record.push(StdinAnswer::Read(bytes.len() as u64));
        Some(bytes)
    }

    /// How much there is. Goes into the record by [`StdinRecord::push`] once it has been told to the program.
    pub fn status(&mut self) -> Status {
        let answer = match self.script.answers.next().map(StdinAnswer::from_number) {
            Some(answer @ StdinAnswer::Status { .. }) => answer,
            Some(StdinAnswer::Read(_)) | None => {
                self.leave_script();
                StdinAnswer::Status { available: self.typed.len() as u64, ended: self.closed }
            }
        };
        match answer {
            StdinAnswer::Status { available, ended } => Status { available, ended, answer },
            StdinAnswer::Read(available) => Status { available, ended: false, answer },
        }
    }

    /// What the script has not handed out yet is still input.
    pub fn leave_script(&mut self) {
        let Script { mut bytes, .. } = std::mem::take(&mut self.script);
        if !bytes.is_empty() {
            bytes.append(&mut self.typed);
            self.typed = bytes;
        }
    }
}
