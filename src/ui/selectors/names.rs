//! Names of functions, exports, imports and files as the page shows them: names with invisible or misleading characters
//! are quoted and escaped, as in the console's messages.

use crate::names;

/// The name of an import, an export, a variable or a section.
pub fn name(name: &str) -> String {
    names::shown(name).into_owned()
}

/// The name of a function; other languages use spaces in it: `<Count as Display>::fmt`.
pub fn function(name: &str) -> String {
    names::shown_with_spaces(name).into_owned()
}

/// The name of a file, or its path.
pub fn file(path: &str) -> String {
    if path.split('/').any(|part| part.starts_with(' ') || part.ends_with(' ')) {
        return names::shown(path).into_owned();
    }
    names::shown_with_spaces(path).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_cannot_be_seen_are_in_quotes() {
        for (odd, quoted) in
            [("", "\"\""), (" ", "\" \""), ("e\u{301}", r#""e\u{301}""#), ("a\u{200b}", r#""a\u{200b}""#)]
        {
            assert_eq!(name(odd), quoted);
            assert_eq!(function(odd), quoted);
            assert_eq!(file(odd), quoted);
        }
        assert_eq!(name("\u{e9}"), "\u{e9}");
        assert_eq!(function("<Count as Display>::fmt"), "<Count as Display>::fmt");
        assert_eq!(file("notes/my list.txt"), "notes/my list.txt");
        assert_eq!(file("notes /list.txt"), "\"notes /list.txt\"");
        assert_eq!(file("notes/list.txt "), "\"notes/list.txt \"");
    }
}
