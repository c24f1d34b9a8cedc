//! How bytes are split for the browser's storage: browsers refuse, or silently lose, a value of more than about 127
//! MiB, and copying a large one blocks the page's thread.

use std::ops::Range;

/// The maximum number of bytes stored in one value.
pub const PIECE: usize = 8 << 20;
/// Up to this size, contents stay in their record: a project has many files of this size, and each request costs time.
pub const WHOLE: usize = 256 << 10;
/// The maximum number of bytes that are reassembled.
pub const LARGEST: usize = 1 << 30;

/// The ranges of the pieces, in order.
pub fn pieces(length: usize) -> impl Iterator<Item = Range<usize>> {
    (0..length).step_by(PIECE).map(move |start| start..length.min(start + PIECE))
}

/// How much was requested from the storage since it last answered: requesting everything at once would block the page's
/// thread and keep every copy in memory until the end.
#[derive(Debug, Default)]
pub struct Pace {
    requests: usize,
    bytes: usize,
}

impl Pace {
    const MOST_REQUESTS: usize = 256;
    const MOST_BYTES: usize = PIECE;

    /// Records another request. Returns whether to wait for its answer before the next one.
    pub fn ask(&mut self, bytes: usize) -> bool {
        self.requests += 1;
        self.bytes += bytes;
        let full = self.requests >= Self::MOST_REQUESTS || self.bytes >= Self::MOST_BYTES;
        if full {
            *self = Self::default();
        }
        full
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_follow_each_other_and_hold_every_byte() {
        for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, 140 << 20] {
            let pieces: Vec<_> = pieces(length).collect();
            assert_eq!(pieces.len(), length.div_ceil(PIECE));
            let mut end = 0;
            for piece in pieces {
                assert!(piece.start == end && piece.end > end && piece.len() <= PIECE, "{piece:?} of {length}");
                end = piece.end;
            }
            assert_eq!(end, length);
        }
    }

    #[test]
    fn few_and_small_requests_are_made_at_once_and_large_ones_one_by_one() {
        let mut pace = Pace::default();
        assert!(!(0..Pace::MOST_REQUESTS - 1).any(|_| pace.ask(10)));
        assert!(pace.ask(10) && !pace.ask(10), "it counts from the last answer");
        assert!(Pace::default().ask(PIECE));
    }
}
