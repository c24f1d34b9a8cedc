//! Parses expressions.

use std::borrow::Cow;

use super::operator::{BinaryOperator, UnaryOperator};
use super::{ConditionError, Node, Number, Read, Selector};

/// The maximum nesting depth of an expression.
const DEEPEST: usize = 64;
/// The maximum number of operators in an expression: evaluation recurses once per operator in a chain.
const MOST_OPERATORS: usize = 500;
/// The possible beginnings of a term; a hyphen before one of these is a minus.
const TERMS: [&str; 11] =
    ["local", "global", "stack", "mem8", "mem16", "mem32", "mem64", "memf32", "memf64", "depth", "step"];

/// Parses a whole text as one expression.
///
/// # Errors
///
/// What was expected, and at which position.
pub(super) fn expression(text: &str) -> Result<Node, ConditionError> {
    let mut parser = Parser { text, at: 0, depth: 0, operators: 0 };
    let root = parser.binary(0)?;
    parser.skip_spaces();
    if parser.at < text.len() {
        return Err(parser.expected("an operator or the end"));
    }
    Ok(root)
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    operators: usize,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn skip_spaces(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn error(&self, message: impl Into<String>) -> ConditionError {
        ConditionError { message: message.into(), at: self.at }
    }

    /// The error for an unexpected token: what was expected, or what the user probably meant.
    fn expected(&self, what: &str) -> ConditionError {
        if self.rest().starts_with('=') {
            return self.error("an expression cannot assign: to compare, write `==`");
        }
        self.error(format!("expected {what}"))
    }

    /// The error where a value was expected. A bare name needs a prefix that says what it is.
    fn expected_value(&self) -> ConditionError {
        let name = &self.rest()[..name_length(self.rest(), false)];
        let is_other = self.rest()[name.len()..].starts_with(['[', '(']) || name.contains('.') || name.starts_with('$');
        if name.is_empty() || is_other {
            return self.expected(
                "a number, `$name`, `local.name`, `global.name`, `stack[0]`, `mem32[address]`, `depth` or `step`",
            );
        }
        let written = written_name(name);
        self.error(format!("`{name}` may be a local or a global: write `local.{written}` or `global.{written}`"))
    }

    fn take(&mut self, token: &str) -> bool {
        self.skip_spaces();
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    fn expect(&mut self, token: &str) -> Result<(), ConditionError> {
        if self.take(token) { Ok(()) } else { Err(self.expected(&format!("`{token}`"))) }
    }

    fn operator(&mut self, level: usize) -> Option<BinaryOperator> {
        self.skip_spaces();
        let (operator, length) = BinaryOperator::at_start(self.rest(), level)?;
        self.at += length;
        Some(operator)
    }

    fn binary(&mut self, level: usize) -> Result<Node, ConditionError> {
        if level == BinaryOperator::LEVELS {
            return self.unary();
        }
        let mut left = self.binary(level + 1)?;
        while let Some(operator) = self.operator(level) {
            self.operators += 1;
            if self.operators > MOST_OPERATORS {
                let message = format!("the expression has more than {MOST_OPERATORS} operators: make it shorter");
                return Err(self.error(message));
            }
            let right = self.binary(level + 1)?;
            left = Node::Binary(operator, Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn unary(&mut self) -> Result<Node, ConditionError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.error("the expression is nested too deeply"));
        }
        self.skip_spaces();
        let node = match self.rest().chars().next().and_then(UnaryOperator::of) {
            Some(operator) => {
                self.at += 1;
                Ok(Node::Unary(operator, Box::new(self.unary()?)))
            }
            None => self.term(),
        };
        self.depth -= 1;
        node
    }

    fn term(&mut self) -> Result<Node, ConditionError> {
        if self.take("(") {
            let node = self.binary(0)?;
            self.expect(")")?;
            return Ok(node);
        }
        if self.rest().starts_with(|first: char| first.is_ascii_digit()) {
            return self.number();
        }
        if self.rest().starts_with('$') && has_name(&self.rest()[1..]) {
            self.at += 1;
            return Ok(Node::Named(self.name(true)?));
        }
        let start = self.at;
        let word = self.word();
        let read = match word {
            "local" => return Ok(Node::Local(self.selector()?)),
            "global" => return Ok(Node::Global(self.selector()?)),
            "depth" => return Ok(Node::Depth),
            "step" => return Ok(Node::Step),
            "stack" => return Ok(Node::Stack(Box::new(self.index()?))),
            "mem8" => Read::Integer(1),
            "mem16" => Read::Integer(2),
            "mem32" => Read::Integer(4),
            "mem64" => Read::Integer(8),
            "memf32" => Read::F32,
            "memf64" => Read::F64,
            _ => {
                self.at = start;
                return Err(self.expected_value());
            }
        };
        self.memory(read)
    }

    /// The part after `mem32`: an address, or a memory and an address.
    fn memory(&mut self, read: Read) -> Result<Node, ConditionError> {
        self.expect("[")?;
        if self.take("$") {
            let memory = Selector::Name(self.name(true)?);
            self.expect("]")?;
            return Ok(Node::Memory(read, Some(memory), Box::new(self.index()?)));
        }
        let first = Box::new(self.binary(0)?);
        self.expect("]")?;
        self.skip_spaces();
        if self.rest().starts_with('[') {
            return Ok(Node::Memory(read, Some(Selector::Index(first)), Box::new(self.index()?)));
        }
        Ok(Node::Memory(read, None, first))
    }

    fn word(&mut self) -> &'a str {
        let rest = self.rest();
        let length = rest.find(|next: char| !next.is_ascii_alphanumeric() && next != '_').unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    fn index(&mut self) -> Result<Node, ConditionError> {
        self.expect("[")?;
        let node = self.binary(0)?;
        self.expect("]")?;
        Ok(node)
    }

    fn selector(&mut self) -> Result<Selector, ConditionError> {
        if !self.take(".") {
            return Ok(Selector::Index(Box::new(self.index()?)));
        }
        let has_sign = self.rest().starts_with('$');
        self.at += usize::from(has_sign);
        Ok(Selector::Name(self.name(has_sign)?))
    }

    /// A name with an optional `$`, bare or quoted.
    fn name(&mut self, has_sign: bool) -> Result<String, ConditionError> {
        let rest = self.rest();
        if rest.starts_with('"') {
            return self.quoted();
        }
        let length = name_length(rest, has_sign);
        if length == 0 {
            return Err(self.error("expected a name"));
        }
        self.at += length;
        Ok(rest[..length].to_owned())
    }

    /// A quoted name, with the escapes of the text format: core specification, section 6.3.3.
    fn quoted(&mut self) -> Result<String, ConditionError> {
        let start = self.at;
        let Some((name, length)) = unquoted(self.rest()) else {
            let mut error = self.error("a quoted name is a string of the text format, such as `\"my name\"`");
            error.at = start;
            return Err(error);
        };
        self.at += length;
        Ok(name)
    }

    fn number(&mut self) -> Result<Node, ConditionError> {
        let rest = self.rest();
        let mut length =
            rest.find(|next: char| !next.is_ascii_alphanumeric() && !matches!(next, '.' | '_')).unwrap_or(rest.len());
        // The sign of a decimal exponent.
        if !rest.starts_with("0x") && rest[..length].ends_with(['e', 'E']) && rest[length..].starts_with(['+', '-']) {
            let digits = &rest[length + 1..];
            length += 1 + digits.find(|next: char| !next.is_ascii_digit()).unwrap_or(digits.len());
        }
        let text = rest[..length].replace('_', "");
        let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
        let integer = match digits {
            Some(digits) => u64::from_str_radix(digits, 16).ok().map(u64::cast_signed),
            None => text.parse::<i64>().ok().or_else(|| text.parse::<u64>().ok().map(u64::cast_signed)),
        };
        let number = match integer {
            Some(value) => Number::Whole { value, is_hexadecimal: digits.is_some() },
            None => match text.parse::<f64>() {
                Ok(value) => Number::Fraction(value),
                Err(_) => return Err(self.error(format!("`{text}` is not a number"))),
            },
        };
        self.at += length;
        Ok(Node::Number(number))
    }
}

/// Whether a text begins with a name, bare or quoted.
fn has_name(text: &str) -> bool {
    text.starts_with('"') || name_length(text, true) > 0
}

fn is_in_name(next: char) -> bool {
    next.is_alphanumeric() || matches!(next, '_' | '$' | '.' | ':' | '\'' | '@' | '`' | '?')
}

/// The length of the name at the start of a text: the characters of an identifier, core specification, section 6.3.5,
/// except those that are operators here.
///
/// A hyphen within a name belongs to it. Without `$`, it is a minus if a number, or another term, follows directly.
fn name_length(text: &str, has_sign: bool) -> usize {
    let is_hyphen = |at: usize| {
        let behind = &text[at + 1..];
        let first = behind.chars().next().filter(|next| is_in_name(*next));
        let word = behind.find(|next: char| !next.is_ascii_alphanumeric() && next != '_').unwrap_or(behind.len());
        at > 0 && first.is_some_and(|first| has_sign || !first.is_ascii_digit() && !TERMS.contains(&&behind[..word]))
    };
    let end = text.char_indices().find(|(at, next)| !is_in_name(*next) && !(*next == '-' && is_hyphen(*at)));
    end.map_or(text.len(), |(at, _)| at)
}

/// A name as it can be written after `local.`: quoted if necessary.
pub(super) fn written_name(name: &str) -> Cow<'_, str> {
    if !name.is_empty() && !name.starts_with('$') && name_length(name, false) == name.len() {
        return Cow::Borrowed(name);
    }
    let mut quoted = String::from('"');
    for character in name.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            control if control.is_control() => quoted.push_str(&format!("\\u{{{:x}}}", u32::from(control))),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    Cow::Owned(quoted)
}

/// The string at the start of a text, and its length in the source.
pub(super) fn unquoted(text: &str) -> Option<(String, usize)> {
    let mut bytes = Vec::new();
    let mut rest = text.strip_prefix('"')?.char_indices();
    let inner = &text[1..];
    loop {
        let (at, next) = rest.next()?;
        match next {
            '"' => return Some((String::from_utf8(bytes).ok()?, at + 2)),
            '\\' => match rest.next()?.1 {
                't' => bytes.push(b'\t'),
                'n' => bytes.push(b'\n'),
                'r' => bytes.push(b'\r'),
                same @ ('"' | '\'' | '\\') => bytes.push(same as u8),
                'u' => {
                    let digits = inner.get(at + 2..)?.strip_prefix('{')?.split_once('}')?.0;
                    let character = char::from_u32(u32::from_str_radix(digits, 16).ok()?)?;
                    bytes.extend(character.encode_utf8(&mut [0; 4]).bytes());
                    rest.nth(digits.len() + 1)?;
                }
                _ => {
                    bytes.push(u8::from_str_radix(inner.get(at + 1..at + 3)?, 16).ok()?);
                    rest.next()?;
                }
            },
            other => bytes.extend(other.encode_utf8(&mut [0; 4]).bytes()),
        }
    }
}

/// The length of the text before the first `end` outside quoted names.
pub(super) fn until(text: &str, end: char) -> Option<usize> {
    let mut at = 0;
    loop {
        let rest = &text[at..];
        let found = rest.find(['"', end])?;
        if rest[found..].starts_with(end) {
            return Some(at + found);
        }
        // A quote that does not open a name is an ordinary character.
        at += found + unquoted(&rest[found..]).map_or(1, |(_, length)| length);
    }
}
