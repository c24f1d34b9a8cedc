//! Compiles WebAssembly text to the binary format, and explains errors.

use std::borrow::Cow;

use super::characters;
use super::diagnostic::Problem;
use super::source::Source;

mod hints;
mod instructions;
mod legacy_try;
pub mod locate;
mod old_names;
mod strange;
mod wording;

pub use locate::locate;

/// Compiles text to the binary format; a source that is binary already is returned unchanged.
///
/// Compiling does not validate: see [`super::validate`].
///
/// # Errors
///
/// One [`Problem`] with its position: the `wat` crate stops at the first.
pub fn compile(source: &Source) -> Result<Cow<'_, [u8]>, Box<Problem>> {
    if source.is_binary() {
        return Ok(Cow::Borrowed(&source.bytes));
    }
    let text = text(source)?;
    encode(&text).map(Cow::Owned).map_err(|error| {
        // A text without a program is no mistake to explain.
        Box::new(if is_blank(source) { no_program(source) } else { explain(source, &text, &error) })
    })
}

/// The `wat` crate rejects some valid comments, and its errors have no offset: [`buffer`] has neither flaw.
fn encode(text: &str) -> Result<Vec<u8>, wast::Error> {
    if let Ok(wasm) = wat::parse_str(text) {
        return Ok(wasm);
    }
    wast::parser::parse::<wast::Wat>(&buffer(text)?)?.encode()
}

/// A text for the parser. A comment or a string may contain any character (core specification, section 6.2.2), even one
/// that changes the display order of text: [`warnings`] reports those.
pub fn buffer(text: &str) -> Result<wast::parser::ParseBuffer<'_>, wast::Error> {
    wast::parser::ParseBuffer::new_with_lexer(lexer(text))
}

pub(super) fn lexer(text: &str) -> wast::lexer::Lexer<'_> {
    let mut lexer = wast::lexer::Lexer::new(text);
    lexer.allow_confusing_unicode(true);
    lexer
}

/// Warnings about code that runs but may not be what it looks like: comments and strings whose display order differs
/// from the order of their characters.
pub fn warnings(source: &Source) -> Vec<Problem> {
    /// The first one explains the problem; the others are there to jump to.
    const MOST: usize = 20;
    let Ok(text) = text(source) else { return Vec::new() };
    let controls = text.char_indices().filter(|(_, character)| characters::is_bidirectional_control(*character));
    let warning = |(offset, character): (usize, char)| {
        let name = characters::code_point(character);
        Problem::warning(&source.name, format!("{name} changes the order in which the text around it is shown"))
            .at(&text, offset..offset + character.len_utf8())
            .help(
                "it is valid in a comment or a string, but what you read may not be what runs; delete it, or in a string \
                 write it as an escape such as `\\u{202e}`",
            )
    };
    controls.take(MOST).map(warning).collect()
}

/// The position of the first folded `try` of the legacy exception-handling proposal, in a text that is otherwise valid.
pub(super) fn folded_legacy_try(source: &Source) -> Option<Problem> {
    let text = text(source).ok()?;
    let range = legacy_try::first_folded(&text)?;
    Some(Problem::error(&source.name, "").at(&text, range))
}

/// Whether a text contains only spaces and comments.
pub(super) fn is_blank(source: &Source) -> bool {
    use wast::lexer::TokenKind::{BlockComment, LineComment, Whitespace};
    let Ok(text) = text(source) else { return false };
    let (lexer, mut position) = (lexer(&text), 0);
    loop {
        match lexer.parse(&mut position) {
            Ok(Some(token)) if matches!(token.kind, BlockComment | LineComment | Whitespace) => {}
            Ok(None) => return true,
            _ => return false,
        }
    }
}

/// The problem of a text without a program.
pub(super) fn no_program(source: &Source) -> Problem {
    Problem::warning(&source.name, "there is no program yet")
        .help("the smallest module is `(module)`; choose an example to start with a program that runs")
}

