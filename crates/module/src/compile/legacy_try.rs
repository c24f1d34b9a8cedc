//! The folded `try` of the legacy exception-handling proposal, which the parser supports only in its flat form.

use std::ops::Range;

use wast::lexer::TokenKind;

use super::tokens;

/// The position of the first folded `try` of a text, if the text is otherwise valid.
pub(super) fn first_folded(text: &str) -> Option<Range<usize>> {
    let (flat, first) = flattened(text)?;
    let buffer = super::buffer(&flat).ok()?;
    let mut wat = wast::parser::parse::<wast::Wat>(&buffer).ok()?;
    wat.encode().ok().map(|_| first)
}

enum Open {
    Try {
        delegates: bool,
    },
    /// `do`, `catch`, `catch_all` or `delegate`, which has no parenthesis in the flat form.
    Clause,
    Other,
}

/// The text with each folded `try` in its flat form. Each is wrapped in a block, because it may be an operand: this
/// shifts label indices, so the result is parsed and resolved, but never run.
fn flattened(text: &str) -> Option<(String, Range<usize>)> {
    let mut flat = String::new();
    let mut first = None;
    let mut open: Vec<Open> = Vec::new();
    let mut all = tokens(text).peekable();
    while let Some((kind, range)) = all.next() {
        match kind {
            TokenKind::LParen => {
                let next = all.peek().filter(|(kind, _)| matches!(kind, TokenKind::Keyword));
                let word = next.map_or("", |(_, range)| &text[range.clone()]);
                let in_try = matches!(open.last(), Some(Open::Try { .. }));
                match word {
                    "try" => {
                        first = first.or_else(|| next.map(|(_, keyword)| range.start..keyword.end));
                        flat.push_str("(block ");
                        open.push(Open::Try { delegates: false });
                    }
                    "do" if in_try => {
                        all.next();
                        open.push(Open::Clause);
                    }
                    "catch" | "catch_all" | "delegate" if in_try => {
                        if word == "delegate"
                            && let Some(Open::Try { delegates }) = open.last_mut()
                        {
                            *delegates = true;
                        }
                        flat.push(' ');
                        open.push(Open::Clause);
                    }
                    _ => {
                        flat.push('(');
                        open.push(Open::Other);
                    }
                }
            }
            TokenKind::RParen => flat.push_str(match open.pop()? {
                Open::Try { delegates: false } => " end)",
                Open::Clause => " ",
                Open::Try { delegates: true } | Open::Other => ")",
            }),
            TokenKind::LineComment | TokenKind::BlockComment => flat.push(' '),
            _ => flat.push_str(&text[range]),
        }
    }
    Some((flat, first?))
}
