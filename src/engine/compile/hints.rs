//! What would mend a mistake in WebAssembly text, where that can be told from its place.

use std::ops::Range;

use wast::lexer::TokenKind;

use super::{FIELDS, tokens};
use crate::engine::words;

/// Where the text stopped making sense.
pub(super) struct Mistake<'a> {
    pub text: &'a str,
    /// Where the word stands.
    pub offset: usize,
    pub word: &'a str,
    /// What the `wast` crate says.
    pub message: &'a str,
}

impl Mistake<'_> {
    /// What would mend it, if that can be told.
    pub fn hint(&self) -> Option<String> {
        let Self { word, message, .. } = *self;
        if word.starts_with(';') {
            return Some(
                "`;;` begins a comment; between instructions there is nothing but a space or a new line".into(),
            );
        }
        if let Some(space) = message.strip_prefix("unknown ").and_then(|rest| rest.split_once(": failed to find name"))
        {
            return self.unknown_name(space.0);
        }
        if let Some(hint) = self.name_without_its_sign() {
            return Some(hint);
        }
        if message.contains("unknown operator") {
            return Some(self.no_instruction());
        }
        if message.contains("expected an instruction") {
            return self.number_alone();
        }
        if message.contains("expected valid module field") {
            if words::INSTRUCTIONS.iter().any(|known| known == word) {
                return Some("an instruction belongs into a function: `(func ...)`".to_owned());
            }
            return Some(match words::nearest(word, FIELDS) {
                Some(name) if name != word => format!("did you mean `{name}`?"),
                _ => format!("a module holds {}", FIELDS[..10].join(", ")),
            });
        }
        None
    }

    /// A word where an instruction is expected.
    fn no_instruction(&self) -> String {
        let word = self.word;
        if let Some(old) = renamed(word) {
            return format!("`{word}` is an old name; it is written `{old}` now");
        }
        if word == "returns" || is_type(word) && self.before().last() == Some("return") {
            let ty = Some(word).filter(|word| is_type(word)).or_else(|| self.next().filter(|next| is_type(next)));
            return format!("what a function gives back is declared so: `(result {})`", ty.unwrap_or("i32"));
        }
        let known = words::INSTRUCTIONS.iter().map(String::as_str);
        match words::nearest(word, known) {
            Some(name) if name != word => format!("did you mean `{name}`?"),
            _ => "an instruction or `)` was expected here".to_owned(),
        }
    }

    /// A number where an instruction is expected.
    fn number_alone(&self) -> Option<String> {
        let first = tokens(&self.text[self.offset..]).next()?.0;
        let is_float = match first {
            TokenKind::Integer(_) => false,
            TokenKind::Float(_) => true,
            _ => return None,
        };
        let before = self.before();
        let ty = match self.wanted_type(&before) {
            Some(ty @ ("f32" | "f64")) => ty,
            Some(ty) if !is_float => ty,
            _ if is_float => "f64",
            _ => "i32",
        };
        let is_operand = before.head().is_some_and(|head| words::INSTRUCTIONS.iter().any(|known| known == head))
            && !matches!(before.head(), Some("block" | "loop" | "then" | "else"));
        let (open, close) = if is_operand { ("(", ")") } else { ("", "") };
        Some(format!("a number is made by an instruction: `{open}{ty}.const {}{close}`", self.word))
    }

    /// The type that the instruction around has its operands of, where its name tells, or what it sets.
    fn wanted_type(&self, before: &Before<'_>) -> Option<&'static str> {
        let head = before.head()?;
        let types = ["i32", "i64", "f32", "f64"];
        if let "local.set" | "local.tee" = head {
            let name = before.words.iter().rev().find(|(kind, ..)| matches!(kind, TokenKind::Id))?.1;
            let function = function_around(self.text, self.offset)?;
            let all: Vec<&str> = meaningful(&self.text[function.clone()])
                .map(|(_, range)| &self.text[function.start + range.start..function.start + range.end])
                .collect();
            let declared = all.windows(3).find(|part| matches!(part[0], "param" | "local") && part[1] == name)?[2];
            return types.into_iter().find(|ty| *ty == declared);
        }
        let (ty, operation) = head.split_once('.')?;
        let is_plain =
            !operation.contains(['_', '/']) && !operation.starts_with("store") && !operation.starts_with("load");
        types.into_iter().find(|known| *known == ty && is_plain)
    }

    /// A name that nothing has. What has another name that is much like it is looked for among what could stand there.
    fn unknown_name(&self, space: &str) -> Option<String> {
        let name = self.word.trim_start_matches('$');
        let function = || function_around(self.text, self.offset).unwrap_or(0..self.text.len());
        let all = 0..self.text.len();
        let locals = || declared(self.text, function(), &["param", "local"]);
        let globals = || declared(self.text, all.clone(), &["global"]);
        let is_set = matches!(self.before().last(), Some("local.set" | "local.tee" | "global.set"));
        let verb = if is_set { "set" } else { "get" };
        let candidates = match space {
            "local" if globals().contains(&name) => {
                return Some(format!("`${name}` is a global: `global.{verb} ${name}`"));
            }
            "global" if locals().contains(&name) => {
                return Some(format!("`${name}` is a local: `local.{verb} ${name}`"));
            }
            "local" => locals(),
            "global" => globals(),
            "label" => declared(self.text, function(), &["block", "loop", "if", "try_table"]),
            "func" | "type" | "memory" | "table" | "tag" | "elem" | "data" => declared(self.text, all, &[space]),
            _ => identifiers(self.text).collect(),
        };
        match words::nearest(name, candidates.into_iter().filter(|other| *other != name)) {
            Some(near) => Some(format!("did you mean `${near}`?")),
            None if space == "local" => {
                Some(format!("the function has no such local; one is declared so: `(local ${name} i32)`"))
            }
            None => None,
        }
    }

    /// A word where a name may stand, which is written with `$`.
    fn name_without_its_sign(&self) -> Option<String> {
        let word = self.word;
        let first = tokens(&self.text[self.offset..]).next()?.0;
        if !matches!(first, TokenKind::Keyword | TokenKind::Reserved)
            || !word.starts_with(|first: char| first.is_alphabetic())
        {
            return None;
        }
        let is_instruction = words::INSTRUCTIONS.iter().any(|known| known == word) || word.contains('.');
        let is_name = match self.before().last() {
            // Of an instruction that takes a name, such as `call`.
            _ if self.message.contains("expected an index or an identifier") => true,
            Some("func") => !is_instruction && renamed(word).is_none() && !FIELDS.contains(&word),
            Some("param" | "local") => self.next().is_some_and(is_type),
            _ => false,
        };
        is_name.then(|| format!("a name begins with `$`: `${word}`"))
    }

    /// What stands behind the word.
    fn next(&self) -> Option<&str> {
        let behind = &self.text[self.offset + self.word.len()..];
        meaningful(behind).next().map(|(_, range)| &behind[range])
    }

    fn before(&self) -> Before<'_> {
        let mut before = Before { words: Vec::new(), open: Vec::new() };
        for (kind, range) in meaningful(self.text).take_while(|(_, range)| range.start < self.offset) {
            match kind {
                TokenKind::LParen => before.open.push(before.words.len()),
                TokenKind::RParen => drop(before.open.pop()),
                _ => {}
            }
            before.words.push((kind, &self.text[range.clone()]));
        }
        before
    }
}