/// The source as text: UTF-8, with its byte order mark (if any) blanked out so that offsets stay the same.
///
/// # Errors
///
/// A problem that names the encoding the bytes look like.
pub fn text(source: &Source) -> Result<Cow<'_, str>, Box<Problem>> {
    let problem = |message: &str, help: &str| Box::new(Problem::error(&source.name, message).help(help));
    if source.bytes.starts_with(&[0xFF, 0xFE]) || source.bytes.starts_with(&[0xFE, 0xFF]) {
        return Err(problem(
            "the file is text in UTF-16, and WebAssembly text is UTF-8",
            "save it as UTF-8 in your editor and open it again",
        ));
    }
    match std::str::from_utf8(&source.bytes) {
        Ok(text) => match text.strip_prefix('\u{feff}') {
            Some(rest) => Ok(Cow::Owned(format!("   {rest}"))),
            None => Ok(Cow::Borrowed(text)),
        },
        Err(error) => {
            let offset = error.valid_up_to();
            let before = &source.bytes[..offset];
            if looks_binary(&source.bytes) {
                return Err(problem(
                    "the file is neither WebAssembly text nor a WebAssembly module",
                    "a module in the binary format begins with the bytes 00 61 73 6D (`\\0asm`); \
                     open a `.wat` text or a `.wasm` module",
                ));
            }
            let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
            let line_start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |newline| newline + 1);
            let column = String::from_utf8_lossy(&before[line_start..]).chars().count() + 1;
            Err(problem(
                &format!(
                    "the text is not UTF-8: byte {:#04X} at line {line}, column {column} does not start a character",
                    source.bytes[offset]
                ),
                "it may be in Latin-1 or Windows-1252: save it as UTF-8 in your editor and open it again",
            ))
        }
    }
}

/// Whether bytes that are not UTF-8 look like data rather than like text in another encoding.
pub(super) fn looks_binary(bytes: &[u8]) -> bool {
    let sample = &bytes[..bytes.len().min(4096)];
    let control = sample.iter().filter(|&&byte| byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0C)).count();
    sample.contains(&0) || control * 10 > sample.len()
}

/// Turns an error into a problem with position and help.
#[inline(never)] // In the rest (`xtask/src/hooks/parts.rs`), as are the hints.
fn explain(source: &Source, text: &str, error: &wast::Error) -> Problem {
    let offset = error.span().offset().min(text.len());
    let message = error.message();
    if let Some(problem) = strange::problem(&source.name, text, offset) {
        return problem;
    }
    match error.lex_error() {
        Some(wast::lexer::LexError::DanglingBlockComment) => {
            let start = unclosed(text, "(;").unwrap_or(offset);
            return Problem::error(&source.name, "this comment is never closed")
                .at(text, start..start + 2)
                .help("close it with `;)`; a nested comment needs its own `;)`");
        }
        Some(wast::lexer::LexError::UnexpectedEof | wast::lexer::LexError::InvalidStringElement('\n' | '\r')) => {
            if let Some(start) = unclosed(text, "\"") {
                return Problem::error(&source.name, "this string is never closed")
                    .at(text, start..start + 1)
                    .help("close it with `\"`; a quote within a string is written `\\\"`");
            }
        }
        _ => {}
    }
    let parens = unbalanced(text);
    if offset >= text.trim_end().len()
        && let Some(Unbalanced::Open(start)) = parens
    {
        return Problem::error(&source.name, "this parenthesis is never closed")
            .at(text, token(text, start))
            .help("add a `)` where it should end");
    }
    if let Some(Unbalanced::Close(start)) = parens
        && offset >= start
    {
        return Problem::error(&source.name, "this parenthesis closes nothing")
            .at(text, start..start + 1)
            .help("remove it, or look for an extra `)` before it");
    }
    let range = token(text, offset);
    let word = text[range.clone()].trim_start_matches('(').trim();
    if FIELDS.contains(&word)
        && let Some(start) = enclosing(text, offset)
        && matches!(parens, Some(Unbalanced::Open(_)))
    {
        let line = text[..offset].matches('\n').count() + 1;
        return Problem::error(&source.name, "this parenthesis is not closed before the next field")
            .at(text, token(text, start))
            .help(format!("add a `)` before the `{word}` on line {line}"));
    }
    let hint = hints::Mistake { text, offset, word, message: &message }.hint();
    let hints::Hint { message: better, range: place, help } = hint;
    let wording = wording::reword(&message, word);
    let problem = Problem::error(&source.name, better.unwrap_or(wording.message));
    let problem = problem.at(text, place.unwrap_or(range));
    match help.or(wording.help) {
        Some(help) => problem.help(help),
        None => problem,
    }
}

