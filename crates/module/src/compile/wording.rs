//! The messages of the `wast` crate in the words of the text format, for a reader who has not written a parser.
//!
//! What a mistake probably was, and how to fix it, is in [`hints`](super::hints); the advice here is for messages of
//! which it knows nothing.

/// A message in other words, with advice if there is any.
#[derive(Debug, PartialEq)]
pub(super) struct Wording {
    pub message: String,
    pub help: Option<String>,
}

/// Rewords a message about `word`, the token that it points at; empty at the end of the text. A message that is not
/// known stays as it is.
pub(super) fn reword(message: &str, word: &str) -> Wording {
    let message = message.trim_end_matches('.');
    let (message, help) = known(message, word).unwrap_or_else(|| (message.to_owned(), ""));
    Wording { message, help: (!help.is_empty()).then(|| help.replace("$name", named(word))) }
}

/// The word if it is a name, else a stand-in.
fn named(word: &str) -> &str {
    if word.starts_with('$') { word } else { "$name" }
}

fn known(message: &str, word: &str) -> Option<(String, &'static str)> {
    if let Some(known) = name(message, word).or_else(|| number(message, word)).or_else(|| string(message)) {
        return Some(known);
    }
    let it = if word.is_empty() { "the end of the text".to_owned() } else { format!("`{word}`") };
    let expected = message.strip_prefix("unexpected token, expected ");
    let expected = expected.or_else(|| message.strip_prefix("expected ").filter(|rest| rest.starts_with("keyword `")));
    if let Some(expected) = expected {
        return Some(expected_instead(expected, &it));
    }
    Some(match message {
        "extra tokens remaining after parse" => (
            "the module has ended before this".to_owned(),
            "everything that belongs to a module is within the parentheses of `(module ...)`: move this before the last \
             `)`, or remove it",
        ),
        "unknown operator or unexpected token" => (format!("{it} is not an instruction"), ""),
        "expected an instruction" => (format!("an instruction is expected here, and {it} is none"), ""),
        "expected valid module field" => (format!("{it} is not a field of a module"), ""),
        "expected at least one module field" => (
            "a field of a module is expected here".to_owned(),
            "the smallest module is `(module)`; a function is written `(func ...)`",
        ),
        "unexpected token" => (format!("{it} is not expected here"), ""),
        "unexpected end of input" | "unexpected end-of-file" => {
            ("the text ends too early".to_owned(), "something is still expected here")
        }
        "expected `(`" => (format!("a `(` is expected here, and not {it}"), ""),
        "expected `)`" => (
            format!("a `)` is expected here, and not {it}"),
            "what is between these parentheses is complete before this",
        ),
        "unexpected `)`" => ("this `)` comes too early".to_owned(), "something is still expected before it"),
        "expected an identifier" => {
            (format!("a name is expected here, and not {it}"), "a name begins with `$`, such as `$count`")
        }
        "expected a string" | "unexpected token, expected a string" => (
            format!("a text in quotes is expected here, and not {it}"),
            "names of exports and imports and the contents of data segments are written in quotes, such as `\"main\"`",
        ),
        "mismatching labels between end and block" => (
            format!("{it} is not the name of the block that ends here"),
            "an `end` or `else` closes the innermost open block; a name after it has to be that block's",
        ),
        "inline function type doesn't match type reference" => (
            "these parameters and results differ from those of the type that is named".to_owned(),
            "repeat exactly the `(param ...)` and `(result ...)` of the type after `(type ...)`, or leave them out",
        ),
        "unknown type: type index out of bounds" => {
            ("there is no type with this index".to_owned(), "types are numbered from 0 in the order of the text")
        }
        "invalid type: not a function type" => ("this type is not the type of a function".to_owned(), ""),
        "unexpected token: too many payloads inside of `(if)`" => {
            ("this `if` has more parts than a condition, `(then ...)` and `(else ...)`".to_owned(), "")
        }
        "item nesting too deep" => ("this is nested too deeply".to_owned(), "move a part into a function of its own"),
        "unclosed annotation" => ("this annotation is never closed".to_owned(), "add a `)` where it should end"),
        "empty identifier" => ("a name has at least one character after its `$`".to_owned(), ""),
        "expected a [type].const expression" => {
            (format!("a constant is expected here, and not {it}"), "a constant is written such as `(i32.const 5)`")
        }
        "unexpected import type" => (
            "this cannot be imported".to_owned(),
            "an import is a `func`, `memory`, `table`, `global` or `tag`, such as \
             `(import \"env\" \"log\" (func $log (param i32)))`",
        ),
        _ => return prefixed(message),
    })
}

