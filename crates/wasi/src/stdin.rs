//! Standard input: what has been typed and not read yet.

use std::collections::VecDeque;

use super::record::{ReplayedNumbers, StdinAnswer, StdinLength, StdinRecord};

#[derive(Debug, Default)]
pub(super) struct Stdin {
    typed: VecDeque<u8>,
    closed: bool,
    script: Script,
}

/// The input of a replayed run, before what is typed.
#[derive(Debug, Default)]
struct Script {
    bytes: VecDeque<u8>,
    answers: ReplayedNumbers,
}

/// How much can be read now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Status {
    pub available: u64,
    /// End of file follows what is available.
    pub ended: bool,
    /// Already in the record, or added to it if the caller decides so.
    pub answer: StdinAnswer,
}

impl Stdin {
    pub fn replay(record: &StdinRecord) -> Self {
        let script = Script { bytes: record.bytes.iter().copied().collect(), answers: record.answers.replay() };
        Self { script, ..Self::default() }
    }

    /// From here on, the program reads what the record contains after that length, followed by what has been typed and
    /// never read.
    pub fn resume(&mut self, record: &StdinRecord, length: StdinLength) {
        self.script = Script {
            bytes: record.bytes.get(length.bytes..).unwrap_or_default().iter().copied().collect(),
            answers: record.answers.replay_from(length.answers),
        };
    }

    /// What was typed and is not in the record because it has not been read, and whether end of file follows it.
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

    /// At most `limit` (not 0) bytes; none at end of file; `None` if there is nothing yet.
    pub fn read(&mut self, limit: usize, record: &mut StdinRecord) -> Option<Vec<u8>> {
        let bytes: Vec<u8> = match self.script.answers.next().map(StdinAnswer::from_number) {
            Some(StdinAnswer::Read(len)) => {
                let len = usize::try_from(len).unwrap_or(usize::MAX).min(limit).min(self.script.bytes.len());
                self.script.bytes.drain(..len).collect()
            }
            // The program does not do what was recorded: it continues live from here.
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

    /// How much is available. Added to the record with [`StdinRecord::push`] once the program has been told.
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

    /// What remains of the script is still input.
    pub fn leave_script(&mut self) {
        let Script { mut bytes, .. } = std::mem::take(&mut self.script);
        if !bytes.is_empty() {
            bytes.append(&mut self.typed);
            self.typed = bytes;
        }
    }
}
