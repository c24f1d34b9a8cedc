//! The table that is printed.

use crate::count::Count;
use std::fmt::Write;

/// The counts as a table, a line a text and one for all when there are several, and the most frequent words.
pub fn render(counts: &[(String, Count)]) -> String {
    let mut text = String::new();
    let mut total = Count::default();
    line(&mut text, "lines", "words", "bytes", "file");
    for (name, count) in counts {
        numbers(&mut text, count, name);
        total.add(count);
    }
    if counts.len() > 1 {
        numbers(&mut text, &total, "total");
    }
    let frequent = total.most_frequent(5);
    if !frequent.is_empty() {
        text.push_str("\nmost frequent words\n");
    }
    for (word, times) in frequent {
        writeln!(text, "{times:>7}  {word}").expect("a string takes all that is written");
    }
    text
}

fn numbers(text: &mut String, count: &Count, name: &str) {
    line(text, &count.lines.to_string(), &count.words.to_string(), &count.bytes.to_string(), name);
}

fn line(text: &mut String, lines: &str, words: &str, bytes: &str, name: &str) {
    writeln!(text, "{lines:>7} {words:>7} {bytes:>7}  {name}").expect("a string takes all that is written");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_text_has_no_total() {
        let text = render(&[("a.txt".into(), Count::of(b"hi hi there\n"))]);
        let expected = "  lines   words   bytes  file\n      1       3      12  a.txt\n\nmost frequent words\n      2  hi\n      1  there\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn several_texts_have_a_total() {
        let text = render(&[("a".into(), Count::of(b"x\n")), ("b".into(), Count::of(b"y\n"))]);
        assert!(text.contains("      2       2       4  total\n"), "{text}");
    }
}