/// `a` or `b`; one of `a`, `b`, …; a name.
fn expected_instead(expected: &str, it: &str) -> (String, &'static str) {
    if expected.contains("`i32`, `i64`, `f32`") {
        return (
            format!("a type is expected here, and not {it}"),
            "the types of numbers are `i32`, `i64`, `f32` and `f64`",
        );
    }
    if expected.contains("`funcref`, `externref`") {
        return (format!("a type of references is expected here, and not {it}"), "most tables have `funcref`");
    }
    let (expected, help) = match expected {
        "an index or an identifier" | "an index" | "an item reference" => {
            ("a name or an index".to_owned(), "a name begins with `$`, such as `$count`; an index is a number")
        }
        "an identifier" => ("a name".to_owned(), "a name begins with `$`, such as `$count`"),
        "a string" | "string" => ("a text in quotes".to_owned(), ""),
        other => {
            let other = other.replace("keyword `", "`").replace("reserved symbol `", "`");
            (
                other
                    .replace("one of: ", "one of ")
                    .replace("valtype", "another type")
                    .replace("lparen", "`(`")
                    .replace("left paren", "`(`")
                    .replace("right paren", "`)`"),
                "",
            )
        }
    };
    (format!("{expected} is expected here, and not {it}"), help)
}

/// Messages about names.
fn name(message: &str, word: &str) -> Option<(String, &'static str)> {
    if let Some((space, name)) =
        message.strip_prefix("unknown ").and_then(|rest| rest.split_once(": failed to find name "))
    {
        let name = name.trim_matches('`');
        let (kind, help) = match space {
            "func" => (
                "function",
                "a function is declared with `(func $name ...)`, an imported one with \
                 `(import \"...\" \"...\" (func $name ...))`",
            ),
            "local" => ("local", ""),
            "global" => ("global", "`(global $name (mut i32) (i32.const 0))` in the module declares one"),
            "label" => (
                "label",
                "a branch leads to a block, loop or if around it, which is named where it begins: `(block $name ...)`",
            ),
            "memory" => ("memory", "`(memory $name 1)` in the module declares one"),
            "table" => ("table", "`(table $name 1 funcref)` in the module declares one"),
            "type" => ("type", "`(type $name (func ...))` in the module declares one"),
            "tag" => ("tag", "`(tag $name)` in the module declares one"),
            "data" => ("data segment", "`(data $name \"...\")` in the module declares one"),
            "elem" => ("element segment", "`(elem $name func ...)` in the module declares one"),
            other => (other, ""),
        };
        let around = if space == "label" { " around this" } else { "" };
        return Some((format!("there is no {kind} `{name}`{around}"), help));
    }
    if let Some(after) = message.strip_prefix("import after ") {
        return Some((format!("this import comes after a {after}"), ""));
    }
    const ONCE: &str = "each of them needs a name of its own";
    if let Some(rest) = message.strip_prefix("duplicate identifier: duplicate ")
        && let Some((kind, name)) = rest.split_once(" named ")
    {
        return Some((format!("there is another {} `${}`", kind_in_full(kind), name.trim_matches(['`', '$'])), ONCE));
    }
    let kind = message.strip_prefix("duplicate ")?.strip_suffix(" identifier")?;
    let kind = kind_in_full(kind);
    Some(match word.starts_with('$') {
        true => (format!("there is another {kind} `{word}`"), ONCE),
        false => (format!("there is another {kind} of this name"), ONCE),
    })
}

/// The kind of a definition, as prose calls it.
fn kind_in_full(kind: &str) -> &str {
    match kind {
        "func" => "function",
        "elem" => "element segment",
        "data" => "data segment",
        other => other,
    }
}

