//! Conditions and watch expressions: `local.i == 3 && stack[0] > 0x10`, `mem32[0x400] != 0`.
//!
//! ```text
//! expression = unary { operator expression }
//! unary      = [ "-" | "!" | "~" ] term
//! term       = number | "(" expression ")" | "local" select | "global" select | "stack" "[" expression "]"
//!            | ("mem8" | "mem16" | "mem32" | "mem64" | "memf32" | "memf64") "[" expression "]" | "depth" | "step"
//! select     = "." name | "[" expression "]"
//! ```
//!
//! `stack[0]` is the topmost operand. Integers are signed and of 64 bits, memory is read without sign; where either side
//! is a float, both are. The operators and what binds tighter are as in C and Rust.

use std::fmt;

/// A value of an expression.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    Integer(i64),
    Float(f64),
}

impl Number {
    fn float(self) -> f64 {
        match self {
            Self::Integer(value) => value as f64,
            Self::Float(value) => value,
        }
    }

    /// Whether it is not zero.
    pub fn holds(self) -> bool {
        match self {
            Self::Integer(value) => value != 0,
            Self::Float(value) => value != 0.0,
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(value) => value.fmt(formatter),
            Self::Float(value) => value.fmt(formatter),
        }
    }
}

/// What an expression can ask for.
pub trait Scope {
    fn local(&self, name: Name<'_>) -> Option<Number>;
    fn global(&self, name: Name<'_>) -> Option<Number>;
    /// Counted from the top, which is 0.
    fn stack(&self, depth: u64) -> Option<Number>;
    fn memory(&self, address: u64, length: usize) -> Option<[u8; 8]>;
    fn depth(&self) -> u64;
    fn step(&self) -> u64;
}

/// How a local or global is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name<'a> {
    Index(u64),
    /// Without the `$`.
    Text(&'a str),
}

/// A parsed expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    root: Node,
    text: String,
}

#[derive(Debug, Clone, PartialEq)]
enum Node {
    Number(Number),
    Local(Selector),
    Global(Selector),
    Stack(Box<Node>),
    Memory(Read, Box<Node>),
    Depth,
    Step,
    Unary(char, Box<Node>),
    Binary(&'static str, Box<Node>, Box<Node>),
}

#[derive(Debug, Clone, PartialEq)]
enum Selector {
    Name(String),
    Index(Box<Node>),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Read {
    Integer(usize),
    F32,
    F64,
}

/// What is wrong with an expression: a sentence, and where in bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}, at character {}", at + 1)]
pub struct ConditionError {
    pub message: String,
    pub at: usize,
}

/// The operators by how tight they bind, the loosest first; of two that begin alike, the longer first.
const OPERATORS: [&[&str]; 10] = [
    &["||"],
    &["&&"],
    &["|"],
    &["^"],
    &["&"],
    &["==", "!="],
    &["<=", ">=", "<", ">"],
    &["<<", ">>"],
    &["+", "-"],
    &["*", "/", "%"],
];
/// How deep an expression may be nested.
const DEEPEST: usize = 64;

impl Condition {
    /// Reads an expression.
    ///
    /// # Errors
    ///
    /// What was expected, and where.
    pub fn parse(text: &str) -> Result<Self, ConditionError> {
        let mut parser = Parser { text, at: 0, depth: 0 };
        let root = parser.binary(0)?;
        parser.skip_spaces();
        if parser.at < text.len() {
            return Err(parser.error("expected an operator or the end"));
        }
        Ok(Self { root, text: text.trim().to_owned() })
    }

