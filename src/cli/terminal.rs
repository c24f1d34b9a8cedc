//! The command line's own output: it contains names, paths and texts from elsewhere, so control characters are escaped
//! instead of sent to the terminal.
//!
//! Only the program's output goes to the terminal unchanged ([`program_stdout`], [`program_stderr`]). `tests/tidy.rs`
//! fails if another file of `cli` prints in another way.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, Write};
use std::path::Path;

use super::Failure;

/// Prints a line to standard output; fails if it cannot be written.
macro_rules! out {
    ($($argument:tt)*) => { $crate::cli::terminal::line_on_stdout(format_args!($($argument)*)) };
}

/// Prints a line to standard error.
macro_rules! err {
    ($($argument:tt)*) => { $crate::cli::terminal::line_on_stderr(format_args!($($argument)*)) };
}

pub(super) use {err, out};

/// Escapes each control character, such as `\u{1b}`. Line breaks are kept.
pub(super) fn escape(text: &str) -> Cow<'_, str> {
    escape_all(text, |character| is_control(character) && !matches!(character, '\n' | '\t'))
}

/// A name, path or message: like [`escape`], but in a single line, so that it cannot be mistaken for one of our lines.
pub(super) fn one_line(text: &str) -> Cow<'_, str> {
    escape_all(text, is_control)
}

/// A path in a single line.
pub(super) fn path(path: &Path) -> String {
    one_line(&path.to_string_lossy()).into_owned()
}

fn escape_all(text: &str, is_escaped: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&is_escaped) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '\n' if is_escaped(character) => escaped.push_str("\\n"),
            '\t' if is_escaped(character) => escaped.push_str("\\t"),
            _ if is_escaped(character) => escaped.extend(character.escape_unicode()),
            _ => escaped.push(character),
        }
    }
    Cow::Owned(escaped)
}

/// Characters that a terminal acts on instead of showing them: control characters (C0, DEL and C1), line and paragraph
/// separators, and characters that change the text direction (Unicode's `Bidi_Control`).
fn is_control(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// See [`out!`].
pub(super) fn line_on_stdout(line: fmt::Arguments<'_>) -> Result<(), Failure> {
    text_on_stdout(&format!("{line}\n"))
}

/// See [`err!`].
pub(super) fn line_on_stderr(line: fmt::Arguments<'_>) {
    text_on_stderr(&format!("{line}\n"));
}

/// Prints a text of any number of lines to standard output.
pub(super) fn text_on_stdout(text: &str) -> Result<(), Failure> {
    program_stdout(escape(text).as_bytes())
}

/// Prints a text of any number of lines to standard error.
pub(super) fn text_on_stderr(text: &str) {
    program_stderr(escape(text).as_bytes());
}

/// Writes the program's output to standard output unchanged. The reader may have closed it, which is not a failure of
/// the program.
pub(super) fn program_stdout(bytes: &[u8]) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(format!("cannot print: {error}")),
        _ => Ok(()),
    }
}

/// Writes the program's output to standard error unchanged.
pub(super) fn program_stderr(bytes: &[u8]) {
    // If standard error cannot be written, there is no place to report that.
    let _ = io::stderr().write_all(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_shown_as_escapes() {
        for (text, shown) in [
            ("plain `größe` 日本 🦀\n\tx", "plain `größe` 日本 🦀\n\tx"),
            ("\u{1b}[31mred\u{1b}]0;x\u{7}", r"\u{1b}[31mred\u{1b}]0;x\u{7}"),
            ("over\rwritten\u{8}\0", r"over\u{d}written\u{8}\u{0}"),
            ("del \u{7f}, C1 \u{9b}31m \u{85}", r"del \u{7f}, C1 \u{9b}31m \u{85}"),
            ("\u{202e}evil\u{2066}\u{2069}\u{200f}\u{61c}", r"\u{202e}evil\u{2066}\u{2069}\u{200f}\u{61c}"),
            ("one\u{2028}two\u{2029}", r"one\u{2028}two\u{2029}"),
        ] {
            assert_eq!(escape(text), shown);
        }
    }

    #[test]
    fn a_name_stays_in_its_line() {
        assert_eq!(one_line("a\nerror: forged\t\u{1b}"), r"a\nerror: forged\t\u{1b}");
        assert_eq!(path(Path::new("a\n\u{1b}b")), r"a\n\u{1b}b");
    }

    #[test]
    fn every_control_character_is_escaped_and_no_other_ascii_is() {
        for character in '\0'..='\u{ff}' {
            let is_shown = matches!(character, ' '..='~' | '\u{a0}'..='\u{ff}' | '\n' | '\t');
            assert_eq!(escape(&character.to_string()) == character.to_string(), is_shown, "{character:?}");
        }
    }
}
