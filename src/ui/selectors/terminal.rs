//! Turns the bytes of a stream into pieces of styled text.
//!
//! Bytes may arrive cut anywhere: an incomplete character or escape sequence is held until the rest of it arrives.
//! Control characters, those that change the order of text, and invalid UTF-8 are shown as `\xNN` and marked as such,
//! because in a tool for looking inside programs nothing that a program prints should be invisible. Colours (SGR) are
//! supported.

/// The style of a piece of text. Colours are the terminal's 16: 0 to 7, and the bright ones, 8 to 15.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Style {
    pub foreground: Option<u8>,
    pub background: Option<u8>,
    pub bold: bool,
    pub dim: bool,
    pub italic: bool,
    pub underline: bool,
    pub inverse: bool,
    /// Whether this is an escaped byte rather than printed text.
    pub spelled: bool,
}

/// A decoded piece of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Text, newlines included.
    Text { text: &'a str, style: Style },
    /// A carriage return that is not followed by a newline: what comes next replaces the line.
    LineStart,
}

/// Decodes one stream.
#[derive(Debug, Clone, Default)]
pub struct Decoder {
    style: Style,
    /// Bytes at the end of the input that may still become a character or an escape sequence.
    held: Vec<u8>,
}

/// How many characters an escaped byte has.
pub const SPELLED: usize = 4;
/// The maximum length of an escape sequence; anything longer is not one.
const LONGEST_SEQUENCE: usize = 64;

