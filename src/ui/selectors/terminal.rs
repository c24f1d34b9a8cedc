//! From the bytes of a stream to pieces of styled text, as a terminal would show them and a learner can read them.
//!
//! Bytes arrive cut anywhere: an incomplete character or escape sequence is held until the rest of it comes.
//! Control characters and what is not UTF-8 are shown as `\xNN`, marked as such, because in a tool for looking inside
//! programs nothing that a program prints should be invisible. Colours (SGR) are obeyed.

/// How a piece of text is drawn. Colours are the terminal's 16: 0 to 7 and, bright, 8 to 15.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Style {
    pub foreground: Option<u8>,
    pub background: Option<u8>,
    pub bold: bool,
    pub dim: bool,
    pub italic: bool,
    pub underline: bool,
    pub inverse: bool,
    /// Not text as it was printed, but a byte spelled out.
    pub spelled: bool,
}

/// What a stream of bytes turned out to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Text, newlines included.
    Text { text: String, style: Style },
    /// A carriage return that no newline follows: what comes next replaces the line.
    LineStart,
}

/// Reads one stream.
#[derive(Debug, Clone, Default)]
pub struct Decoder {
    style: Style,
    /// Bytes at the end of what was read that may yet become a character or an escape sequence.
    held: Vec<u8>,
}

/// A longer escape sequence is not one.
const LONGEST_SEQUENCE: usize = 64;

