//! How names are shown: what a module or a program calls something may be any text, seen or not.

use std::borrow::Cow;

/// A name as a sentence or a list shows it: one that cannot be seen for what it is stands as the text format writes it
/// (core specification, section 6.3.3).
pub fn shown(name: &str) -> Cow<'_, str> {
    shown_where(name, |character| matches!(character, '`' | ' '))
}

/// The same for the name of a file, or of a function in its language, where a space is nothing unusual: only one at an
/// end has the name quoted, as it could not be seen.
pub fn shown_with_spaces(name: &str) -> Cow<'_, str> {
    if name.starts_with(' ') || name.ends_with(' ') {
        return shown(name);
    }
    shown_where(name, |_| false)
}

fn shown_where(name: &str, is_quoted: impl Fn(char) -> bool) -> Cow<'_, str> {
    let is_seen = |character: char| match character {
        '"' | '\\' => false,
        // Most names, at the page's start too, need no more than this; Unicode's tables come later.
        ' '..='~' => true,
        _ => !is_unseen(character) && character.escape_debug().eq(Some(character)),
    };
    if !name.is_empty() && name.chars().all(|character| is_seen(character) && !is_quoted(character)) {
        return Cow::Borrowed(name);
    }
    let mut quoted = String::from('"');
    for character in name.chars() {
        match character {
            '\0' => quoted.push_str("\\00"),
            _ if is_seen(character) => quoted.push(character),
            _ if is_unseen(character) => quoted.extend(character.escape_unicode()),
            _ => quoted.extend(character.escape_debug()),
        }
    }
    quoted.push('"');
    Cow::Owned(quoted)
}

/// Letters that have no shape, which Rust's own escapes leave as they are.
fn is_unseen(character: char) -> bool {
    matches!(character, '\u{115f}' | '\u{1160}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}')
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_cannot_be_seen_is_quoted_as_in_the_text_format() {
        for plain in ["main", "wasi:cli/run@0.2.0", "größe", "it's", "→", "$a"] {
            assert_eq!(shown(plain), plain);
        }
        for (odd, quoted) in [
            ("", "\"\""),
            (" ", "\" \""),
            ("a b", r#""a b""#),
            ("e\u{301}", r#""e\u{301}""#),
            ("a\u{202e}b", r#""a\u{202e}b""#),
            ("a\u{a0}b", r#""a\u{a0}b""#),
            ("\u{3164}", r#""\u{3164}""#),
            ("\u{1b}[31m", r#""\u{1b}[31m""#),
        ] {
            assert_eq!(shown(odd), quoted);
        }
    }

    #[test]
    fn a_space_within_the_name_of_a_file_needs_no_quotes() {
        assert_eq!(shown_with_spaces("my file.txt"), "my file.txt");
        assert_eq!(shown_with_spaces("Vec<u8> as Drop"), "Vec<u8> as Drop");
        for (odd, quoted) in [("a ", "\"a \""), (" a", "\" a\""), ("", "\"\""), ("a\u{200b}", r#""a\u{200b}""#)] {
            assert_eq!(shown_with_spaces(odd), quoted);
        }
    }
}
