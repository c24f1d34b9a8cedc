//! Hints for errors in WebAssembly text, based on their positions.

use std::ops::Range;

use wast::lexer::TokenKind;

use super::instructions::{self, Position};
use super::{FIELDS, old_names, tokens};
use crate::words;

/// The position where parsing failed, and its context.
pub(super) struct Mistake<'a> {
    pub text: &'a str,
    /// The position of the word.
    pub offset: usize,
    pub word: &'a str,
    /// The message of the `wast` crate.
    pub message: &'a str,
}

/// An explanation of a mistake that says more than the `wast` crate.
#[derive(Debug, Default)]
pub(super) struct Hint {
    pub message: Option<String>,
    pub range: Option<Range<usize>>,
    pub help: Option<String>,
}

impl From<Option<String>> for Hint {
    fn from(help: Option<String>) -> Self {
        Self { help, ..Self::default() }
    }
}

impl Mistake<'_> {
    /// Explains the mistake and how to fix it, if known.
    pub fn hint(&self) -> Hint {
        if self.message.contains("`if` had no `then`") {
            return self.no_then();
        }
        self.help().into()
    }

    fn help(&self) -> Option<String> {
        let Self { word, message, .. } = *self;
        if word.starts_with(';') {
            return Some("`;;` begins a comment; separate instructions with a space or a new line".into());
        }
        if let Some(space) = message.strip_prefix("unknown ").and_then(|rest| rest.split_once(": failed to find name"))
        {
            return self.unknown_name(space.0);
        }
        if message.starts_with("import after") {
            return Some(
                "imports come first: move it before every function, table, memory, global and tag that the module \
                 defines"
                    .to_owned(),
            );
        }
        if let Some(new) = old_names::new_name(word) {
            return Some(format!("`{word}` is an old name; it is written `{new}` now"));
        }
        if let Some(hint) = self.legacy_exceptions() {
            return Some(hint);
        }
        if let Some(hint) = self.no_type() {
            return Some(hint);
        }
        if let Some(hint) = self.name_without_its_sign() {
            return Some(hint);
        }
        if message.contains("unknown operator") {
            return Some(self.no_instruction());
        }
        if message.contains("expected an instruction") {
            return self.number_alone().or_else(|| self.name_alone());
        }
        if message.contains("expected `(`") && self.before().open.is_empty() {
            return Some(outside_of_parentheses(word));
        }
        if self.before().heads().last() == Some("if") {
            if message.contains("expected `(`") {
                return Some(
                    "in parentheses, an `if` has its instructions in `(then ...)` and `(else ...)`".to_owned(),
                );
            }
            if message.contains("`else`") || message.contains("too many payloads") {
                return Some("after `(then ...)`, an `if` has at most one `(else ...)`".to_owned());
            }
        }
        if message.contains("expected valid module field") {
            return Some(no_field(word));
        }
        None
    }

    /// A word in place of an instruction.
    fn no_instruction(&self) -> String {
        let word = self.word;
        let before = self.before();
        if word == "returns" || is_type(word) && before.last() == Some("return") {
            let ty = Some(word).filter(|word| is_type(word)).or_else(|| self.next().filter(|next| is_type(next)));
            return format!("declare results with `(result {})`", ty.unwrap_or("i32"));
        }
        match instructions::advice(word, before.position()) {
            Some(advice) => advice.text,
            None => "an instruction or `)` was expected here".to_owned(),
        }
    }

    /// A parenthesized part of the legacy proposal's `try`.
    fn legacy_exceptions(&self) -> Option<String> {
        let is_part = matches!(self.word, "do" | "catch" | "catch_all" | "delegate" | "rethrow");
        let in_try = self.before().heads().any(|head| head == "try");
        (is_part && in_try && self.message.contains("unknown operator")).then(|| {
            format!(
                "`{}` belongs to the legacy exception-handling proposal, which is not supported here; its successor \
                 is `try_table`",
                self.word
            )
        })
    }

    /// A type by its name in another language.
    fn no_type(&self) -> Option<String> {
        let before = self.before();
        let words: Vec<&str> = before.words.iter().rev().take(3).map(|(_, word)| *word).collect();
        let declares = |word: &&str| matches!(*word, "param" | "result" | "local" | "global" | "mut");
        let is_declared = words.first().is_some_and(declares)
            || words.first().is_some_and(|name| name.starts_with('$')) && words.get(1).is_some_and(declares);
        // `(param x i32)`: the word before a type is a name.
        if !is_declared || self.next().is_some_and(is_type) {
            return None;
        }
        let description = match self.word.to_ascii_lowercase().as_str() {
            "bool" | "boolean" => "a boolean is an `i32`: 0 is false, any other value is true",
            "i8" | "u8" | "s8" | "i16" | "u16" | "s16" | "byte" | "char" | "short" => {
                "small integers are `i32`; instructions such as `i32.load8_u` and `i32.store8` load and store them in \
                 fewer bytes"
            }
            "int" | "int32" | "uint32" | "u32" | "s32" | "usize" | "isize" | "uint" | "size_t" => {
                "integers are `i32`, signed or unsigned as each instruction says"
            }
            "long" | "int64" | "uint64" | "u64" | "s64" => {
                "integers are `i64`, signed or unsigned as each instruction says"
            }
            "float" | "float32" | "number" | "real" => "floats are `f32` or `f64`",
            "double" | "float64" => "64-bit floats are `f64`",
            "string" | "str" => "a string is its bytes in memory: an address and a length, each an `i32`",
            "void" | "unit" | "none" => "a function without a result declares none: leave it out",
            "ptr" | "pointer" => "an address is an `i32`",
            _ => return None,
        };
        Some(format!("there is no type `{}`: {description}", self.word))
    }

    /// The name of a variable or function in place of an instruction.
    fn name_alone(&self) -> Option<String> {
        let (kind, _) = tokens(&self.text[self.offset..]).next()?;
        if !matches!(kind, TokenKind::Id) {
            return None;
        }
        let before = self.before();
        let name = self.word.trim_start_matches('$');
        let all = 0..self.text.len();
        let is_constant = before.position() == Position::Constant;
        let is_local = !is_constant
            && function_around(self.text, self.offset)
                .is_some_and(|function| declared(self.text, function, &["param", "local"]).contains(&name));
        let verb = if is_local {
            "local.get"
        } else if declared(self.text, all.clone(), &["global"]).contains(&name) {
            "global.get"
        } else if !is_constant && declared(self.text, all, &["func"]).contains(&name) {
            "call"
        } else {
            return Some(format!("an instruction is expected here, but `${name}` is a name"));
        };
        Some(match before.is_operand() {
            true => format!("an operand is pushed by an instruction: `({verb} ${name})`"),
            false if is_constant => format!("a value is pushed by an instruction: `{verb} ${name}`"),
            false => format!("a value is pushed by an instruction, before the one that takes it: `{verb} ${name}`"),
        })
    }

    /// A parenthesized `if` that ends without its `then`.
    fn no_then(&self) -> Hint {
        let mut open: Vec<(usize, bool)> = Vec::new();
        let mut begins = None;
        let mut found = None;
        for (kind, range) in meaningful(self.text).take_while(|(_, range)| range.start <= self.offset) {
            if let Some(start) = begins.take()
                && let Some(last) = open.last_mut()
            {
                *last = (start, &self.text[range.clone()] == "if");
            }
            match kind {
                TokenKind::LParen => {
                    begins = Some(range.start);
                    open.push((range.start, false));
                }
                TokenKind::RParen => match open.pop() {
                    Some((start, true)) if range.end <= self.offset => found = Some(start),
                    _ => {}
                },
                _ => {}
            }
        }
        Hint {
            message: Some("this `if` has no `(then ...)`".to_owned()),
            range: found.map(|start| super::token(self.text, start)),
            help: Some(
                "in parentheses, an `if` has its condition first, then `(then ...)`, and `(else ...)` if there is one"
                    .to_owned(),
            ),
        }
    }

    /// A number in place of an instruction.
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
        let (open, close) = if before.is_operand() { ("(", ")") } else { ("", "") };
        Some(format!("a number is pushed by an instruction: `{open}{ty}.const {}{close}`", self.word))
    }

    /// The operand type of the enclosing instruction, if its name says so, or the type of the variable that it sets.
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

    /// An undefined name. Suggests similar names among those that are allowed at this position.
    fn unknown_name(&self, space: &str) -> Option<String> {
        let name = self.word.trim_start_matches('$');
        let function = || function_around(self.text, self.offset).unwrap_or(0..self.text.len());
        let all = 0..self.text.len();
        let locals = || declared(self.text, function(), &["param", "local"]);
        let globals = || declared(self.text, all.clone(), &["global"]);
        let is_set = matches!(self.before().last(), Some("local.set" | "local.tee" | "global.set"));
        let verb = if is_set { "set" } else { "get" };
        if space == "local"
            && let Some(hint) = self.parameter_of_type(name)
        {
            return Some(hint);
        }
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
            None if space == "local" => Some(self.unknown_local(name)),
            None => None,
        }
    }

    /// An undefined local without similar names.
    fn unknown_local(&self, name: &str) -> String {
        let around = function_around(self.text, self.offset);
        let unnamed = around.is_some_and(|function| {
            let part = &self.text[function];
            let all: Vec<&str> = meaningful(part).map(|(_, range)| &part[range]).collect();
            all.windows(2).any(|pair| pair[0] == "param" && is_type(pair[1]))
        });
        if unnamed {
            return format!(
                "a parameter is named where it is declared, `(param ${name} i32)`; refer to one without a name by its \
                 index, such as `local.get 0`"
            );
        }
        format!("the function has no such local; `(local ${name} i32)` declares one, which starts at 0")
    }

    /// A parameter name that exists only in the function's type definition.
    fn parameter_of_type(&self, name: &str) -> Option<String> {
        let function = function_around(self.text, self.offset)?;
        let part = &self.text[function];
        let words: Vec<&str> = meaningful(part).map(|(_, range)| &part[range]).collect();
        let used = words.windows(3).find(|three| three[0] == "(" && three[1] == "type")?[2];
        let group = type_definition(self.text, used)?;
        let declarations = declarations(group);
        let mut index = 0;
        for words in declarations.iter().map(|range| group[range.clone()].trim_matches(['(', ')'])) {
            let mut words = words.split_whitespace();
            if words.next() != Some("param") {
                continue;
            }
            match words.next() {
                Some(declared) if declared.starts_with('$') => {
                    if declared.trim_start_matches('$') == name {
                        let all: Vec<&str> = declarations.iter().map(|range| &group[range.clone()]).collect();
                        return Some(format!(
                            "`${name}` names the parameter in the type only; repeat `{}` after `(type {used})` in the \
                             function, or use its index: `local.get {index}`",
                            all.join(" ")
                        ));
                    }
                    index += 1;
                }
                Some(_) => index += 1 + words.count(),
                None => {}
            }
        }
        None
    }

    /// A word where a name is allowed, but without the `$`.
    fn name_without_its_sign(&self) -> Option<String> {
        let word = self.word;
        let first = tokens(&self.text[self.offset..]).next()?.0;
        if !matches!(first, TokenKind::Keyword | TokenKind::Reserved)
            || !word.starts_with(|first: char| first.is_alphabetic())
        {
            return None;
        }
        let is_instruction = instructions::is_instruction(word) || word.contains('.');
        let is_name = match self.before().last() {
            // An instruction that takes a name, such as `call`.
            _ if self.message.contains("expected an index or an identifier") => true,
            Some("func") => !is_instruction && !FIELDS.contains(&word),
            Some("param" | "local") => self.next().is_some_and(is_type),
            _ => false,
        };
        is_name.then(|| format!("a name begins with `$`: `${word}`"))
    }

    /// The token after the word.
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