impl Decoder {
    /// Decodes `bytes` and passes on the pieces, in time linear in their number whatever they are.
    pub fn read(&mut self, bytes: &[u8], pieces: &mut dyn FnMut(Piece<'_>)) {
        let joined;
        let bytes = if self.held.is_empty() {
            bytes
        } else {
            joined = [std::mem::take(&mut self.held).as_slice(), bytes].concat();
            &joined
        };
        let taken = self.scan(bytes, pieces, false);
        self.held = bytes[taken..].to_vec();
    }

    /// The stream has ended, or the following bytes were left out: shows the held bytes as they are.
    pub fn finish(&mut self, pieces: &mut dyn FnMut(Piece<'_>)) {
        let held = std::mem::take(&mut self.held);
        self.scan(&held, pieces, true);
    }

    /// Drops the held bytes, because they were left out, too.
    pub fn forget(&mut self) {
        self.held.clear();
    }

    /// Returns how many bytes were consumed.
    fn scan(&mut self, bytes: &[u8], pieces: &mut dyn FnMut(Piece<'_>), last: bool) -> usize {
        let mut at = 0;
        while at < bytes.len() {
            let rest = &bytes[at..];
            let taken = match rest[0] {
                b'\r' => match rest.get(1) {
                    Some(b'\n') => {
                        pieces(Piece::Text { text: "\n", style: self.style });
                        2
                    }
                    None if !last => return at,
                    _ => {
                        pieces(Piece::LineStart);
                        1
                    }
                },
                0x1b => match sequence(rest) {
                    Sequence::Colour(parameters, length) => {
                        self.colour(&parameters);
                        length
                    }
                    Sequence::Incomplete if !last => return at,
                    Sequence::Incomplete | Sequence::Other => {
                        self.spell(pieces, &rest[..1]);
                        1
                    }
                },
                byte if is_control(byte) => {
                    let is_other = |byte: &u8| is_control(*byte) && !matches!(byte, b'\r' | 0x1b);
                    let length = rest.iter().take_while(|byte| is_other(byte)).count();
                    self.spell(pieces, &rest[..length]);
                    length
                }
                _ => match self.text(rest, pieces, last) {
                    0 => return at,
                    taken => taken,
                },
            };
            at += taken;
        }
        at
    }

    /// Reads up to the next control character, except for an incomplete character that the next bytes may complete;
    /// returns how many bytes were consumed.
    fn text(&mut self, bytes: &[u8], pieces: &mut dyn FnMut(Piece<'_>), last: bool) -> usize {
        let end = bytes.iter().position(|byte| is_control(*byte)).unwrap_or(bytes.len());
        // More bytes cannot complete a character if something else follows already.
        let goes_on = end == bytes.len() && !last;
        let mut taken = 0;
        // Invalid bytes, up to the next valid text.
        let mut wrong = 0..0;
        for chunk in bytes[..end].utf8_chunks() {
            if !chunk.valid().is_empty() {
                self.spell(pieces, &bytes[wrong]);
                self.show(pieces, chunk.valid());
                taken += chunk.valid().len();
                wrong = taken..taken;
            }
            let invalid = chunk.invalid();
            if goes_on && taken + invalid.len() == end && is_incomplete(invalid) {
                break;
            }
            taken += invalid.len();
            wrong.end = taken;
        }
        self.spell(pieces, &bytes[wrong]);
        taken
    }

    /// Shows text, and what would reorder it as escapes.
    fn show(&self, pieces: &mut dyn FnMut(Piece<'_>), mut text: &str) {
        while let Some((at, reorders)) = text.match_indices(reorders_text).next() {
            if at > 0 {
                pieces(Piece::Text { text: &text[..at], style: self.style });
            }
            self.spell(pieces, reorders.as_bytes());
            text = &text[at + reorders.len()..];
        }
        if !text.is_empty() {
            pieces(Piece::Text { text, style: self.style });
        }
    }

    /// Shows invalid bytes as escapes.
    fn spell(&self, pieces: &mut dyn FnMut(Piece<'_>), bytes: &[u8]) {
        const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
        if bytes.is_empty() {
            return;
        }
        let mut text = String::with_capacity(SPELLED * bytes.len());
        for byte in bytes {
            text.push_str("\\x");
            text.push(char::from(DIGITS[usize::from(byte >> 4)]));
            text.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
        pieces(Piece::Text { text: &text, style: Style { spelled: true, ..self.style } });
    }

    /// Select Graphic Rendition (ECMA-48, 8.3.117).
    fn colour(&mut self, parameters: &[u16]) {
        let style = &mut self.style;
        let mut rest = parameters;
        while let [first, tail @ ..] = rest {
            rest = tail;
            match *first {
                0 => *style = Style::default(),
                1 => style.bold = true,
                2 => style.dim = true,
                3 => style.italic = true,
                4 => style.underline = true,
                7 => style.inverse = true,
                22 => (style.bold, style.dim) = (false, false),
                23 => style.italic = false,
                24 => style.underline = false,
                27 => style.inverse = false,
                code @ 30..=37 => style.foreground = Some((code - 30) as u8),
                code @ 40..=47 => style.background = Some((code - 40) as u8),
                code @ 90..=97 => style.foreground = Some((code - 90 + 8) as u8),
                code @ 100..=107 => style.background = Some((code - 100 + 8) as u8),
                39 => style.foreground = None,
                49 => style.background = None,
                // Of the 256 colours, the first 16 have names here; the others do not change the style.
                code @ (38 | 48) => {
                    if let [5, index, tail @ ..] = rest {
                        if *index < 16 {
                            let colour = Some(*index as u8);
                            if code == 38 { style.foreground = colour } else { style.background = colour }
                        }
                        rest = tail;
                    } else if let [2, _, _, _, tail @ ..] = rest {
                        rest = tail;
                    }
                }
                _ => {}
            }
        }
    }
}

/// Whether a character is a directional embedding, override or isolate, or ends one (UAX #9, 2): what is after it would
/// not be read as it was printed.
pub fn reorders_text(character: char) -> bool {
    matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

enum Sequence {
    /// SGR with its parameters, and its length in bytes.
    Colour(Vec<u16>, usize),
    /// The rest may still arrive.
    Incomplete,
    /// A sequence that is not supported.
    Other,
}

/// Parses the sequence that starts with the escape character at `bytes[0]`.
fn sequence(bytes: &[u8]) -> Sequence {
    match bytes.get(1) {
        None => return Sequence::Incomplete,
        Some(b'[') => {}
        Some(_) => return Sequence::Other,
    }
    let body = &bytes[2..bytes.len().min(LONGEST_SEQUENCE)];
    let Some(end) = body.iter().position(|byte| !matches!(byte, b'0'..=b'9' | b';')) else {
        return if bytes.len() < LONGEST_SEQUENCE { Sequence::Incomplete } else { Sequence::Other };
    };
    if body[end] != b'm' {
        return Sequence::Other;
    }
    let parameters = body[..end]
        .split(|byte| *byte == b';')
        .map(|digits| {
            digits.iter().fold(0_u16, |sum, digit| sum.saturating_mul(10).saturating_add(u16::from(digit - b'0')))
        })
        .collect();
    Sequence::Colour(parameters, end + 3)
}

fn is_control(byte: u8) -> bool {
    (byte < 0x20 && byte != b'\n' && byte != b'\t') || byte == 0x7f
}

/// Whether invalid bytes are the start of a character.
fn is_incomplete(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An owned piece; adjacent pieces in one style are merged.
    #[derive(Debug, Clone, PartialEq)]
    enum Read {
        Text(String, Style),
        LineStart,
    }

    fn keep(read: &mut Vec<Read>, piece: Piece<'_>) {
        match (read.last_mut(), piece) {
            (Some(Read::Text(all, same)), Piece::Text { text, style }) if *same == style => all.push_str(text),
            (_, Piece::Text { text, style }) => read.push(Read::Text(text.to_owned(), style)),
            (_, Piece::LineStart) => read.push(Read::LineStart),
        }
    }

    fn read_all(chunks: &[&[u8]]) -> Vec<Read> {
        let mut decoder = Decoder::default();
        let mut read = Vec::new();
        for chunk in chunks {
            decoder.read(chunk, &mut |piece| keep(&mut read, piece));
        }
        decoder.finish(&mut |piece| keep(&mut read, piece));
        read
    }

    fn text_of(chunks: &[&[u8]]) -> String {
        read_all(chunks)
            .iter()
            .map(|read| match read {
                Read::Text(text, _) => text.as_str(),
                Read::LineStart => "<CR>",
            })
            .collect()
    }

    #[test]
    fn a_character_cut_anywhere_is_whole_again() {
        let bytes = "žluťoučký 🦀 kůň\n".as_bytes();
        for cut in 0..bytes.len() {
            assert_eq!(text_of(&[&bytes[..cut], &bytes[cut..]]), "žluťoučký 🦀 kůň\n", "cut at {cut}");
        }
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        assert_eq!(text_of(&single), "žluťoučký 🦀 kůň\n");
    }

    #[test]
    fn an_incomplete_character_is_held_and_shown_at_the_end() {
        let mut decoder = Decoder::default();
        let mut read = Vec::new();
        decoder.read(b"a\xf0\x9f", &mut |piece| keep(&mut read, piece));
        assert_eq!(read, [Read::Text("a".into(), Style::default())]);
        decoder.finish(&mut |piece| keep(&mut read, piece));
        let spelled = Style { spelled: true, ..Style::default() };
        assert_eq!(read[1..], [Read::Text("\\xF0\\x9F".into(), spelled)]);
    }

    #[test]
    fn other_bytes_are_shown_in_hexadecimal() {
        assert_eq!(text_of(&[b"ok\xff\xfe\x80z"]), "ok\\xFF\\xFE\\x80z");
        // An incomplete character followed by something else: it is escaped, and the rest is text.
        assert_eq!(text_of(&[b"\xe2\x82", b"\nx"]), "\\xE2\\x82\nx");
        assert_eq!(text_of(&[b"\xe2\x82", b"A"]), "\\xE2\\x82A");
        assert_eq!(text_of(&[b"\xe2\x1b[1mA"]), "\\xE2A");
    }

    #[test]
    fn control_characters_are_made_visible() {
        assert_eq!(text_of(&[b"a\0b\x07\x7f\tc\n"]), "a\\x00b\\x07\\x7F\tc\n");
        assert_eq!(text_of(&[b"\x1b[2J"]), "\\x1B[2J");
        assert_eq!(text_of(&[b"\x1b"]), "\\x1B");
        // The same four characters, printed as text, must not be mistaken for an escaped byte.
        let is_spelled = |bytes: &[u8]| matches!(read_all(&[bytes])[..], [Read::Text(_, style)] if style.spelled);
        assert!(is_spelled(b"\xff") && !is_spelled(b"\\xFF"));
    }

    #[test]
    fn what_would_reorder_text_is_made_visible() {
        let read = read_all(&["\u{5d0}\u{202e}txt.exe\u{202c}!".as_bytes()]);
        let texts: Vec<(&str, bool)> = read
            .iter()
            .filter_map(|piece| match piece {
                Read::Text(text, style) => Some((text.as_str(), style.spelled)),
                Read::LineStart => None,
            })
            .collect();
        let expected =
            [("\u{5d0}", false), (r"\xE2\x80\xAE", true), ("txt.exe", false), (r"\xE2\x80\xAC", true), ("!", false)];
        assert_eq!(texts, expected);
    }

    #[test]
    fn a_carriage_return_starts_the_line_again_unless_a_newline_follows() {
        assert_eq!(text_of(&[b"one\r\ntwo\r", b"\n10%\r20%"]), "one\ntwo\n10%<CR>20%");
        assert_eq!(text_of(&[b"end\r"]), "end<CR>");
    }

    #[test]
    fn colours_are_obeyed_across_cuts() {
        let bytes = b"a\x1b[1;31mred\x1b[0mb";
        let red = Style { foreground: Some(1), bold: true, ..Style::default() };
        let expected = [
            Read::Text("a".into(), Style::default()),
            Read::Text("red".into(), red),
            Read::Text("b".into(), Style::default()),
        ];
        for cut in 0..bytes.len() {
            assert_eq!(read_all(&[&bytes[..cut], &bytes[cut..]]), expected, "cut at {cut}");
        }
    }

    #[test]
    fn bright_and_indexed_colours_and_their_ends() {
        let pieces = read_all(&[b"\x1b[92mg\x1b[38;5;4mb\x1b[38;2;1;2;3mn\x1b[39;44mx\x1b[m."]);
        let styles: Vec<(Option<u8>, Option<u8>)> = pieces
            .iter()
            .filter_map(|piece| match piece {
                Read::Text(_, style) => Some((style.foreground, style.background)),
                Read::LineStart => None,
            })
            .collect();
        assert_eq!(styles, [(Some(10), None), (Some(4), None), (None, Some(4)), (None, None)]);
    }

    #[test]
    fn an_endless_escape_sequence_is_not_held_for_ever() {
        let endless = [b"\x1b[".as_slice(), &[b'1'; 200]].concat();
        assert_eq!(text_of(&[&endless]), format!("\\x1B[{}", "1".repeat(200)));
    }

    #[test]
    fn cutting_it_anywhere_changes_nothing() {
        let bytes = b"\xff\xfeok\xe2\x82\xe2\x82\xac\0\0\x1b[1mB\x1b[2\xf0\x9f\xa6\r\n\xc3\rz\xc3";
        let whole = read_all(&[bytes]);
        for cut in 0..bytes.len() {
            assert_eq!(read_all(&[&bytes[..cut], &bytes[cut..]]), whole, "cut at {cut}");
        }
        assert_eq!(read_all(&bytes.chunks(1).collect::<Vec<_>>()), whole);
    }
}
