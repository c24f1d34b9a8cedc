//! Conditions and watch expressions: `local.i == 3 && stack[0] > 0x10`, `mem32[0x400] != 0`.
//!
//! ```text
//! expression = unary { operator expression }
//! unary      = [ "-" | "!" | "~" ] term
//! term       = number | "(" expression ")" | "local" select | "global" select | "$" name | "stack" "[" expression "]"
//!            | ("mem8" | "mem16" | "mem32" | "mem64" | "memf32" | "memf64") [ memory ] "[" expression "]" | "depth" | "step"
//! select     = "." name | "[" expression "]"
//! memory     = "[" ( "$" name | expression ) "]"
//! name       = [ "$" ] ( identifier | string )
//! ```
//!
//! A hyphen within an identifier belongs to the name: `local.my-i`. It is a minus after a space and, without `$`,
//! before a number or another term: `local.a - 1`, `local.a-1` and `local.a-local.b` subtract, while `local.$a-1` is
//! the local `$a-1`. Any name can be written as a string of the text format: `local."my name"`.
//!
//! `$i` alone is the local or the global with that name; if both exist, it has no value.
//!
//! `stack[0]` is the topmost operand, `mem32[0x400]` reads memory 0, `mem32[$other][0x400]` and `mem32[1][0x400]` read
//! another one. The operators and their precedence are as in C and Rust.
//!
//! A result has the type of its operands, and wraps like that type: an i32 and an i32 give an i32. A literal has no
//! type and takes that of the other operand; so do `depth` and `step`. A hexadecimal literal, and any literal next to
//! `==` and `!=`, is a bit pattern: `local.n == 4294967295` holds for the i32 -1. An i32 with an i64 gives an i64; an
//! f32 with an f64, or an integer with a float, gives an f64. Integers are signed, except as addresses and indices.
//! `mem8` and `mem16` are an unsigned value in an i32, `mem32` is an i32, `mem64` an i64. Comparisons give an i32, 0 or
//! 1.

mod arithmetic;
mod evaluate;
mod number;
mod operator;
mod parse;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;

use std::fmt;

use wasmoscope_module::words;

use operator::{BinaryOperator, UnaryOperator};

pub use evaluate::EvalError;
pub use number::Number;

/// The values that an expression can refer to.
pub trait Scope {
    /// Whether this local exists, of any type.
    fn has_local(&self, name: Name<'_>) -> bool {
        self.local(name).is_some()
    }
    /// Whether this global exists, of any type.
    fn has_global(&self, name: Name<'_>) -> bool {
        self.global(name).is_some()
    }
    fn local(&self, name: Name<'_>) -> Option<Number>;
    fn global(&self, name: Name<'_>) -> Option<Number>;
    /// Counted from the top, which is 0.
    fn stack(&self, depth: u64) -> Option<Number>;
    /// The index of a memory, if it exists.
    fn find_memory(&self, memory: Name<'_>) -> Option<u32>;
    fn memory(&self, memory: u32, address: u64, length: usize) -> Option<[u8; 8]>;
    fn depth(&self) -> u64;
    fn step(&self) -> u64;
}

/// The name or index of a local or global.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name<'a> {
    Index(u64),
    /// Without the `$`.
    Text(&'a str),
}

/// A value that can be referred to by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamedPlace<'a> {
    Local(Name<'a>),
    Global(Name<'a>),
    /// Counted from the top, which is 0.
    Stack(u64),
}

impl fmt::Display for Name<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Index(index) => index.fmt(formatter),
            Self::Text(name) => write!(formatter, "${}", words::name(name)),
        }
    }
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
    /// `$name`: a local or a global.
    Named(String),
    Stack(Box<Node>),
    /// Without a memory, memory 0.
    Memory(Read, Option<Selector>, Box<Node>),
    Depth,
    Step,
    Unary(UnaryOperator, Box<Node>),
    Binary(BinaryOperator, Box<Node>, Box<Node>),
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

/// Parses a name that is written as a string of the text format.
pub fn unquote(text: &str) -> Option<String> {
    parse::unquoted(text).filter(|(_, length)| *length == text.len()).map(|(name, _)| name)
}

/// Replaces each expression in braces in a message with the result of `describe`.
pub(super) fn fill_in(text: &str, mut describe: impl FnMut(&str) -> String) -> String {
    let mut message = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let Some(end) = parse::until(after, '}') else { break };
        message.push_str(before);
        message.push_str(&describe(&after[..end]));
        rest = &after[end + 1..];
    }
    message.push_str(rest);
    message
}

/// What is wrong with an expression: a sentence, and the position in bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}, at character {}", at + 1)]
pub struct ConditionError {
    pub message: String,
    pub at: usize,
}

impl Condition {
    /// Parses an expression.
    ///
    /// # Errors
    ///
    /// What was expected, and at which position.
    pub fn parse(text: &str) -> Result<Self, ConditionError> {
        let root = parse::expression(text)?;
        Ok(Self { root, text: text.trim().to_owned() })
    }

    /// Its value; `None` if something it refers to does not exist, or on division by zero.
    pub fn value(&self, scope: &dyn Scope) -> Option<Number> {
        self.evaluate(scope).ok()
    }

    /// Its value.
    ///
    /// # Errors
    ///
    /// Why it could not be evaluated.
    pub fn evaluate(&self, scope: &dyn Scope) -> Result<Number, EvalError> {
        evaluate::value(&self.root, scope)
    }

    /// The named value, if the expression is nothing but a name: it can then have any type.
    ///
    /// # Errors
    ///
    /// Why its index, if there is one, could not be evaluated.
    pub fn place(&self, scope: &dyn Scope) -> Result<Option<NamedPlace<'_>>, EvalError> {
        Ok(match &self.root {
            Node::Local(selector) => Some(NamedPlace::Local(evaluate::name(selector, scope)?)),
            Node::Global(selector) => Some(NamedPlace::Global(evaluate::name(selector, scope)?)),
            Node::Named(name) => Some(evaluate::bare(name, scope)?),
            Node::Stack(index) => Some(NamedPlace::Stack(evaluate::integer(index, scope)?)),
            Node::Number(_) | Node::Memory(..) | Node::Depth | Node::Step | Node::Unary(..) | Node::Binary(..) => None,
        })
    }

    /// The source text.
    pub fn text(&self) -> &str {
        &self.text
    }
}