/// The context before a position.
struct Before<'a> {
    words: Vec<(TokenKind, &'a str)>,
    /// The open parentheses at that position.
    open: Vec<usize>,
}

impl<'a> Before<'a> {
    fn last(&self) -> Option<&'a str> {
        Some(self.words.last()?.1)
    }

    /// The first words of the open parentheses.
    fn heads(&self) -> impl Iterator<Item = &'a str> {
        self.open.iter().filter_map(|open| Some(self.words.get(open + 1)?.1))
    }

    fn position(&self) -> Position {
        let in_constant = |head| matches!(head, "global" | "data" | "elem" | "table");
        if self.heads().all(|head| head != "func") && self.heads().any(in_constant) {
            return Position::Constant;
        }
        if self.last() == Some("(") { Position::Folded } else { Position::Flat }
    }

    /// Whether the innermost open parenthesis is an instruction with its operands.
    fn is_operand(&self) -> bool {
        let is_block = matches!(self.head(), Some("block" | "loop" | "then" | "else" | "local"));
        self.head().is_some_and(instructions::is_instruction) && !is_block
    }

    /// The first word of the innermost open parenthesis.
    fn head(&self) -> Option<&'a str> {
        Some(self.words.get(self.open.last()? + 1)?.1)
    }
}

fn is_type(word: &str) -> bool {
    matches!(word, "i32" | "i64" | "f32" | "f64" | "v128" | "funcref" | "externref")
}