impl Decoder {
    /// Reads `bytes` and appends what they say to `pieces`.
    pub fn read(&mut self, bytes: &[u8], pieces: &mut Vec<Piece>) {
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

    /// The stream is over, or what follows was left out: says what was held, such as it is.
    pub fn finish(&mut self, pieces: &mut Vec<Piece>) {
        let held = std::mem::take(&mut self.held);
        self.scan(&held, pieces, true);
    }

    /// Returns how many bytes were understood.
    fn scan(&mut self, bytes: &[u8], pieces: &mut Vec<Piece>, last: bool) -> usize {
        let mut at = 0;
        while at < bytes.len() {
            let rest = &bytes[at..];
            let taken = match rest[0] {
                b'\r' => match rest.get(1) {
                    Some(b'\n') => {
                        self.push(pieces, "\n");
                        2
                    }
                    None if !last => return at,
                    _ => {
                        pieces.push(Piece::LineStart);
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
                    self.spell(pieces, &rest[..1]);
                    1
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

    /// Reads up to the next control character; 0 when all there is may be the beginning of a character.
    fn text(&mut self, bytes: &[u8], pieces: &mut Vec<Piece>, last: bool) -> usize {
        let end = bytes.iter().position(|byte| is_control(*byte)).unwrap_or(bytes.len());
        let run = &bytes[..end];
        match std::str::from_utf8(run) {
            Ok(text) => {
                self.push(pieces, text);
                end
            }
            Err(error) => {
                let valid = error.valid_up_to();
                if valid > 0 {
                    self.push(pieces, &String::from_utf8_lossy(&run[..valid]));
                    return valid;
                }
                // No `error_len`: more bytes could complete it. They cannot come when something else follows already.
                let wrong = match error.error_len() {
                    Some(length) => length,
                    None if end == bytes.len() && !last => return 0,
                    None => run.len(),
                };
                self.spell(pieces, &run[..wrong]);
                wrong
            }
        }
    }

    fn push(&self, pieces: &mut Vec<Piece>, text: &str) {
        push(pieces, self.style, text);
    }

    /// Shows bytes that are no text.
    fn spell(&self, pieces: &mut Vec<Piece>, bytes: &[u8]) {
        let text: String = bytes.iter().map(|byte| format!("\\x{byte:02X}")).collect();
        push(pieces, Style { spelled: true, ..self.style }, &text);
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
                // Of the 256 colours the first 16 have names here; the others are left as they were.
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

enum Sequence {
    /// SGR with its parameters, and how many bytes it takes.
    Colour(Vec<u16>, usize),
    /// The rest may be on its way.
    Incomplete,
    /// Something that is not obeyed here.
    Other,
}

/// What begins with the escape character at `bytes[0]`.
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

fn push(pieces: &mut Vec<Piece>, wanted: Style, more: &str) {
    match pieces.last_mut() {
        Some(Piece::Text { text, style }) if *style == wanted => text.push_str(more),
        _ => pieces.push(Piece::Text { text: more.to_owned(), style: wanted }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(chunks: &[&[u8]]) -> Vec<Piece> {
        let mut decoder = Decoder::default();
        let mut pieces = Vec::new();
        for chunk in chunks {
            decoder.read(chunk, &mut pieces);
        }
        decoder.finish(&mut pieces);
        pieces
    }

    fn text_of(chunks: &[&[u8]]) -> String {
        read_all(chunks)
            .iter()
            .map(|piece| match piece {
                Piece::Text { text, .. } => text.as_str(),
                Piece::LineStart => "<CR>",
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
    fn an_incomplete_character_is_held_and_told_at_the_end() {
        let mut decoder = Decoder::default();
        let mut pieces = Vec::new();
        decoder.read(b"a\xf0\x9f", &mut pieces);
        assert_eq!(pieces, [Piece::Text { text: "a".into(), style: Style::default() }]);
        decoder.finish(&mut pieces);
        let spelled = Style { spelled: true, ..Style::default() };
        assert_eq!(pieces[1..], [Piece::Text { text: "\\xF0\\x9F".into(), style: spelled }]);
    }

    #[test]
    fn other_bytes_are_shown_in_hexadecimal() {
        assert_eq!(text_of(&[b"ok\xff\xfe\x80z"]), "ok\\xFF\\xFE\\x80z");
        // A character that is begun and then something else: the beginning is told, the rest is text.
        assert_eq!(text_of(&[b"\xe2\x82", b"\nx"]), "\\xE2\\x82\nx");
        assert_eq!(text_of(&[b"\xe2\x82", b"A"]), "\\xE2\\x82A");
        assert_eq!(text_of(&[b"\xe2\x1b[1mA"]), "\\xE2A");
    }

    #[test]
    fn control_characters_are_made_visible() {
        assert_eq!(text_of(&[b"a\0b\x07\x7f\tc\n"]), "a\\x00b\\x07\\x7F\tc\n");
        assert_eq!(text_of(&[b"\x1b[2J"]), "\\x1B[2J");
        assert_eq!(text_of(&[b"\x1b"]), "\\x1B");
        // What was printed as these four characters is not taken for a byte.
        let is_spelled = |bytes: &[u8]| matches!(read_all(&[bytes])[..], [Piece::Text { style, .. }] if style.spelled);
        assert!(is_spelled(b"\xff") && !is_spelled(b"\\xFF"));
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
            Piece::Text { text: "a".into(), style: Style::default() },
            Piece::Text { text: "red".into(), style: red },
            Piece::Text { text: "b".into(), style: Style::default() },
        ];
        for cut in 0..bytes.len() {
            let pieces = read_all(&[&bytes[..cut], &bytes[cut..]]);
            let mut merged: Vec<Piece> = Vec::new();
            for piece in pieces {
                match (merged.last_mut(), piece) {
                    (Some(Piece::Text { text, style }), Piece::Text { text: more, style: same }) if *style == same => {
                        text.push_str(&more);
                    }
                    (_, piece) => merged.push(piece),
                }
            }
            assert_eq!(merged, expected, "cut at {cut}");
        }
    }

    #[test]
    fn bright_and_indexed_colours_and_their_ends() {
        let pieces = read_all(&[b"\x1b[92mg\x1b[38;5;4mb\x1b[38;2;1;2;3mn\x1b[39;44mx\x1b[m."]);
        let styles: Vec<(Option<u8>, Option<u8>)> = pieces
            .iter()
            .filter_map(|piece| match piece {
                Piece::Text { style, .. } => Some((style.foreground, style.background)),
                Piece::LineStart => None,
            })
            .collect();
        assert_eq!(styles, [(Some(10), None), (Some(4), None), (None, Some(4)), (None, None)]);
    }

    #[test]
    fn an_endless_escape_sequence_is_not_held_for_ever() {
        let endless = [b"\x1b[".as_slice(), &[b'1'; 200]].concat();
        assert_eq!(text_of(&[&endless]), format!("\\x1B[{}", "1".repeat(200)));
    }
}
