//! The program's output, returned only once, however often it is printed again.

use super::Replayer;
use wasmoscope_wasi::Output;

impl Replayer {
    /// The output that was printed for the first time since the last call. It does not include what is printed again
    /// after going back: the first [`Replayer::output_bytes`] bytes of everything returned are the output at this
    /// step.
    pub fn take_output(&mut self) -> Vec<Output> {
        self.collect_output();
        std::mem::take(&mut self.output)
    }

    /// How many bytes the program has printed at this step.
    pub fn output_bytes(&self) -> u64 {
        self.host().wasi.output_bytes()
    }

    pub(super) fn collect_output(&mut self) {
        let printed = self.output_bytes();
        let pieces = self.host_mut().wasi.take_output();
        let length: u64 = pieces.iter().map(|piece| piece.bytes.len() as u64).sum();
        let mut at = printed - length.min(printed);
        for mut piece in pieces {
            let known = self.handed_out.saturating_sub(at).min(piece.bytes.len() as u64);
            at += piece.bytes.len() as u64;
            piece.bytes.drain(..known as usize);
            if !piece.bytes.is_empty() {
                self.output.push(piece);
            }
        }
        self.handed_out = self.handed_out.max(at);
    }
}
