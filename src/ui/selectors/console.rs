//! Derivations from the console's contents: its text, and search matches.

use std::ops::Range;
use std::rc::Rc;

use crate::ui::state::console::{ConsoleState, Origin};

/// How many blocks are searched for an error; each holds a few kilobytes.
const LAST_BLOCKS: usize = 4;

/// All the text, for copying.
pub fn plain_text(console: &ConsoleState) -> String {
    let blocks = console.blocks.iter().flat_map(|block| &block.spans);
    blocks.chain(&console.tail).map(|span| span.text.as_str()).collect()
}

/// The last blocks of the program's standard error.
pub fn end_of_errors(console: &ConsoleState) -> String {
    let from = console.blocks.len().saturating_sub(LAST_BLOCKS);
    let spans = console.blocks.iter().skip(from).flat_map(|block| &block.spans).chain(&console.tail);
    spans.filter(|span| span.origin == Origin::Stderr).map(|span| span.text.as_str()).collect()
}

/// The last line, after which the user types; it is the label of the text field.
pub fn prompt(console: &ConsoleState) -> String {
    console.tail.iter().map(|span| span.text.as_str()).collect()
}

/// The case-insensitive matches of `query` in `text`, without overlaps.
pub fn matches(text: &str, query: &str) -> Vec<Range<usize>> {
    let wanted: Vec<char> = query.chars().flat_map(char::to_lowercase).collect();
    let mut found = Vec::new();
    if wanted.is_empty() {
        return found;
    }
    if text.is_ascii() {
        // ASCII text can be searched in one pass.
        let wanted: String = wanted.into_iter().collect();
        let lower = text.to_ascii_lowercase();
        return lower.match_indices(&wanted).map(|(start, found)| start..start + found.len()).collect();
    }
    let mut skip_to = 0;
    for (start, _) in text.char_indices() {
        if start >= skip_to
            && let Some(length) = match_length(&text[start..], &wanted)
        {
            skip_to = start + length;
            found.push(start..skip_to);
        }
    }
    found
}

/// The length in bytes of the match of `wanted`, in lower case, at the start of `text`.
fn match_length(text: &str, wanted: &[char]) -> Option<usize> {
    let mut rest = wanted;
    for (at, character) in text.char_indices() {
        for lower in character.to_lowercase() {
            match rest.split_first() {
                Some((first, tail)) if *first == lower => rest = tail,
                _ => return None,
            }
        }
        if rest.is_empty() {
            return Some(at + character.len_utf8());
        }
    }
    None
}

/// The maximum number of matches that are marked at a time: each is an element of the page.
pub const MOST_MARKS: usize = 2_000;

/// The search matches: byte ranges in the text of each block, and in that of the last line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// One per block; a match that crosses a block's end has a part in each.
    pub blocks: Vec<Rc<[Range<usize>]>>,
    pub tail: Rc<[Range<usize>]>,
    /// Each match, as a range of the whole text.
    all: Vec<Range<usize>>,
    /// Where each block begins in it, followed by the last line.
    starts: Vec<usize>,
}

impl Found {
    pub fn count(&self) -> usize {
        self.all.len()
    }

    /// The matches to mark in a block while the match with this number is selected: if there are very many, the
    /// nearest. The last line counts as one after the blocks.
    pub fn marked(&self, number: usize, block: usize) -> Rc<[Range<usize>]> {
        let found = self.blocks.get(block).unwrap_or(&self.tail);
        let Some(start) = self.starts.get(block).filter(|_| self.all.len() > MOST_MARKS) else { return found.clone() };
        let first = self.all.partition_point(|range| range.end <= *start);
        let nearest = number.saturating_sub(MOST_MARKS / 2)..number.saturating_add(MOST_MARKS / 2);
        let places = (first..).zip(found.iter());
        places.filter(|(place, _)| nearest.contains(place)).map(|(_, range)| range.clone()).collect()
    }

    /// The part of the match with this number, from 0, that is in a block; the last line counts as one after the
    /// blocks.
    pub fn part(&self, number: usize, block: usize) -> Option<Range<usize>> {
        let (range, start) = (self.all.get(number)?, *self.starts.get(block)?);
        let end = self.starts.get(block + 1).copied().unwrap_or(usize::MAX);
        let (from, to) = (range.start.max(start), range.end.min(end));
        (from < to).then(|| from - start..to - start)
    }
}

/// The number of the next or previous match, wrapping around.
pub fn next_match(number: usize, count: usize, forwards: bool) -> usize {
    if count == 0 {
        return 0;
    }
    if forwards { (number + 1) % count } else { (number + count - 1) % count }
}

/// Searches everything that is shown for `query`, across styles and blocks.
pub fn find(console: &ConsoleState, query: &str) -> Found {
    if query.is_empty() {
        return Found::default();
    }
    let all = matches(&plain_text(console), query);
    let mut start = 0;
    let mut starts = Vec::new();
    let mut part = |length: usize| {
        let (from, to) = (start, start + length);
        starts.push(from);
        start = to;
        // Matches are sorted and do not overlap.
        let first = all.partition_point(|range| range.end <= from);
        let cut = all[first..].iter().take_while(|range| range.start < to);
        cut.map(|range| range.start.max(from) - from..range.end.min(to) - from).collect::<Rc<[_]>>()
    };
    let blocks = console.blocks.iter().map(|block| part(block.length)).collect();
    let tail = part(console.tail.iter().map(|span| span.text.len()).sum());
    Found { blocks, tail, all, starts }
}

