//! A program as the user provided it, and positions in its text.

use std::ops::Range;

/// A program: a name for messages, and its bytes, text or binary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The file's name, as used in problems.
    pub name: String,
    /// WebAssembly text in UTF-8, or the binary format.
    pub bytes: Vec<u8>,
}

impl Source {
    /// Creates a source from a name and text or bytes.
    pub fn new(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { name: name.into(), bytes: bytes.into() }
    }

    /// Whether the bytes start with the magic number of the binary format (core specification, section 5.5.16).
    pub fn is_binary(&self) -> bool {
        self.bytes.starts_with(b"\0asm")
    }
}

/// A range of a text, in the forms that users and editors need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Location {
    /// Byte offset of the first byte.
    pub start: usize,
    /// Byte offset after the last byte; equal to `start` for a position between two characters.
    pub end: usize,
    /// Line and column of the start, counted from 1, the column in characters.
    pub line: usize,
    pub column: usize,
    pub end_line: usize,
    pub end_column: usize,
}

impl Location {
    /// Computes the lines and columns of a byte range. Offsets past the end, or within a character, are moved back to
    /// the nearest valid position.
    pub fn new(text: &str, range: Range<usize>) -> Self {
        let start = floor_char_boundary(text, range.start);
        let end = floor_char_boundary(text, range.end.max(start));
        let (line, column) = line_and_column(text, start);
        let (end_line, end_column) = line_and_column(text, end);
        Self { start, end, line, column, end_line, end_column }
    }
}

fn floor_char_boundary(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

/// Line and column of a byte offset, counted from 1, the column in characters.
fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..offset];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = before.bytes().filter(|&byte| byte == b'\n').count() + 1;
    (line, before[line_start..].chars().count() + 1)
}

/// How many characters of a long line an excerpt shows.
const EXCERPT_WIDTH: usize = 100;

/// The source line of a location with carets below it, for a fixed-width font.
///
/// A long line is cut to a window around the position, with `…` where something is left out.
pub fn excerpt(text: &str, location: &Location) -> String {
    let line_text = text.lines().nth(location.line - 1).unwrap_or("");
    let shown: Vec<char> = line_text.chars().map(visible).collect();
    let column = location.column - 1;
    let length = if location.end_line == location.line {
        (location.end_column - location.column).max(1)
    } else {
        shown.len().saturating_sub(column).max(1)
    };
    let first = if shown.len() <= EXCERPT_WIDTH { 0 } else { column.saturating_sub(EXCERPT_WIDTH / 2) };
    let last = shown.len().min(first + EXCERPT_WIDTH);

    let mut window = String::new();
    if first > 0 {
        window.push('…');
    }
    window.extend(&shown[first.min(last)..last]);
    if last < shown.len() {
        window.push('…');
    }
    let indent = column - first + usize::from(first > 0);
    let carets = length.min(EXCERPT_WIDTH.saturating_sub(column - first).max(1));
    let number = location.line.to_string();
    let gutter = " ".repeat(number.len());
    format!("{number} | {window}\n{gutter} | {}{}", " ".repeat(indent), "^".repeat(carets))
}

/// Replaces characters that would move the caret away from its position, or hide the text there.
fn visible(character: char) -> char {
    match character {
        '\t' => ' ',
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{200b}'..='\u{200f}' => '\u{fffd}',
        '\u{a0}' | '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{2028}' | '\u{2029}' => '\u{fffd}',
        '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => '\u{fffd}',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_not_bytes() {
        let text = "(module\n  ;; größe\n  x)";
        let offset = text.rfind('x').unwrap();
        let location = Location::new(text, offset..offset + 1);
        assert_eq!((location.line, location.column), (3, 3));
        let umlaut = text.find('ß').unwrap();
        assert_eq!(Location::new(text, umlaut..umlaut + 2).column, 9);
        assert_eq!(Location::new(text, umlaut..umlaut + 2).end_column, 10);
    }

    #[test]
    fn a_place_past_the_end_is_the_end() {
        let location = Location::new("ab\n", 99..120);
        assert_eq!((location.start, location.end, location.line, location.column), (3, 3, 2, 1));
    }

    #[test]
    fn the_carets_stand_below_the_place() {
        let text = "(module\n\t(func $größe i32.ad))";
        let start = text.find("i32.ad").unwrap();
        let location = Location::new(text, start..start + 6);
        assert_eq!(excerpt(text, &location), "2 |  (func $größe i32.ad))\n  |               ^^^^^^");
    }

    #[test]
    fn a_long_line_is_cut_around_the_place() {
        let text = format!("{}bad{}", "x".repeat(5000), "y".repeat(5000));
        let excerpt = excerpt(&text, &Location::new(&text, 5000..5003));
        let (line, carets) = excerpt.split_once('\n').unwrap();
        assert!(line.chars().count() < 120, "{line}");
        let column = line.chars().position(|character| character == 'b').unwrap();
        assert_eq!(carets.chars().position(|character| character == '^'), Some(column));
        assert!(line.contains("…x") && line.ends_with('…'));
    }
}