/// The explanation for a word at the top level of a text, where only `(module ...)` or its fields can be.
fn outside_of_parentheses(word: &str) -> String {
    if instructions::is_instruction(word) {
        return "instructions are part of a function: `(func (export \"main\") ...)`".to_owned();
    }
    "WebAssembly text is written in parentheses: a program begins with `(module` and ends with `)`".to_owned()
}

/// The explanation for a word that is not a module field.
fn no_field(word: &str) -> String {
    const OTHERWISE: [(&str, &str); 10] = [
        ("function", "func"),
        ("fn", "func"),
        ("fun", "func"),
        ("def", "func"),
        ("mem", "memory"),
        ("element", "elem"),
        ("var", "global"),
        ("let", "global"),
        ("const", "global"),
        ("event", "tag"),
    ];
    if matches!(word, "param" | "result" | "local") || instructions::is_instruction(word) {
        return if matches!(word, "param" | "result" | "local") {
            format!("`({word} ...)` belongs in a function: `(func ({word} ...))`")
        } else {
            "an instruction belongs in a function: `(func ...)`".to_owned()
        };
    }
    let near = OTHERWISE.iter().find(|(other, _)| *other == word).map(|(_, field)| *field);
    match near.or_else(|| FIELDS.into_iter().find(|field| words::is_slip(word, field))) {
        Some(field) => format!("did you mean `{field}`?"),
        None => format!("the fields of a module are {}", FIELDS[..10].join(", ")),
    }
}

