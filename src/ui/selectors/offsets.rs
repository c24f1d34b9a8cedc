//! Between places in bytes, as the compiler counts, and UTF-16 code units, as the editor counts.

/// The UTF-16 positions of byte offsets in `text`; what is past the end is the end, what is within a character is its
/// beginning. One pass over the text, however many offsets there are.
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
        unit += text[byte..wanted].chars().map(|character| character.len_utf16() as u32).sum::<u32>();
        byte = wanted;
        positions[index] = unit;
    }
    positions
}

/// The byte offset of a UTF-16 position in `text`; what is past the end is the end.
pub fn to_byte(text: &str, position: u32) -> u32 {
    let mut unit = 0;
    let found = text.char_indices().find(|(_, character)| {
        unit += character.len_utf16() as u32;
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
