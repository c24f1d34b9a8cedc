//! What can be derived from the console's contents: its text, and where a searched word is.

use std::ops::Range;

use crate::ui::state::console::ConsoleState;

/// All the text there is, as it is copied.
pub fn plain_text(console: &ConsoleState) -> String {
    let blocks = console.blocks.iter().flat_map(|block| &block.spans);
    blocks.chain(&console.tail).map(|span| span.text.as_str()).collect()
}

/// The last line, which the person types after: what names the text box.
pub fn prompt(console: &ConsoleState) -> String {
    console.tail.iter().map(|span| span.text.as_str()).collect()
}

/// Where `query` is in `text`, upper and lower case alike, without overlaps.
pub fn matches(text: &str, query: &str) -> Vec<Range<usize>> {
    let wanted: Vec<char> = query.chars().flat_map(char::to_lowercase).collect();
    let mut found = Vec::new();
    if wanted.is_empty() {
        return found;
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

/// How many bytes at the beginning of `text` are `wanted`, which is in lower case.
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

/// How often `query` is in the console; a match that a style or a block cuts is not counted.
pub fn count_matches(console: &ConsoleState, query: &str) -> usize {
    let blocks = console.blocks.iter().flat_map(|block| &block.spans);
    blocks.chain(&console.tail).map(|span| matches(&span.text, query).len()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_ignore_case_and_do_not_overlap() {
        assert_eq!(matches("Aaaa aA", "aa"), [0..2, 2..4, 5..7]);
        assert_eq!(matches("Žába žába", "ŽÁ"), [0..4, 7..11]);
        assert_eq!(matches("abc", ""), []);
        assert_eq!(matches("abc", "abcd"), []);
    }
}