/// Splits text where a match begins or ends, and returns whether each piece is a match. `ranges` are those of a text in
/// which this one begins at `start`.
pub fn pieces<'a>(text: &'a str, start: usize, ranges: &[Range<usize>]) -> Vec<(&'a str, bool)> {
    let end = start + text.len();
    let first = ranges.partition_point(|range| range.end <= start);
    let mut pieces = Vec::new();
    let mut at = 0;
    for range in ranges[first..].iter().take_while(|range| range.start < end) {
        let (from, to) = (range.start.max(start) - start, range.end.min(end) - start);
        pieces.extend(text.get(at..from).filter(|piece| !piece.is_empty()).map(|piece| (piece, false)));
        pieces.extend(text.get(from..to).map(|piece| (piece, true)));
        at = to;
    }
    pieces.extend(text.get(at..).filter(|piece| !piece.is_empty()).map(|piece| (piece, false)));
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{OutputChunk, Stream};
    use crate::ui::state::console::ConsoleAction;

    #[test]
    fn matches_ignore_case_and_do_not_overlap() {
        assert_eq!(matches("Aaaa aA", "aa"), [0..2, 2..4, 5..7]);
        assert_eq!(matches("Žába žába", "ŽÁ"), [0..4, 7..11]);
        assert_eq!(matches("abc", ""), []);
        assert_eq!(matches("abc", "abcd"), []);
    }
    fn printed(chunks: &[&str]) -> ConsoleState {
        let chunks = chunks.iter().map(|text| OutputChunk {
            stream: Stream::Stdout,
            bytes: text.as_bytes().to_vec(),
            dropped: 0,
        });
        ConsoleState::default().apply(ConsoleAction::Output { run: 0, chunks: chunks.collect() })
    }

    #[test]
    fn a_match_is_found_across_a_change_of_colour() {
        let console = printed(&["one \x1b[31mer\x1b[0mror\nerr\x1b[1mor"]);
        let found = find(&console, "ERROR");
        assert_eq!(found.count(), 2);
        assert_eq!(found.blocks[0].first(), Some(&(4..9)));
        assert_eq!(found.tail.first(), Some(&(0..5)));
        let spans = &console.blocks[0].spans;
        assert_eq!(pieces(&spans[0].text, 0, &found.blocks[0]), [("one ", false)]);
        assert_eq!(pieces(&spans[1].text, 4, &found.blocks[0]), [("er", true)]);
        assert_eq!(pieces(&spans[2].text, 6, &found.blocks[0]), [("ror", true), ("\n", false)]);
        assert_eq!((found.part(0, 0), found.part(0, 1)), (Some(4..9), None));
        assert_eq!((found.part(1, 0), found.part(1, 1), found.part(2, 1)), (None, Some(0..5), None));
    }

    #[test]
    fn a_match_is_found_across_blocks() {
        // One line, longer than several blocks, of words whose length does not divide a block's size.
        let console = printed(&[&"needle ".repeat(5_000)]);
        assert!(console.blocks.len() > 3);
        let found = find(&console, "needle");
        assert_eq!(found.count(), 5_000);
        let parts: usize = found.blocks.iter().map(|ranges| ranges.len()).sum::<usize>() + found.tail.len();
        assert!(parts > 5_000, "some are cut in two");
        for (block, ranges) in console.blocks.iter().zip(&found.blocks) {
            let text: String = block.spans.iter().map(|span| span.text.as_str()).collect();
            let drawn: String = pieces(&text, 0, ranges).into_iter().map(|(piece, _)| piece).collect();
            assert_eq!(drawn, text);
        }
        // Each match is in one block or two, and these parts are what is drawn.
        for number in 0..found.count() {
            let parts = (0..=console.blocks.len()).filter_map(|block| Some((block, found.part(number, block)?)));
            let parts: Vec<_> = parts.collect();
            assert_eq!(parts.iter().map(|(_, part)| part.len()).sum::<usize>(), "needle".len());
            let drawn = |block: usize| found.blocks.get(block).unwrap_or(&found.tail);
            assert!(parts.iter().all(|(block, part)| drawn(*block).contains(part)));
        }
        assert_eq!(find(&console, ""), Found::default());
    }

    #[test]
    fn of_very_many_matches_the_nearest_are_marked() {
        let console = printed(&[&"x".repeat(50_000)]);
        let found = find(&console, "X");
        assert_eq!(found.count(), 50_000);
        for number in [0, 1, 20_000, 49_999] {
            let marked: usize = (0..=console.blocks.len()).map(|block| found.marked(number, block).len()).sum();
            assert!(marked > 0 && marked <= MOST_MARKS, "{marked} at {number}");
            let current = (0..=console.blocks.len()).find_map(|block| Some((block, found.part(number, block)?)));
            let (block, part) = current.expect("a match is somewhere");
            assert!(found.marked(number, block).contains(&part), "{number}");
        }
        let few = find(&printed(&["xyx\nx"]), "x");
        assert_eq!((few.marked(0, 0), few.marked(0, 1)), (few.blocks[0].clone(), few.tail.clone()));
    }

    #[test]
    fn searching_takes_no_longer_for_a_word_that_almost_matches_everywhere() {
        // Trying every letter at each position would take a thousand million steps.
        let (text, word) = ("a".repeat(1 << 20), "a".repeat(1000) + "b");
        assert_eq!(matches(&text, &word), []);
        let found = matches(&(text + "B"), &word);
        assert_eq!((found.len(), found.first()), (1, Some(&((1 << 20) - 1000..(1 << 20) + 1))));
    }

    #[test]
    fn matches_go_round() {
        assert_eq!([0, 1, 2].map(|number| next_match(number, 3, true)), [1, 2, 0]);
        assert_eq!([0, 1, 2].map(|number| next_match(number, 3, false)), [2, 0, 1]);
        assert_eq!(next_match(0, 0, false), 0);
        // The text may have become shorter in the meantime.
        assert!(next_match(9, 3, true) < 3 && next_match(9, 3, false) < 3);
    }
}
