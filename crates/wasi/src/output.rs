//! The program's output that has not been taken yet: bounded, whatever the program does.

use std::collections::VecDeque;

/// How much of the beginning, and of the end, of the output since the last call is kept.
const HEAD: usize = 128 * 1024;
const TAIL: usize = 128 * 1024;
/// The tail is discarded in pieces of at most this size.
const PIECE: usize = 4096;

/// An output stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OutputStream {
    Stdout,
    Stderr,
}

/// A piece of output, in printing order. The bytes may be cut anywhere, even within a character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    pub stream: OutputStream,
    pub bytes: Vec<u8>,
    /// How many bytes of this stream were left out right after `bytes`.
    pub dropped: u64,
}

/// The pending output. If there is too much, it keeps the beginning and the end: users look for the last lines.
#[derive(Debug, Default)]
pub(super) struct OutputBuffer {
    /// Never drop anything: the caller takes the output often, and needs every byte.
    pub keep_all: bool,
    head: Vec<Output>,
    head_len: usize,
    /// How much of each stream was left out between head and tail.
    dropped_stdout: u64,
    dropped_stderr: u64,
    tail: VecDeque<Output>,
    tail_len: usize,
}

impl OutputBuffer {
    pub fn push(&mut self, stream: OutputStream, bytes: &[u8]) {
        // Most of what is printed goes on where the last piece ended, and is short.
        match self.tail.back_mut() {
            Some(last)
                if last.stream == stream
                    && last.bytes.len() + bytes.len() <= PIECE
                    && self.tail_len + bytes.len() <= TAIL =>
            {
                last.bytes.extend_from_slice(bytes);
                self.tail_len += bytes.len();
            }
            Some(_) | None => self.push_piece(stream, bytes),
        }
    }

    fn push_piece(&mut self, stream: OutputStream, mut bytes: &[u8]) {
        if self.keep_all {
            return push_piece(&mut self.head, stream, bytes);
        }
        if self.tail.is_empty() && self.head_len < HEAD {
            let fits = bytes.len().min(HEAD - self.head_len);
            let (now, later) = bytes.split_at(fits);
            push_piece(&mut self.head, stream, now);
            self.head_len += fits;
            bytes = later;
        }
        if bytes.len() > TAIL {
            let (skipped, kept) = bytes.split_at(bytes.len() - TAIL);
            self.drop_tail(0);
            self.count_dropped(stream, skipped.len());
            bytes = kept;
        }
        while !bytes.is_empty() {
            let (room, same) = self
                .tail
                .back()
                .map_or((0, false), |last| (PIECE.saturating_sub(last.bytes.len()), last.stream == stream));
            let fits = if same && room > 0 { room } else { PIECE }.min(bytes.len());
            let (now, later) = bytes.split_at(fits);
            match self.tail.back_mut().filter(|_| same && room > 0) {
                Some(last) => last.bytes.extend_from_slice(now),
                None => self.tail.push_back(Output { stream, bytes: now.to_vec(), dropped: 0 }),
            }
            self.tail_len += fits;
            bytes = later;
        }
        self.drop_tail(TAIL);
    }

    /// Takes all output, in order.
    pub fn take(&mut self) -> Vec<Output> {
        let fresh = Self { keep_all: self.keep_all, ..Self::default() };
        let Self { mut head, tail, dropped_stdout, dropped_stderr, .. } = std::mem::replace(self, fresh);
        for (stream, dropped) in [(OutputStream::Stdout, dropped_stdout), (OutputStream::Stderr, dropped_stderr)] {
            if dropped > 0 {
                match head.last_mut().filter(|last| last.stream == stream) {
                    Some(last) => last.dropped = dropped,
                    None => head.push(Output { stream, bytes: Vec::new(), dropped }),
                }
            }
        }
        for piece in tail {
            match head.last_mut().filter(|last| last.stream == piece.stream && last.dropped == 0) {
                Some(last) => last.bytes.extend_from_slice(&piece.bytes),
                None => head.push(piece),
            }
        }
        head
    }

    fn drop_tail(&mut self, keep: usize) {
        while self.tail_len > keep
            && let Some(piece) = self.tail.pop_front()
        {
            self.tail_len -= piece.bytes.len();
            self.count_dropped(piece.stream, piece.bytes.len());
        }
    }

    fn count_dropped(&mut self, stream: OutputStream, bytes: usize) {
        match stream {
            OutputStream::Stdout => self.dropped_stdout += bytes as u64,
            OutputStream::Stderr => self.dropped_stderr += bytes as u64,
        }
    }
}

fn push_piece(pieces: &mut Vec<Output>, stream: OutputStream, bytes: &[u8]) {
    if bytes.is_empty() {
        return;
    }
    match pieces.last_mut().filter(|last| last.stream == stream) {
        Some(last) => last.bytes.extend_from_slice(bytes),
        None => pieces.push(Output { stream, bytes: bytes.to_vec(), dropped: 0 }),
    }
}
