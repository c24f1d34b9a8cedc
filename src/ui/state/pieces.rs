//! How bytes are cut for the browser's storage: browsers refuse, or silently lose, a value of more than some 127 MiB, and
//! a large one holds up the page's thread while it is copied.

use std::ops::Range;

/// How many bytes are stored as one at most.
pub const PIECE: usize = 8 << 20;
/// Up to this many bytes stay within their record: a project has many files of this size, and each request costs time.
pub const WHOLE: usize = 256 << 10;
/// The most bytes that are put together again.
pub const LARGEST: usize = 1 << 30;

/// The pieces of this many bytes, in their order.
pub fn pieces(length: usize) -> impl Iterator<Item = Range<usize>> {
    (0..length).step_by(PIECE).map(move |start| start..length.min(start + PIECE))
}

/// How much was asked of the storage since it last answered: a page that asks for everything at once holds up its own
/// thread, and keeps every copy in memory until the end.
#[derive(Debug, Default)]
pub struct Pace {
    requests: usize,
    bytes: usize,
}

impl Pace {
    const MOST_REQUESTS: usize = 256;
    const MOST_BYTES: usize = PIECE;

    /// Another request is made. Whether its answer has to be waited for before the next.
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