/// The `(func ...)` of a type, by name or index.
fn type_definition<'a>(text: &'a str, used: &str) -> Option<&'a str> {
    let all: Vec<(TokenKind, Range<usize>)> = meaningful(text).collect();
    let word = |index: usize| all.get(index).map_or("", |(_, range)| &text[range.clone()]);
    let mut number = 0u32;
    for index in 0..all.len() {
        if word(index) != "(" || word(index + 1) != "type" {
            continue;
        }
        let name = word(index + 2);
        let body = if name.starts_with('$') { index + 3 } else { index + 2 };
        // A use of a type, such as `(type $t)`, ends after its name.
        if word(body) != "(" {
            continue;
        }
        if name == used || number.to_string() == used {
            let start = all[body].1.start;
            return Some(&text[start..group_end(text, start)]);
        }
        number += 1;
    }
    None
}

/// The end of the group whose parenthesis opens at `start`.
fn group_end(text: &str, start: usize) -> usize {
    let mut depth = 0usize;
    for (kind, range) in tokens(&text[start..]) {
        match kind {
            TokenKind::LParen => depth += 1,
            TokenKind::RParen if depth <= 1 => return start + range.end,
            TokenKind::RParen => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

/// The `(param ...)` and `(result ...)` in a range of the text.
fn declarations(part: &str) -> Vec<Range<usize>> {
    let all: Vec<(TokenKind, Range<usize>)> = meaningful(part).collect();
    let opens = all.windows(2).filter(|pair| {
        matches!(pair[0].0, TokenKind::LParen) && matches!(&part[pair[1].1.clone()], "param" | "result")
    });
    opens.map(|pair| pair[0].1.start..group_end(part, pair[0].1.start)).collect()
}

/// The tokens without spaces and comments.
fn meaningful(text: &str) -> impl Iterator<Item = (TokenKind, Range<usize>)> {
    use TokenKind::{BlockComment, LineComment, Whitespace};
    tokens(text).filter(|(kind, _)| !matches!(kind, BlockComment | LineComment | Whitespace))
}

/// Every `$name` of the text, without its `$`.
fn identifiers(text: &str) -> impl Iterator<Item = &str> {
    tokens(text).filter_map(|(kind, range)| matches!(kind, TokenKind::Id).then(|| text[range].trim_start_matches('$')))
}

/// The names, without `$`, that directly follow one of these words in a range of the text.
fn declared<'a>(text: &'a str, part: Range<usize>, by: &[&str]) -> Vec<&'a str> {
    let part = &text[part];
    let all: Vec<(TokenKind, Range<usize>)> = meaningful(part).collect();
    let pairs =
        all.windows(2).filter(|pair| matches!(pair[1].0, TokenKind::Id) && by.contains(&&part[pair[0].1.clone()]));
    pairs.map(|pair| part[pair[1].1.clone()].trim_start_matches('$')).collect()
}

/// The function that contains a position.
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