    /// Its value; `None` where something that it names is not there, or a division by zero.
    pub fn value(&self, scope: &dyn Scope) -> Option<Number> {
        value(&self.root, scope)
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
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

    fn take(&mut self, token: &str) -> bool {
        self.skip_spaces();
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    fn expect(&mut self, token: &str) -> Result<(), ConditionError> {
        if self.take(token) { Ok(()) } else { Err(self.error(format!("expected `{token}`"))) }
    }

    fn operator(&mut self, level: usize) -> Option<&'static str> {
        self.skip_spaces();
        let found = OPERATORS[level].iter().copied().find(|operator| self.rest().starts_with(operator))?;
        // `&` is not the first half of `&&`, nor `<` of `<<`.
        let longer = OPERATORS
            .iter()
            .flat_map(|level| level.iter())
            .any(|other| other.len() > found.len() && other.starts_with(found) && self.rest().starts_with(other));
        if longer {
            return None;
        }
        self.at += found.len();
        Some(found)
    }

    fn binary(&mut self, level: usize) -> Result<Node, ConditionError> {
        if level == OPERATORS.len() {
            return self.unary();
        }
        let mut left = self.binary(level + 1)?;
        while let Some(operator) = self.operator(level) {
            let right = self.binary(level + 1)?;
            left = Node::Binary(operator, Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn unary(&mut self) -> Result<Node, ConditionError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.error("the expression is nested too deep"));
        }
        self.skip_spaces();
        let node = match self.rest().chars().next() {
            Some(sign @ ('-' | '!' | '~')) => {
                self.at += 1;
                Ok(Node::Unary(sign, Box::new(self.unary()?)))
            }
            _ => self.term(),
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
                let known = "a number, `local.name`, `global.name`, `stack[0]`, `mem32[address]`, `depth` or `step`";
                return Err(self.error(format!("expected {known}")));
            }
        };
        Ok(Node::Memory(read, Box::new(self.index()?)))
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
        // The characters of an identifier, core specification, section 6.3.5, but for those that are operators here.
        let rest = self.rest().strip_prefix('$').unwrap_or(self.rest());
        self.at = self.text.len() - rest.len();
        let length = rest
            .find(|next: char| {
                !next.is_alphanumeric() && !matches!(next, '_' | '$' | '.' | ':' | '\'' | '@' | '`' | '?')
            })
            .unwrap_or(rest.len());
        if length == 0 {
            return Err(self.error("expected a name"));
        }
        self.at += length;
        Ok(Selector::Name(rest[..length].to_owned()))
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
        let integer = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
            Some(digits) => u64::from_str_radix(digits, 16).ok().map(u64::cast_signed),
            None => text.parse::<i64>().ok().or_else(|| text.parse::<u64>().ok().map(u64::cast_signed)),
        };
        let number = match integer {
            Some(value) => Number::Integer(value),
            None => match text.parse::<f64>() {
                Ok(value) => Number::Float(value),
                Err(_) => return Err(self.error(format!("`{text}` is not a number"))),
            },
        };
        self.at += length;
        Ok(Node::Number(number))
    }
}

fn value(node: &Node, scope: &dyn Scope) -> Option<Number> {
    match node {
        Node::Number(number) => Some(*number),
        Node::Local(Selector::Name(name)) => scope.local(Name::Text(name)),
        Node::Global(Selector::Name(name)) => scope.global(Name::Text(name)),
        Node::Local(Selector::Index(index)) => scope.local(Name::Index(address(index, scope)?)),
        Node::Global(Selector::Index(index)) => scope.global(Name::Index(address(index, scope)?)),
        Node::Stack(index) => scope.stack(address(index, scope)?),
        Node::Memory(read, index) => {
            let at = address(index, scope)?;
            Some(match read {
                Read::Integer(length) => Number::Integer(u64::from_le_bytes(scope.memory(at, *length)?).cast_signed()),
                Read::F32 => {
                    let bytes = scope.memory(at, 4)?;
                    Number::Float(f64::from(f32::from_le_bytes(*bytes.first_chunk()?)))
                }
                Read::F64 => Number::Float(f64::from_le_bytes(scope.memory(at, 8)?)),
            })
        }
        Node::Depth => Some(Number::Integer(scope.depth().cast_signed())),
        Node::Step => Some(Number::Integer(scope.step().cast_signed())),
        Node::Unary(sign, operand) => {
            let operand = value(operand, scope)?;
            Some(match (sign, operand) {
                ('!', operand) => truth(!operand.holds()),
                ('-', Number::Integer(value)) => Number::Integer(value.wrapping_neg()),
                ('-', Number::Float(value)) => Number::Float(-value),
                (_, Number::Integer(value)) => Number::Integer(!value),
                (_, Number::Float(_)) => return None,
            })
        }
        Node::Binary("&&", left, right) => {
            let left = value(left, scope)?;
            if left.holds() { value(right, scope).map(|right| truth(right.holds())) } else { Some(truth(false)) }
        }
        Node::Binary("||", left, right) => {
            let left = value(left, scope)?;
            if left.holds() { Some(truth(true)) } else { value(right, scope).map(|right| truth(right.holds())) }
        }
        Node::Binary(operator, left, right) => binary(operator, value(left, scope)?, value(right, scope)?),
    }
}

fn address(node: &Node, scope: &dyn Scope) -> Option<u64> {
    match value(node, scope)? {
        Number::Integer(value) => Some(value.cast_unsigned()),
        Number::Float(_) => None,
    }
}

fn truth(holds: bool) -> Number {
    Number::Integer(i64::from(holds))
}

fn binary(operator: &str, left: Number, right: Number) -> Option<Number> {
    let (Number::Integer(a), Number::Integer(b)) = (left, right) else {
        return float(operator, left.float(), right.float());
    };
    let shift = (b & 63) as u32;
    Some(Number::Integer(match operator {
        "|" => a | b,
        "^" => a ^ b,
        "&" => a & b,
        "<<" => a.wrapping_shl(shift),
        ">>" => a.wrapping_shr(shift),
        "+" => a.wrapping_add(b),
        "-" => a.wrapping_sub(b),
        "*" => a.wrapping_mul(b),
        "/" => a.checked_div(b)?,
        "%" => a.checked_rem(b)?,
        "==" => return Some(truth(a == b)),
        "!=" => return Some(truth(a != b)),
        "<=" => return Some(truth(a <= b)),
        ">=" => return Some(truth(a >= b)),
        "<" => return Some(truth(a < b)),
        ">" => return Some(truth(a > b)),
        _ => return None,
    }))
}

fn float(operator: &str, a: f64, b: f64) -> Option<Number> {
    Some(match operator {
        "+" => Number::Float(a + b),
        "-" => Number::Float(a - b),
        "*" => Number::Float(a * b),
        "/" => Number::Float(a / b),
        "%" => Number::Float(a % b),
        #[expect(clippy::float_cmp, reason = "the person asked for exactly this")]
        "==" => truth(a == b),
        #[expect(clippy::float_cmp, reason = "the person asked for exactly this")]
        "!=" => truth(a != b),
        "<=" => truth(a <= b),
        ">=" => truth(a >= b),
        "<" => truth(a < b),
        ">" => truth(a > b),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed;

    impl Scope for Fixed {
        fn local(&self, name: Name<'_>) -> Option<Number> {
            match name {
                Name::Text("i") | Name::Index(0) => Some(Number::Integer(3)),
                Name::Text("x.y") => Some(Number::Float(2.5)),
                _ => None,
            }
        }

        fn global(&self, name: Name<'_>) -> Option<Number> {
            (name == Name::Text("__stack_pointer")).then_some(Number::Integer(1024))
        }

        fn stack(&self, depth: u64) -> Option<Number> {
            [17, 5].get(depth as usize).map(|value| Number::Integer(*value))
        }

        fn memory(&self, address: u64, length: usize) -> Option<[u8; 8]> {
            let mut bytes = [0; 8];
            (address + length as u64 <= 2048).then(|| {
                bytes[..length].fill(0xFF);
                bytes
            })
        }

        fn depth(&self) -> u64 {
            2
        }

        fn step(&self) -> u64 {
            99
        }
    }

    fn eval(text: &str) -> Option<Number> {
        Condition::parse(text).unwrap_or_else(|error| panic!("{text}: {error}")).value(&Fixed)
    }

    #[test]
    fn the_examples_of_the_documentation_hold() {
        assert_eq!(eval("local.i == 3 && stack[0] > 0x10"), Some(Number::Integer(1)));
        assert_eq!(eval("mem32[0x400] != 0"), Some(Number::Integer(1)));
    }

    #[test]
    fn operators_bind_as_in_c() {
        assert_eq!(eval("1 + 2 * 3 - 4 / 2"), Some(Number::Integer(5)));
        assert_eq!(eval("1 << 3 | 1 & 3 ^ 2"), Some(Number::Integer(8 | (1 ^ 2))));
        assert_eq!(eval("-(2 + 3) == -5 || 1 / 0"), Some(Number::Integer(1)));
        assert_eq!(eval("!0 && ~0 == -1"), Some(Number::Integer(1)));
        assert_eq!(eval("7 - 2 - 1"), Some(Number::Integer(4)));
    }

    #[test]
    fn floats_and_names_and_indices() {
        assert_eq!(eval("local.x.y * 2"), Some(Number::Float(5.0)));
        assert_eq!(eval("local[stack[1] - 5]"), Some(Number::Integer(3)));
        assert_eq!(eval("global.$__stack_pointer + depth + step"), Some(Number::Integer(1125)));
        assert_eq!(eval("1.5e+2"), Some(Number::Float(150.0)));
        assert_eq!(eval("mem16[0] == 65535 && mem8[2047] == 255"), Some(Number::Integer(1)));
    }

    #[test]
    fn what_is_not_there_has_no_value() {
        for text in ["local.nothing", "stack[9]", "mem8[2048]", "5 / 0", "5 % 0", "global[0] && 1", "mem8[1.5]"] {
            assert_eq!(eval(text), None, "{text}");
        }
    }

    #[test]
    fn a_mistake_is_named_with_its_place() {
        for (text, at) in [
            ("local.i =", 8),
            ("", 0),
            ("stack[0", 7),
            ("(1", 2),
            ("foo == 1", 0),
            ("1 2", 2),
            ("local.", 6),
            ("0x", 0),
        ] {
            let error = Condition::parse(text).expect_err(text);
            assert_eq!(error.at, at, "{text}: {error}");
        }
        assert!(Condition::parse(&"(".repeat(1000)).is_err());
        assert!(Condition::parse(&"-".repeat(1000)).is_err());
    }
}
