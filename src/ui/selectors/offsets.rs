//! Converts between the compiler's byte offsets and the editor's positions: UTF-16 code units, where a line ending is
//! one unit, even `\r
//! `.

/// The editor's units from `byte` to `end`, neither of which may be within a character.
fn units(text: &str, byte: usize, end: usize) -> u32 {
    let part = &text[byte..end];
    let counted: u32 = part.chars().map(|character| character.len_utf16() as u32).sum();
    let pairs = part.matches("\r\n").count() as u32;
    // If the part ends or begins between `\r` and `
    // `, the ending counts with the `
    // `.
    let ends_within = part.ends_with('\r') && text[end..].starts_with('\n');
    counted - pairs - u32::from(ends_within)
}

/// The editor's positions of byte offsets in `text`. An offset past the end means the end, one within a character or a
/// line ending means its start. One pass over the text, however many offsets there are.
pub fn to_utf16(text: &str, offsets: &[u32]) -> Vec<u32> {
    let mut order: Vec<usize> = (0..offsets.len()).collect();
    order.sort_by_key(|index| offsets[*index]);
    let mut positions = vec![0; offsets.len()];
    let (mut byte, mut unit) = (0, 0);
    for index in order {
        let mut wanted = (offsets[index] as usize).min(text.len());
        while !text.is_char_boundary(wanted) {
            wanted -= 1;
        }
        unit += units(text, byte, wanted);
        byte = wanted;
        positions[index] = unit;
    }
    positions
}

/// The byte offset of an editor position in `text`. A position past the end means the end, one at a line ending means
/// its start.
pub fn to_byte(text: &str, position: u32) -> u32 {
    let mut unit = 0;
    let found = text.char_indices().find(|(at, character)| {
        // For `\r
        // `, the position is that of the `\r`.
        if *character != '\n' || !text[..*at].ends_with('\r') {
            unit += character.len_utf16() as u32;
        }
        unit > position
    });
    found.map_or(text.len(), |(at, _)| at) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_of_every_length() {
        let text = "až€🦀b";
        assert_eq!(to_utf16(text, &[0, 1, 3, 6, 10, 11]), [0, 1, 2, 3, 5, 6]);
    }

    #[test]
    fn any_order_past_the_end_and_within_a_character() {
        assert_eq!(to_utf16("ž🦀", &[99, 1, 4, 0]), [3, 0, 1, 0]);
        assert_eq!(to_utf16("", &[5]), [0]);
    }

    #[test]
    fn a_line_ending_of_two_bytes_is_one_unit() {
        let text = "a\r\nž\r\n\r\nb\rc\n";
        assert_eq!(to_utf16(text, &[0, 1, 2, 3, 5, 6, 7, 9, 10, 11, 12, 13]), [0, 1, 1, 2, 3, 3, 4, 5, 6, 7, 8, 9]);
        assert_eq!(to_utf16(text, &[2, 1, 6, 99]), [1, 1, 3, 9]);
        let bytes: Vec<u32> = (0..=9).map(|position| to_byte(text, position)).collect();
        assert_eq!(bytes, [0, 1, 3, 5, 7, 9, 10, 11, 12, 13]);
    }

    #[test]
    fn agrees_with_the_standard_librarys_own_count() {
        let text = "ž(module 🦀🦀)\n;; ěš\u{10ffff}€\n";
        let boundaries: Vec<u32> = text.char_indices().map(|(at, _)| at as u32).collect();
        let expected: Vec<u32> =
            boundaries.iter().map(|at| text[..*at as usize].encode_utf16().count() as u32).collect();
        assert_eq!(to_utf16(text, &boundaries), expected);
        let back: Vec<u32> = expected.iter().map(|position| to_byte(text, *position)).collect();
        assert_eq!(back, boundaries);
        assert_eq!(to_byte(text, 999), text.len() as u32);
    }
}
