//! Invalid characters outside strings and comments: identifies them, and suggests replacements.

use crate::characters::{self, Kind};
use crate::diagnostic::Problem;

use super::instructions;

/// The character that makes the text invalid, if it is the cause of the error at `offset`: in the same word, or right
/// there.
pub(super) fn problem(file: &str, text: &str, offset: usize) -> Option<Problem> {
    let stop = stop(text)?;
    let start =
        text[..stop].rfind(is_delimiter).map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
    let end = text[stop..].find(is_delimiter).map_or(text.len(), |length| stop + length);
    if !(start..=end.max(stop)).contains(&offset) {
        return None;
    }
    let word = &text[start..end.max(stop)];
    // An empty name or annotation is rejected at its sign.
    let at = stop + text[stop..].find(|character: char| !matches!(character, '$' | '@'))?;
    let character = text[at..].chars().next()?;
    let kind = characters::kind(character);
    if character.is_ascii() && kind == Kind::Plain {
        return None;
    }
    let name = characters::code_point(character);
    let (message, help) = match kind {
        Kind::Invisible => (format!("unexpected character {name}, which is invisible"), "delete it".to_owned()),
        Kind::Space => {
            (format!("unexpected character {name}, which looks like a space"), "replace it with a space".to_owned())
        }
        Kind::Like(plain) => (format!("unexpected character `{character}` ({name})"), replacement(word, plain)),
        Kind::Plain => (format!("unexpected character `{character}` ({name})"), other(word)),
    };
    Some(Problem::error(file, message).at(text, at..at + character.len_utf8()).help(help))
}

/// The start of the first token that is invalid because of a character in it, rather than because something is missing.
fn stop(text: &str) -> Option<usize> {
    let lexer = super::lexer(text);
    let mut position = 0;
    loop {
        let before = position;
        match lexer.parse(&mut position) {
            Ok(Some(_)) => {}
            Ok(None) => return None,
            Err(error) => {
                use wast::lexer::LexError::{EmptyAnnotation, EmptyId, Unexpected};
                return matches!(error.lex_error(), Some(EmptyAnnotation | EmptyId | Unexpected(_))).then_some(before);
            }
        }
    }
}

fn is_delimiter(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r' | '(' | ')' | '"' | ';')
        || matches!(characters::kind(character), Kind::Space | Kind::Like('"' | '(' | ')' | ';' | '\''))
}

/// The replacement for a word with a character that looks like `plain`.
fn replacement(word: &str, plain: char) -> String {
    if matches!(plain, '"' | '\'') {
        return "a string is written in straight quotes: `\"`".to_owned();
    }
    let ascii: String = word
        .chars()
        .map(|character| match characters::kind(character) {
            Kind::Like(plain) => plain,
            _ => character,
        })
        .collect();
    let is_whole = ascii.is_ascii() && !ascii.is_empty();
    match word.strip_prefix('$') {
        Some(name) if is_whole => {
            format!("in ASCII it is `{ascii}`; a name with other letters is written `$\"{name}\"`")
        }
        Some(_) => other(word),
        None if is_whole && instructions::is_instruction(&ascii) => format!("it looks like `{plain}`: write `{ascii}`"),
        None => format!("it looks like `{plain}`: write that"),
    }
}

fn other(word: &str) -> String {
    let name = word.strip_prefix('$').filter(|name| !name.is_empty() && !name.contains(['\\', '`']));
    let quoted = name.map_or("`$\"...\"`".to_owned(), |name| format!("`$\"{name}\"`"));
    format!("outside strings and comments the text is ASCII; a name with other letters is written {quoted}")
}
