//! The last calls of a run, as compact bytes.

use std::collections::VecDeque;

use super::call::TraceCall;
use super::filter::Filter;
use super::open::{Head, Stored};

/// The number of calls in a chunk; only the last has fewer.
const CHUNK: usize = 1024;
/// The maximum number of calls kept.
const CALLS: u64 = 1 << 20;
/// The maximum size in bytes.
const BYTES: usize = 96 << 20;

/// The last calls, up to about a million. If there are more, the oldest are removed, about a thousand at a time.
#[derive(Debug)]
pub struct Ring {
    chunks: VecDeque<Chunk>,
    /// The number of calls before the first that is kept.
    dropped: u64,
    total: u64,
    /// How often calls at the end have been discarded.
    cuts: u64,
    bytes: usize,
    most_calls: u64,
    most_bytes: usize,
}

#[derive(Debug, Default)]
struct Chunk {
    bytes: Vec<u8>,
    /// Where each call ends.
    ends: Vec<u32>,
}

impl Default for Ring {
    fn default() -> Self {
        Self::with_room(CALLS, BYTES)
    }
}

impl Ring {
    fn with_room(most_calls: u64, most_bytes: usize) -> Self {
        Self { chunks: VecDeque::new(), dropped: 0, total: 0, cuts: 0, bytes: 0, most_calls, most_bytes }
    }

    /// The total number of calls.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// How many of them, the oldest, are no longer kept.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// How often calls at the end have been discarded: an earlier search result may be another call now.
    pub fn cuts(&self) -> u64 {
        self.cuts
    }

    /// The call with this number, if it is kept.
    pub fn get(&self, number: u64) -> Option<TraceCall> {
        self.stored(number).map(|stored| stored.call(number))
    }

    /// Whether the call with this number is kept and passes the filter.
    pub fn passes(&self, number: u64, filter: &Filter) -> bool {
        let Some(bytes) = self.bytes_of(number) else { return false };
        let Ok((head, _)) = postcard::take_from_bytes::<Head>(bytes) else { return false };
        filter.passes_head(head)
            && (!filter.looks_at_values() || self.stored(number).is_some_and(|stored| filter.passes(&stored)))
    }

    pub(super) fn push(&mut self, stored: Stored) {
        let mut chunk = match self.chunks.pop_back() {
            Some(chunk) if chunk.ends.len() < CHUNK => chunk,
            Some(full) => {
                self.chunks.push_back(full);
                Chunk::default()
            }
            None => Chunk::default(),
        };
        let before = chunk.bytes.len();
        // Writing plain values to memory cannot fail. If it did, the call would be missing.
        chunk.bytes = postcard::to_extend(&stored, chunk.bytes).unwrap_or_default();
        self.bytes += chunk.bytes.len().saturating_sub(before);
        chunk.ends.push(chunk.bytes.len() as u32);
        self.chunks.push_back(chunk);
        self.total += 1;
        while (self.total - self.dropped > self.most_calls || self.bytes > self.most_bytes) && self.chunks.len() > 1 {
            let Some(oldest) = self.chunks.pop_front() else { break };
            self.dropped += oldest.ends.len() as u64;
            self.bytes -= oldest.bytes.len();
        }
    }

    /// Discards the calls after the first `total`: execution diverges.
    pub(super) fn forget_after(&mut self, total: u64) {
        if total >= self.total {
            return;
        }
        self.cuts += 1;
        self.total = total;
        while let Some(mut last) = self.chunks.pop_back() {
            let before = self.dropped + (self.chunks.len() * CHUNK) as u64;
            // A chunk has no more than CHUNK calls.
            let kept = total.saturating_sub(before).min(last.ends.len() as u64) as usize;
            let length =
                kept.checked_sub(1).and_then(|last_kept| last.ends.get(last_kept)).map_or(0, |end| *end as usize);
            self.bytes -= last.bytes.len() - length;
            last.bytes.truncate(length);
            last.ends.truncate(kept);
            if kept > 0 {
                self.chunks.push_back(last);
                break;
            }
        }
        // Of calls that are kept no longer there are none to be forgotten.
        self.dropped = self.dropped.min(total);
    }

    /// Takes the calls out of the ring.
    pub(super) fn take(&mut self) -> impl Iterator<Item = TraceCall> + use<> {
        let chunks = std::mem::take(&mut self.chunks);
        let first = self.dropped;
        self.dropped = self.total;
        self.bytes = 0;
        let calls = chunks.into_iter().flat_map(|chunk| {
            let stored: Vec<Option<Stored>> = (0..chunk.ends.len())
                .map(|index| chunk.call(index).and_then(|bytes| postcard::from_bytes(bytes).ok()))
                .collect();
            stored
        });
        calls.zip(first + 1..).filter_map(|(stored, number)| Some(stored?.call(number)))
    }

