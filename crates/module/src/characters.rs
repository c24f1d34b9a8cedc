//! Characters that are invisible or easily confused with others, with their Unicode names.

/// The kind of a character that the text format does not allow at its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It is invisible: delete it.
    Invisible,
    /// It looks like a space: replace it with one.
    Space,
    /// It looks like an ASCII character.
    Like(char),
    /// It looks like what it is.
    Plain,
}

/// The code point, with the name of a character that does not look like what it is: `U+200B ZERO WIDTH SPACE`.
pub fn code_point(character: char) -> String {
    match known(character) {
        Some((.., name)) => format!("U+{:04X} {name}", u32::from(character)),
        None if ('\u{ff01}'..='\u{ff5e}').contains(&character) => {
            format!("U+{:04X}, the fullwidth form", u32::from(character))
        }
        None if character.is_control() => format!("U+{:04X}, a control character", u32::from(character)),
        None => format!("U+{:04X}", u32::from(character)),
    }
}

pub fn kind(character: char) -> Kind {
    match known(character) {
        Some((_, kind, _)) => *kind,
        // The fullwidth forms are in the order of ASCII (Unicode, block "Halfwidth and Fullwidth Forms").
        None if ('\u{ff01}'..='\u{ff5e}').contains(&character) => {
            char::from_u32(u32::from(character) - 0xFEE0).map_or(Kind::Plain, Kind::Like)
        }
        None if character.is_control() => Kind::Invisible,
        None => Kind::Plain,
    }
}

/// Whether a character changes the display order of the text around it.
pub fn is_bidirectional_control(character: char) -> bool {
    matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn known(character: char) -> Option<&'static (char, Kind, &'static str)> {
    KNOWN.binary_search_by_key(&character, |(known, ..)| *known).ok().map(|index| &KNOWN[index])
}

use Kind::{Invisible, Like, Space};