/// Messages about numbers.
fn number(message: &str, word: &str) -> Option<(String, &'static str)> {
    Some(match message {
        "invalid float value: constant out of range" => (
            format!("`{word}` does not fit in this type of float"),
            "an f32 reaches about 3.4e38, an f64 about 1.8e308; `inf` is infinity",
        ),
        "expected a float" => {
            (format!("a number is expected here, and not `{word}`"), "such as `1.5`, `-3`, `1e-3`, `inf` or `nan`")
        }
        "number is too big to parse" => ("this number is too large".to_owned(), ""),
        "bare underscore in numeric literal" => {
            ("an `_` in a number has to be between two digits".to_owned(), "such as `1_000`")
        }
        "expected a lane index" | "malformed lane index" => (
            format!("the number of a lane is expected here, and not `{word}`"),
            "lanes are numbered from 0: an i8x16 has 16, an i16x8 8, an i32x4 and an f32x4 4, an i64x2 and an f64x2 2",
        ),
        "alignment must be a power of two" => {
            ("an alignment is a power of two".to_owned(), "such as `align=1`, `align=2`, `align=4` or `align=8`")
        }
        "u64 constant out of range" => (format!("`{word}` does not fit in an i64"), ""),
        "expected u64 integer constant"
        | "expected a u8"
        | "expected a u16"
        | "expected a u32"
        | "expected a u64"
        | "expected a s8"
        | "expected a s16"
        | "expected a s32"
        | "expected a s64"
        | "expected a i8"
        | "expected a i16"
        | "expected a i32"
        | "expected a i64" => {
            (format!("a whole number is expected here, and not `{word}`"), "such as `5`, `-1` or `0x2a`")
        }
        _ => {
            let ty = message.strip_prefix("invalid ")?.strip_suffix(" number: constant out of range")?;
            let help = match ty {
                "i32" | "u32" => "an i32 is from -2147483648 to 2147483647, or from 0 to 4294967295 unsigned",
                "i64" | "u64" => {
                    "an i64 is from -9223372036854775808 to 9223372036854775807, or from 0 to 18446744073709551615 \
                     unsigned"
                }
                "i8" | "u8" => "an i8 is from -128 to 127, or from 0 to 255 unsigned",
                "i16" | "u16" => "an i16 is from -32768 to 32767, or from 0 to 65535 unsigned",
                _ => "",
            };
            // Indices and sizes are unsigned, and have no type in the text.
            let ty = ty.replace('u', "i");
            (format!("`{word}` does not fit in an {ty}"), help)
        }
    })
}

/// Messages about strings.
fn string(message: &str) -> Option<(String, &'static str)> {
    if let Some(character) = message.strip_prefix("invalid string escape '").and_then(|rest| rest.strip_suffix('\'')) {
        return Some((
            format!("`\\{character}` is not an escape of the text format"),
            "the escapes are `\\n`, `\\t`, `\\r`, `\\\"`, `\\'`, `\\\\`, `\\u{...}`, and two hexadecimal digits for a byte: \
             `\\00`; a backslash is `\\\\`",
        ));
    }
    if message.starts_with("invalid character in string") {
        return Some((
            "this control character cannot be in a string as it is".to_owned(),
            "write it as an escape, such as `\\n`, `\\t` or `\\00`",
        ));
    }
    if message == "malformed UTF-8 encoding" {
        return Some((
            "the bytes of this text are not UTF-8".to_owned(),
            "names of exports and imports are UTF-8; only data segments can have any bytes",
        ));
    }
    let character = message.strip_prefix("invalid hex digit '").and_then(|rest| rest.strip_suffix('\''))?;
    Some((
        format!("`{character}` is not a hexadecimal digit"),
        "the digits are `0` to `9` and `a` to `f`; in a string, a byte is a backslash and two of them: `\\0a`",
    ))
}

