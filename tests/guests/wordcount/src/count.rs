//! What is counted.

use std::collections::HashMap;

/// The counts of one text, or of several together.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub lines: usize,
    pub words: usize,
    pub bytes: usize,
    /// How often each word stands in the text, in lower case.
    pub frequencies: HashMap<String, usize>,
}

impl Count {
    /// Counts `bytes`, which need not be UTF-8.
    pub fn of(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let mut count = Self { lines: text.lines().count(), bytes: bytes.len(), ..Self::default() };
        for word in text.split_whitespace() {
            count.words += 1;
            let word = word.trim_matches(|letter: char| !letter.is_alphanumeric()).to_lowercase();
            if !word.is_empty() {
                *count.frequencies.entry(word).or_default() += 1;
            }
        }
        count
    }

    /// Adds another text's counts.
    pub fn add(&mut self, other: &Self) {
        self.lines += other.lines;
        self.words += other.words;
        self.bytes += other.bytes;
        for (word, times) in &other.frequencies {
            *self.frequencies.entry(word.clone()).or_default() += times;
        }
    }

    /// The most frequent words, the first in the alphabet where two are as frequent.
    pub fn most_frequent(&self, at_most: usize) -> Vec<(&str, usize)> {
        let mut words: Vec<_> = self.frequencies.iter().map(|(word, times)| (word.as_str(), *times)).collect();
        words.sort_by(|(word, times), (other_word, other_times)| other_times.cmp(times).then(word.cmp(other_word)));
        words.truncate(at_most);
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_counted_without_case_and_punctuation() {
        let count = Count::of(b"The cat, the dog.\nA cat!\n");
        assert_eq!((count.lines, count.words, count.bytes), (2, 6, 25));
        assert_eq!(count.most_frequent(3), [("cat", 2), ("the", 2), ("a", 1)]);
    }

    #[test]
    fn nothing_counts_as_nothing() {
        assert_eq!(Count::of(b""), Count::default());
    }

    #[test]
    fn texts_add_up() {
        let mut total = Count::of(b"one two\n");
        total.add(&Count::of(b"two three\n"));
        assert_eq!((total.lines, total.words, total.bytes), (2, 4, 18));
        assert_eq!(total.most_frequent(1), [("two", 2)]);
    }
}