/// What stands before a place.
struct Before<'a> {
    words: Vec<(TokenKind, &'a str)>,
    /// The parentheses that are open there.
    open: Vec<usize>,
}

impl<'a> Before<'a> {
    fn last(&self) -> Option<&'a str> {
        Some(self.words.last()?.1)
    }

    /// The word that the innermost open parenthesis begins with.
    fn head(&self) -> Option<&'a str> {
        Some(self.words.get(self.open.last()? + 1)?.1)
    }
}

fn is_type(word: &str) -> bool {
    matches!(word, "i32" | "i64" | "f32" | "f64" | "v128" | "funcref" | "externref")
}

/// Names that tutorials from before 2019 still use.
fn renamed(word: &str) -> Option<&'static str> {
    const RENAMED: [(&str, &str); 12] = [
        ("get_local", "local.get"),
        ("set_local", "local.set"),
        ("tee_local", "local.tee"),
        ("get_global", "global.get"),
        ("set_global", "global.set"),
        ("current_memory", "memory.size"),
        ("grow_memory", "memory.grow"),
        ("i32.wrap/i64", "i32.wrap_i64"),
        ("i64.extend_s/i32", "i64.extend_i32_s"),
        ("i64.extend_u/i32", "i64.extend_i32_u"),
        ("anyfunc", "funcref"),
        ("i32.trunc_s/f64", "i32.trunc_f64_s"),
    ];
    RENAMED.iter().find(|(old, _)| *old == word).map(|(_, new)| *new)
}

/// The tokens but for spaces and comments.
fn meaningful(text: &str) -> impl Iterator<Item = (TokenKind, Range<usize>)> {
    use TokenKind::{BlockComment, LineComment, Whitespace};
    tokens(text).filter(|(kind, _)| !matches!(kind, BlockComment | LineComment | Whitespace))
}

/// Every `$name` of the text, without its `$`.
fn identifiers(text: &str) -> impl Iterator<Item = &str> {
    tokens(text).filter_map(|(kind, range)| matches!(kind, TokenKind::Id).then(|| text[range].trim_start_matches('$')))
}

/// The names, without their `$`, that stand right behind one of these words in a part of the text.
fn declared<'a>(text: &'a str, part: Range<usize>, by: &[&str]) -> Vec<&'a str> {
    let part = &text[part];
    let all: Vec<(TokenKind, Range<usize>)> = meaningful(part).collect();
    let pairs =
        all.windows(2).filter(|pair| matches!(pair[1].0, TokenKind::Id) && by.contains(&&part[pair[0].1.clone()]));
    pairs.map(|pair| part[pair[1].1.clone()].trim_start_matches('$')).collect()
}

/// The function that a place is in.
fn function_around(text: &str, offset: usize) -> Option<Range<usize>> {
    let mut open: Vec<(usize, bool)> = Vec::new();
    let mut begins = false;
    for (kind, range) in meaningful(text) {
        if begins && let Some(last) = open.last_mut() {
            last.1 = &text[range.clone()] == "func";
        }
        begins = matches!(kind, TokenKind::LParen);
        match kind {
            TokenKind::LParen => open.push((range.start, false)),
            TokenKind::RParen => match open.pop() {
                Some((start, true)) if (start..range.end).contains(&offset) => return Some(start..range.end),
                _ => {}
            },
            _ => {}
        }
    }
    let start = open.into_iter().rev().find(|(start, is_function)| *is_function && *start < offset)?.0;
    Some(start..text.len())
}