/// Whether the text contains a component.
pub(super) fn is_component(text: &str) -> bool {
    use wast::lexer::TokenKind::{BlockComment, Keyword, LParen, LineComment, Whitespace};
    let mut meaningful = tokens(text).filter(|(kind, _)| !matches!(kind, BlockComment | LineComment | Whitespace));
    matches!(meaningful.next(), Some((LParen, _)))
        && meaningful.next().is_some_and(|(kind, range)| matches!(kind, Keyword) && &text[range] == "component")
}

/// The fields of a module (core specification, section 6.6.13).
const FIELDS: [&str; 12] =
    ["func", "memory", "data", "global", "table", "elem", "export", "import", "type", "start", "tag", "rec"];

/// The tokens of the text, up to the first that is invalid.
fn tokens(text: &str) -> impl Iterator<Item = (wast::lexer::TokenKind, std::ops::Range<usize>)> {
    let lexer = lexer(text);
    let mut position = 0;
    std::iter::from_fn(move || {
        let token = lexer.parse(&mut position).ok()??;
        let end = position;
        Some((token.kind, token.offset..end))
    })
}

/// The range of the token at an offset; for a `(`, together with the keyword after it.
pub(super) fn token(text: &str, offset: usize) -> std::ops::Range<usize> {
    use wast::lexer::TokenKind;
    let lexer = lexer(text);
    let mut position = offset;
    let Ok(Some(first)) = lexer.parse(&mut position) else {
        let next = text[offset..].chars().next().map_or(0, char::len_utf8);
        return offset..offset + next;
    };
    let mut end = position;
    if matches!(first.kind, TokenKind::LParen)
        && let Ok(Some(second)) = lexer.parse(&mut position)
        && matches!(second.kind, TokenKind::Keyword | TokenKind::Reserved)
    {
        end = position;
    }
    offset..end
}

enum Unbalanced {
    /// The innermost parenthesis that is never closed.
    Open(usize),
    /// The first closing parenthesis without an opening one.
    Close(usize),
}

fn unbalanced(text: &str) -> Option<Unbalanced> {
    use wast::lexer::TokenKind;
    let mut open = Vec::new();
    for (kind, range) in tokens(text) {
        match kind {
            TokenKind::LParen => open.push(range.start),
            TokenKind::RParen if open.pop().is_none() => return Some(Unbalanced::Close(range.start)),
            _ => {}
        }
    }
    suspect(text, &open).map(Unbalanced::Open)
}

/// The parenthesis that encloses the one opening right before `offset`.
fn enclosing(text: &str, offset: usize) -> Option<usize> {
    use wast::lexer::TokenKind;
    let mut open = Vec::new();
    for (kind, range) in tokens(text).take_while(|(_, range)| range.start < offset) {
        match kind {
            TokenKind::LParen => open.push(range.start),
            TokenKind::RParen => drop(open.pop()),
            _ => {}
        }
    }
    open.len().checked_sub(2).map(|index| open[index])
}

/// Of the parentheses that are open at the end, the one that is most likely missing its close: the first that is
/// followed by a sibling at its own indentation or further left, else the innermost.
fn suspect(text: &str, open: &[usize]) -> Option<usize> {
    // One pass over the text, however many there are and however long their lines.
    let mut at = 0;
    let mut lead = Some(0);
    let mut outer: Option<(usize, Option<usize>)> = None;
    for start in open {
        for next in text[at..*start].chars() {
            lead = match (lead, next) {
                (_, '\n') => Some(0),
                (Some(count), space) if space.is_whitespace() => Some(count + 1),
                _ => None,
            };
        }
        at = *start;
        if let Some((outer, Some(before))) = outer
            && lead.is_some_and(|lead| lead <= before)
        {
            return Some(outer);
        }
        outer = Some((*start, lead));
    }
    open.last().copied()
}

/// The position of a comment or string that is never closed: the first `opener` in the unreadable part.
fn unclosed(text: &str, opener: &str) -> Option<usize> {
    let lexer = lexer(text);
    let mut position = 0;
    loop {
        let before = position;
        match lexer.parse(&mut position) {
            Ok(Some(_)) => {}
            Ok(None) => return None,
            Err(_) => return text[before..].find(opener).map(|found| before + found),
        }
    }
}