/// Sorted by code point.
const KNOWN: &[(char, Kind, &str)] = &[
    ('\u{0}', Invisible, "NULL"),
    ('\u{7}', Invisible, "BELL"),
    ('\u{8}', Invisible, "BACKSPACE"),
    ('\u{b}', Space, "LINE TABULATION"),
    ('\u{c}', Space, "FORM FEED"),
    ('\u{1b}', Invisible, "ESCAPE"),
    ('\u{7f}', Invisible, "DELETE"),
    ('\u{85}', Space, "NEXT LINE"),
    ('\u{a0}', Space, "NO-BREAK SPACE"),
    ('\u{ab}', Like('"'), "LEFT-POINTING DOUBLE ANGLE QUOTATION MARK"),
    ('\u{ad}', Invisible, "SOFT HYPHEN"),
    ('\u{b4}', Like('\''), "ACUTE ACCENT"),
    ('\u{bb}', Like('"'), "RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK"),
    ('\u{34f}', Invisible, "COMBINING GRAPHEME JOINER"),
    ('\u{37e}', Like(';'), "GREEK QUESTION MARK"),
    ('\u{391}', Like('A'), "GREEK CAPITAL LETTER ALPHA"),
    ('\u{392}', Like('B'), "GREEK CAPITAL LETTER BETA"),
    ('\u{395}', Like('E'), "GREEK CAPITAL LETTER EPSILON"),
    ('\u{396}', Like('Z'), "GREEK CAPITAL LETTER ZETA"),
    ('\u{397}', Like('H'), "GREEK CAPITAL LETTER ETA"),
    ('\u{399}', Like('I'), "GREEK CAPITAL LETTER IOTA"),
    ('\u{39a}', Like('K'), "GREEK CAPITAL LETTER KAPPA"),
    ('\u{39c}', Like('M'), "GREEK CAPITAL LETTER MU"),
    ('\u{39d}', Like('N'), "GREEK CAPITAL LETTER NU"),
    ('\u{39f}', Like('O'), "GREEK CAPITAL LETTER OMICRON"),
    ('\u{3a1}', Like('P'), "GREEK CAPITAL LETTER RHO"),
    ('\u{3a4}', Like('T'), "GREEK CAPITAL LETTER TAU"),
    ('\u{3a5}', Like('Y'), "GREEK CAPITAL LETTER UPSILON"),
    ('\u{3a7}', Like('X'), "GREEK CAPITAL LETTER CHI"),
    ('\u{3bd}', Like('v'), "GREEK SMALL LETTER NU"),
    ('\u{3bf}', Like('o'), "GREEK SMALL LETTER OMICRON"),
    ('\u{405}', Like('S'), "CYRILLIC CAPITAL LETTER DZE"),
    ('\u{406}', Like('I'), "CYRILLIC CAPITAL LETTER BYELORUSSIAN-UKRAINIAN I"),
    ('\u{408}', Like('J'), "CYRILLIC CAPITAL LETTER JE"),
    ('\u{410}', Like('A'), "CYRILLIC CAPITAL LETTER A"),
    ('\u{412}', Like('B'), "CYRILLIC CAPITAL LETTER VE"),
    ('\u{415}', Like('E'), "CYRILLIC CAPITAL LETTER IE"),
    ('\u{41a}', Like('K'), "CYRILLIC CAPITAL LETTER KA"),
    ('\u{41c}', Like('M'), "CYRILLIC CAPITAL LETTER EM"),
    ('\u{41d}', Like('H'), "CYRILLIC CAPITAL LETTER EN"),
    ('\u{41e}', Like('O'), "CYRILLIC CAPITAL LETTER O"),
    ('\u{420}', Like('P'), "CYRILLIC CAPITAL LETTER ER"),
    ('\u{421}', Like('C'), "CYRILLIC CAPITAL LETTER ES"),
    ('\u{422}', Like('T'), "CYRILLIC CAPITAL LETTER TE"),
    ('\u{425}', Like('X'), "CYRILLIC CAPITAL LETTER HA"),
    ('\u{430}', Like('a'), "CYRILLIC SMALL LETTER A"),
    ('\u{435}', Like('e'), "CYRILLIC SMALL LETTER IE"),
    ('\u{43e}', Like('o'), "CYRILLIC SMALL LETTER O"),
    ('\u{440}', Like('p'), "CYRILLIC SMALL LETTER ER"),
    ('\u{441}', Like('c'), "CYRILLIC SMALL LETTER ES"),
    ('\u{443}', Like('y'), "CYRILLIC SMALL LETTER U"),
    ('\u{445}', Like('x'), "CYRILLIC SMALL LETTER HA"),
    ('\u{455}', Like('s'), "CYRILLIC SMALL LETTER DZE"),
    ('\u{456}', Like('i'), "CYRILLIC SMALL LETTER BYELORUSSIAN-UKRAINIAN I"),
    ('\u{458}', Like('j'), "CYRILLIC SMALL LETTER JE"),
    ('\u{4bb}', Like('h'), "CYRILLIC SMALL LETTER SHHA"),
    ('\u{501}', Like('d'), "CYRILLIC SMALL LETTER KOMI DE"),
    ('\u{51b}', Like('q'), "CYRILLIC SMALL LETTER QA"),
    ('\u{51d}', Like('w'), "CYRILLIC SMALL LETTER WE"),
    ('\u{61c}', Invisible, "ARABIC LETTER MARK"),
    ('\u{115f}', Invisible, "HANGUL CHOSEONG FILLER"),
    ('\u{1160}', Invisible, "HANGUL JUNGSEONG FILLER"),
    ('\u{1680}', Space, "OGHAM SPACE MARK"),
    ('\u{180e}', Invisible, "MONGOLIAN VOWEL SEPARATOR"),
    ('\u{2000}', Space, "EN QUAD"),
    ('\u{2001}', Space, "EM QUAD"),
    ('\u{2002}', Space, "EN SPACE"),
    ('\u{2003}', Space, "EM SPACE"),
    ('\u{2004}', Space, "THREE-PER-EM SPACE"),
    ('\u{2005}', Space, "FOUR-PER-EM SPACE"),
    ('\u{2006}', Space, "SIX-PER-EM SPACE"),
    ('\u{2007}', Space, "FIGURE SPACE"),
    ('\u{2008}', Space, "PUNCTUATION SPACE"),
    ('\u{2009}', Space, "THIN SPACE"),
    ('\u{200a}', Space, "HAIR SPACE"),
    ('\u{200b}', Invisible, "ZERO WIDTH SPACE"),
    ('\u{200c}', Invisible, "ZERO WIDTH NON-JOINER"),
    ('\u{200d}', Invisible, "ZERO WIDTH JOINER"),
    ('\u{200e}', Invisible, "LEFT-TO-RIGHT MARK"),
    ('\u{200f}', Invisible, "RIGHT-TO-LEFT MARK"),
    ('\u{2010}', Like('-'), "HYPHEN"),
    ('\u{2011}', Like('-'), "NON-BREAKING HYPHEN"),
    ('\u{2012}', Like('-'), "FIGURE DASH"),
    ('\u{2013}', Like('-'), "EN DASH"),
    ('\u{2014}', Like('-'), "EM DASH"),
    ('\u{2018}', Like('\''), "LEFT SINGLE QUOTATION MARK"),
    ('\u{2019}', Like('\''), "RIGHT SINGLE QUOTATION MARK"),
    ('\u{201a}', Like('\''), "SINGLE LOW-9 QUOTATION MARK"),
    ('\u{201c}', Like('"'), "LEFT DOUBLE QUOTATION MARK"),
    ('\u{201d}', Like('"'), "RIGHT DOUBLE QUOTATION MARK"),
    ('\u{201e}', Like('"'), "DOUBLE LOW-9 QUOTATION MARK"),
    ('\u{2028}', Space, "LINE SEPARATOR"),
    ('\u{2029}', Space, "PARAGRAPH SEPARATOR"),
    ('\u{202a}', Invisible, "LEFT-TO-RIGHT EMBEDDING"),
    ('\u{202b}', Invisible, "RIGHT-TO-LEFT EMBEDDING"),
    ('\u{202c}', Invisible, "POP DIRECTIONAL FORMATTING"),
    ('\u{202d}', Invisible, "LEFT-TO-RIGHT OVERRIDE"),
    ('\u{202e}', Invisible, "RIGHT-TO-LEFT OVERRIDE"),
    ('\u{202f}', Space, "NARROW NO-BREAK SPACE"),
    ('\u{2032}', Like('\''), "PRIME"),
    ('\u{2033}', Like('"'), "DOUBLE PRIME"),
    ('\u{205f}', Space, "MEDIUM MATHEMATICAL SPACE"),
    ('\u{2060}', Invisible, "WORD JOINER"),
    ('\u{2061}', Invisible, "FUNCTION APPLICATION"),
    ('\u{2062}', Invisible, "INVISIBLE TIMES"),
    ('\u{2063}', Invisible, "INVISIBLE SEPARATOR"),
    ('\u{2064}', Invisible, "INVISIBLE PLUS"),
    ('\u{2066}', Invisible, "LEFT-TO-RIGHT ISOLATE"),
    ('\u{2067}', Invisible, "RIGHT-TO-LEFT ISOLATE"),
    ('\u{2068}', Invisible, "FIRST STRONG ISOLATE"),
    ('\u{2069}', Invisible, "POP DIRECTIONAL ISOLATE"),
    ('\u{206c}', Invisible, "INHIBIT ARABIC FORM SHAPING"),
    ('\u{2212}', Like('-'), "MINUS SIGN"),
    ('\u{2800}', Invisible, "BRAILLE PATTERN BLANK"),
    ('\u{3000}', Space, "IDEOGRAPHIC SPACE"),
    ('\u{3164}', Invisible, "HANGUL FILLER"),
    ('\u{fe0e}', Invisible, "VARIATION SELECTOR-15"),
    ('\u{fe0f}', Invisible, "VARIATION SELECTOR-16"),
    ('\u{feff}', Invisible, "ZERO WIDTH NO-BREAK SPACE"),
    ('\u{ffa0}', Invisible, "HALFWIDTH HANGUL FILLER"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_finds_each() {
        for pair in KNOWN.windows(2) {
            assert!(pair[0].0 < pair[1].0, "{}", pair[1].2);
        }
        for (character, is, name) in KNOWN {
            assert_eq!(kind(*character), *is);
            assert!(code_point(*character).ends_with(name));
        }
        assert_eq!(code_point('\u{200b}'), "U+200B ZERO WIDTH SPACE");
    }

    #[test]
    fn fullwidth_forms_are_those_of_ascii() {
        for (wide, narrow) in [('（', '('), ('）', ')'), ('＄', '$'), ('ａ', 'a'), ('；', ';'), ('～', '~')] {
            assert_eq!(kind(wide), Kind::Like(narrow));
        }
        assert_eq!(kind('ö'), Kind::Plain);
    }
}