/// Messages with a part that varies.
fn prefixed(message: &str) -> Option<(String, &'static str)> {
    let quoted = |prefix: &str| message.strip_prefix(prefix)?.strip_suffix('\'');
    if let Some(character) = quoted("unexpected character '") {
        return Some((format!("`{character}` cannot be here"), ""));
    }
    if let Some(character) = quoted("invalid decimal digit '") {
        return Some((format!("`{character}` is not a digit"), "a hexadecimal number begins with `0x`"));
    }
    if let Some(number) = message.strip_prefix("invalid unicode scalar value ") {
        return Some((format!("there is no character {number}"), "the last one is `\\u{10ffff}`"));
    }
    if let Some((wanted, found)) = quoted("expected '").and_then(|rest| rest.split_once("' but found '")) {
        return Some((format!("`{wanted}` is expected here, and not `{found}`"), ""));
    }
    let size = message.strip_prefix("invalid custom page size: ")?;
    Some((format!("a memory cannot have pages of {size} bytes"), "the page size is 1 or 65536"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::compile;
    use crate::source::Source;

    /// The message and the help for a text with a mistake.
    fn explained(text: &str) -> (String, String) {
        let source = Source { name: "main.wat".to_owned(), bytes: text.as_bytes().to_vec() };
        let problem = compile(&source).expect_err("the text has a mistake");
        (problem.message.clone(), problem.help.clone().unwrap_or_default())
    }

    /// Words of a parser and of its library.
    const JARGON: [&str; 12] = [
        "token",
        "parse",
        "failed to find",
        "operator",
        "lparen",
        "paren ",
        "keyword",
        "identifier",
        "literal",
        "out of range",
        "payload",
        "scalar",
    ];

    #[test]
    fn no_mistake_is_explained_in_the_words_of_a_parser() {
        for text in [
            "(module) (func)",
            "(module (func (call $f)))",
            "(module (func (br $out)))",
            "(module (func (global.get $g) drop))",
            "(module (func (i32.load $m (i32.const 0)) drop))",
            "(module (func (call_indirect $t)))",
            "(module (func (type $t)))",
            "(module (func (type 3)))",
            "(module (func (throw $t)))",
            "(module (func (memory.init $d (i32.const 0) (i32.const 0) (i32.const 0))) (memory 1))",
            "(module (export \"f\" (func $f)))",
            "(module (func $f) (func $f))",
            "(module (memory $m 1) (memory $m 1))",
            "(module (func (param $x i32) (param $x i32)))",
            "(module (func) (import \"a\" \"b\" (func)))",
            "(module (func (i32.const 4294967296) drop))",
            "(module (func (i64.const 18446744073709551616) drop))",
            "(module (func (f32.const 1e99) drop))",
            "(module (func (i32.const) drop))",
            "(module (func (i32.const x) drop))",
            "(module (func (f64.const x) drop))",
            "(module (func (i32.const 1__0) drop))",
            "(module (func (i32.load align=3 (i32.const 0)) drop))",
            "(module (func (i32.load offset=99999999999999999999 (i32.const 0)) drop))",
            "(module (func block $a end $b))",
            "(module (func (param 5)))",
            "(module (func (result x)))",
            "(module (func (local $x 5)))",
            "(module (type $t (func (param i32))) (func (type $t) (param i64)))",
            "(module (memory x))",
            "(module (memory 1 x))",
            "(module (memory 1 (pagesize 3)))",
            "(module (table 1))",
            "(module (table 1 i32))",
            "(module (global i32 5))",
            "(module (global $g))",
            "(module (data \"\\q\"))",
            "(module (data \"\\0\"))",
            "(module (data \"\\u{110000}\"))",
            "(module (data \"a\nb\"))",
            "(module (data (i32.const 0) 5))",
            "(module (export f (func 0)))",
            "(module (export \"f\" (function 0)))",
            "(module (export \"f\" 0))",
            "(module (import \"a\" (func)))",
            "(module (import \"a\" \"b\" (data)))",
            "(module (start))",
            "(module (elem (i32.const 0) 5 x))",
            "(module (func (if (i32.const 1) (then) (else) (nop))))",
            "(module (func (if (i32.const 1) (then) (nop))))",
            "(module (func (select (result) 5)))",
            "(module (func (br)))",
            "(module (func (call)))",
            "(module (func (local.get)))",
            "(module (func 5))",
            "(module (func \"a\"))",
            "(module (func (\"a\")))",
            "(module (func (i8x16.shuffle 0 1 2)))",
            "(module (func (i32x4.extract_lane x (v128.const i32x4 0 0 0 0)) drop))",
            "(module (func (v128.const i32x4 0 0)))",
            "(module (func (v128.const i5x4 0 0)))",
            "(module 5)",
            "(module func)",
            "(module $ )",
            "(module (rec (func)))",
            "(modul)",
            "module",
            "(module (type (func (param $a))))",
            "(module (type (function)))",
            "(module (type (struct (field i9))))",
            "(module (func (@name)))",
            "(module (@custom 5))",
            "(module binary 5)",
            "(module quote 5)",
            "()",
            "(module ())",
            "(module (func ()))",
        ] {
            let source = Source { name: "main.wat".to_owned(), bytes: text.as_bytes().to_vec() };
            let Err(problem) = compile(&source) else { continue };
            let message = problem.message.to_lowercase();
            assert!(JARGON.iter().all(|word| !message.contains(word)), "{text}: {message}");
        }
    }

    #[test]
    fn a_message_says_what_to_do() {
        let (message, help) = explained("(module) (func)");
        assert_eq!(message, "the module has ended before this");
        assert!(help.contains("before the last `)`"), "{help}");
        let (message, help) = explained("(module (func (call $print)))");
        assert_eq!(message, "there is no function `$print`");
        assert!(help.contains("(func $print ...)"), "{help}");
        let (message, help) = explained("(module (func (br $out)))");
        assert_eq!(message, "there is no label `$out` around this");
        assert!(help.contains("(block $out ...)"), "{help}");
        let (message, help) = explained("(module (func (drop (i32.const 4294967296))))");
        assert_eq!(message, "`4294967296` does not fit in an i32");
        assert!(help.contains("4294967295"), "{help}");
        assert_eq!(explained("(module (func $f) (func $f))").0, "there is another function `$f`");
        assert_eq!(explained("(module (func block $a end $b))").0, "`$b` is not the name of the block that ends here");
    }

    #[test]
    fn a_message_that_is_not_known_stays() {
        let wording = reword("something new.", "x");
        assert_eq!(wording, Wording { message: "something new".to_owned(), help: None });
    }
}