    fn stored(&self, number: u64) -> Option<Stored> {
        postcard::from_bytes(self.bytes_of(number)?).ok()
    }

    fn bytes_of(&self, number: u64) -> Option<&[u8]> {
        let index = usize::try_from(number.checked_sub(self.dropped + 1)?).ok()?;
        self.chunks.get(index / CHUNK)?.call(index % CHUNK)
    }
}

impl Chunk {
    fn call(&self, index: usize) -> Option<&[u8]> {
        let end = *self.ends.get(index)? as usize;
        let start = match index.checked_sub(1) {
            Some(before) => *self.ends.get(before)? as usize,
            None => 0,
        };
        self.bytes.get(start..end)
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::super::call::Outcome;
    use super::super::value::Value;
    use super::*;

    fn filled(ring: &mut Ring, calls: u64) {
        for fuel in 0..calls {
            ring.push(Stored {
                head: Head { function: 9, outcome: Outcome::Errno(if fuel % 10 == 0 { 8 } else { 0 }) },
                at_ns: fuel * 1000,
                fuel,
                waited_ns: None,
                arguments: vec![(0, Value::Number(fuel))],
                results: Vec::new(),
            });
        }
    }

    #[test]
    fn the_last_calls_are_kept_and_the_others_counted() {
        let mut ring = Ring::with_room(3000, usize::MAX);
        filled(&mut ring, 10_000);
        assert_eq!(ring.total(), 10_000);
        let kept = ring.total() - ring.dropped();
        assert!((2000..=3000).contains(&kept), "{kept}");
        assert_eq!(ring.get(ring.dropped()), None);
        assert_eq!(ring.get(ring.dropped() + 1).map(|call| call.fuel), Some(ring.dropped()));
        assert_eq!(ring.get(10_000).map(|call| (call.number, call.fuel)), Some((10_000, 9_999)));
        assert_eq!(ring.get(10_001), None);
        assert_eq!(ring.get(0), None);
    }

    #[test]
    fn few_large_calls_fill_it_too() {
        let mut ring = Ring::with_room(u64::MAX, 100_000);
        filled(&mut ring, 50_000);
        assert!(ring.bytes <= 100_000 && ring.dropped() > 0, "{} bytes", ring.bytes);
    }

    #[test]
    fn a_million_calls_fit() {
        let mut ring = Ring::default();
        filled(&mut ring, 1_000_000);
        assert_eq!(ring.dropped(), 0);
        let failures = Filter { failures: true, ..Filter::default() };
        assert_eq!((1..=1_000_000).filter(|number| ring.passes(*number, &failures)).count(), 100_000);
    }

    #[test]
    fn what_is_forgotten_at_the_end_makes_room_for_other_calls() {
        for total in [0, 1, 1023, 1024, 1025, 2048, 2999] {
            let mut ring = Ring::default();
            filled(&mut ring, 3000);
            let whole = ring.bytes;
            ring.forget_after(total);
            assert_eq!((ring.total(), ring.cuts()), (total, 1));
            assert_eq!(ring.get(total + 1), None);
            assert_eq!(ring.get(total).map(|call| call.fuel), total.checked_sub(1));
            assert!(ring.bytes < whole);
            filled(&mut ring, 2);
            assert_eq!(ring.get(total + 2).map(|call| (call.number, call.fuel)), Some((total + 2, 1)));
            let mut again = Ring::default();
            filled(&mut again, total);
            filled(&mut again, 2);
            assert_eq!(ring.bytes, again.bytes);
        }
        let mut ring = Ring::with_room(3000, usize::MAX);
        filled(&mut ring, 10_000);
        ring.forget_after(10_000);
        assert_eq!(ring.cuts(), 0, "there was nothing to forget");
        ring.forget_after(5);
        assert_eq!((ring.total(), ring.dropped(), ring.bytes), (5, 5, 0));
        filled(&mut ring, 1);
        assert_eq!(ring.get(6).map(|call| call.fuel), Some(0));
    }

    #[test]
    fn what_is_taken_goes_on_counting() {
        let mut ring = Ring::default();
        filled(&mut ring, 1500);
        assert_eq!(ring.take().map(|call| call.number).collect::<Vec<_>>(), (1..=1500).collect::<Vec<_>>());
        filled(&mut ring, 2);
        assert_eq!(ring.take().map(|call| call.number).collect::<Vec<_>>(), [1501, 1502]);
        assert_eq!(ring.take().count(), 0);
    }
}
