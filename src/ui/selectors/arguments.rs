//! Parses the arguments and environment that the user typed.

use std::rc::Rc;

use crate::protocol::ExportSummary;
use crate::ui::selectors::names;

/// Splits a line into arguments as a shell would: at spaces, with `'...'`, `"..."` and `\` to keep characters together.
/// An unclosed quote extends to the end.
pub fn split(line: &str) -> Vec<String> {
    let mut arguments = Vec::new();
    let mut current: Option<String> = None;
    let mut quote = None;
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (None, '\'' | '"') => {
                quote = Some(character);
                current.get_or_insert_default();
            }
            (Some(open), character) if open == character => quote = None,
            (None | Some('"'), '\\') => current.get_or_insert_default().extend(characters.next()),
            (None, character) if character.is_whitespace() => arguments.extend(current.take()),
            (_, character) => current.get_or_insert_default().push(character),
        }
    }
    arguments.extend(current);
    arguments
}

/// Reads lines of `NAME=value`; empty lines and lines without a name are left out.
pub fn environment(text: &str) -> Vec<(String, String)> {
    text.lines()
        .filter_map(|line| {
            let (name, value) = line.split_once('=').unwrap_or((line, ""));
            let name = name.trim();
            (!name.is_empty()).then(|| (name.to_owned(), value.to_owned()))
        })
        .collect()
}

/// The placeholder of an argument of this type: an example of a value.
pub fn placeholder(ty: &str) -> &'static str {
    match ty {
        "f32" | "f64" => "such as 1.5",
        "v128" => "such as i32x4 1 2 3 4",
        "i32" | "i64" => "such as 5",
        _ => "null",
    }
}

/// The label of a parameter's input field: its name and type, as in the text format.
pub fn label(export: &ExportSummary, index: usize) -> String {
    format!("{} {}", parameter(export, index), type_of(export, index))
}

/// `$a`, or `parameter 0` if the parameter has no name.
fn parameter(export: &ExportSummary, index: usize) -> String {
    match export.param_names.get(index) {
        Some(Some(name)) => format!("${}", names::name(name)),
        _ => format!("parameter {index}"),
    }
}

fn type_of(export: &ExportSummary, index: usize) -> &str {
    export.params.get(index).map(String::as_str).unwrap_or_default()
}

/// The arguments of a call, or the first parameter that needs a value.
pub fn values(export: &ExportSummary, typed: &[Rc<str>]) -> Result<Vec<String>, usize> {
    let value = |(index, ty): (usize, &String)| {
        let text = typed.get(index).map(|text| text.trim()).unwrap_or_default();
        match (text, ty.as_str()) {
            // These types have no other value.
            ("", "funcref" | "externref") => Ok("null".to_owned()),
            _ if refusal(text, ty).is_none() => Ok(text.to_owned()),
            _ => Err(index),
        }
    };
    export.params.iter().enumerate().map(value).collect()
}

/// What is wrong with the value of a parameter, as a sentence without a full stop; `None` if it is valid.
pub fn validation_error(export: &ExportSummary, index: usize, typed: &[Rc<str>]) -> Option<String> {
    let (text, ty) = (typed.get(index).map(|text| text.trim()).unwrap_or_default(), type_of(export, index));
    if !text.is_empty() {
        return refusal(text, ty);
    }
    let is_reference = matches!(ty, "funcref" | "externref");
    (!is_reference)
        .then(|| format!("{} needs a value for {} ({ty})", names::name(&export.name), parameter(export, index)))
}

/// Why the worker would refuse this text as a value of this type, with the values that the type has. What takes parsing
/// the number to find out is left to the worker.
fn refusal(text: &str, ty: &str) -> Option<String> {
    let (is_value, article, values) = match ty {
        "i32" => (
            integer(text).is_some_and(|value| (-(1 << 31)..1 << 32).contains(&value)),
            "an",
            "write a whole number from -2147483648 to 4294967295, such as 42 or 0x2a",
        ),
        "i64" => (
            integer(text).is_some_and(|value| (-(1 << 63)..1 << 64).contains(&value)),
            "an",
            "write a whole number from -9223372036854775808 to 18446744073709551615, such as 42 or 0x2a",
        ),
        "f32" => (is_float(text), "an", "write a number up to about 3.4e38, such as 1.5, 1e-3, 0x1.8p3, inf or nan"),
        "f64" => (is_float(text), "an", "write a number up to about 1.8e308, such as 1.5, 1e-3, 0x1.8p3, inf or nan"),
        "v128" => (is_vector(text), "a", "write a shape and as many values as it has lanes, such as i32x4 1 2 3 4"),
        _ => (text == "null", "a", "the only value that can be passed from outside is null"),
    };
    (!is_value).then(|| format!("`{text}` is not {article} {ty}: {values}"))
}

/// An integer in the text format (core specification, section 6.3.1): with a sign, `0x`, and `_` between digits.
fn integer(text: &str) -> Option<i128> {
    let text = text.trim_start_matches('+');
    let (is_negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    let (radix, digits) = digits.strip_prefix("0x").map_or((10, digits), |digits| (16, digits));
    if !are_digits(digits, radix) {
        return None;
    }
    let value = digits
        .chars()
        .filter_map(|digit| digit.to_digit(radix))
        .try_fold(0_i128, |value, digit| value.checked_mul(i128::from(radix))?.checked_add(i128::from(digit)))?;
    Some(if is_negative { -value } else { value })
}

/// Digits, with at most one `_` between two of them.
fn are_digits(text: &str, radix: u32) -> bool {
    text.split('_').all(|part| !part.is_empty() && part.chars().all(|digit| digit.is_digit(radix)))
}

/// Whether a text has the form of a floating-point number.
fn is_float(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let text = text.trim_start_matches('+');
    let text = text.strip_prefix('-').unwrap_or(text);
    if matches!(text, "inf" | "infinity" | "nan") {
        return true;
    }
    if let Some(payload) = text.strip_prefix("nan:0x") {
        return are_digits(payload, 16);
    }
    let (radix, mark, text) = text.strip_prefix("0x").map_or((10, 'e', text), |text| (16, 'p', text));
    let (number, exponent) = text.split_once(mark).map_or((text, None), |(number, exponent)| (number, Some(exponent)));
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let exponent =
        exponent.is_none_or(|exponent| are_digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent), 10));
    are_digits(whole, radix) && (fraction.is_empty() || are_digits(fraction, radix)) && exponent
}

/// Whether a text has the form of a vector: its shape, and a value for each lane.
fn is_vector(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let (lanes, floats) = match words.next() {
        Some("i8x16") => (16, false),
        Some("i16x8") => (8, false),
        Some("i32x4") => (4, false),
        Some("i64x2") => (2, false),
        Some("f32x4") => (4, true),
        Some("f64x2") => (2, true),
        _ => return false,
    };
    let values: Vec<&str> = words.collect();
    values.len() == lanes && values.iter().all(|value| if floats { is_float(value) } else { integer(value).is_some() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_split_as_a_shell_does() {
        assert_eq!(split("  one  two\tthree "), ["one", "two", "three"]);
        assert_eq!(split(r#"'a b' "c \" d" e\ f ''"#), ["a b", "c \" d", "e f", ""]);
        assert_eq!(split(r#"--name="Ada L" x"#), ["--name=Ada L", "x"]);
        assert_eq!(split(r"'back\slash' end\"), [r"back\slash", "end"]);
        assert_eq!(split("'open end"), ["open end"]);
        assert!(split("   ").is_empty());
    }

    #[test]
    fn environment_lines() {
        let expected = [("A", "1"), ("PATH", "/bin=x"), ("EMPTY", "")].map(|(name, value)| (name.into(), value.into()));
        assert_eq!(environment("A=1\n\n PATH =/bin=x\nEMPTY\n=nothing"), expected);
    }

    fn export(params: &[(&str, Option<&str>)]) -> ExportSummary {
        ExportSummary {
            name: "calc".into(),
            kind: "func".into(),
            ty: String::new(),
            params: params.iter().map(|(ty, _)| ty.to_string()).collect(),
            results: Vec::new(),
            param_names: params.iter().map(|(_, name)| name.map(str::to_owned)).collect(),
        }
    }

    #[test]
    fn boxes_are_called_as_the_parameters() {
        let export = export(&[("i32", Some("a")), ("i64", None), ("f32", Some("two words"))]);
        let labels: Vec<_> = (0..3).map(|index| label(&export, index)).collect();
        assert_eq!(labels, ["$a i32", "parameter 1 i64", "$\"two words\" f32"]);
    }

    #[test]
    fn the_first_parameter_without_a_value_is_named() {
        let export = export(&[("i32", Some("a")), ("i32", None), ("externref", None)]);
        assert_eq!(values(&export, &[]), Err(0));
        let typed = ["7".into(), "".into()];
        assert_eq!(values(&export, &typed), Err(1));
        assert_eq!(validation_error(&export, 0, &[]).as_deref(), Some("calc needs a value for $a (i32)"));
        assert_eq!(validation_error(&export, 1, &typed).as_deref(), Some("calc needs a value for parameter 1 (i32)"));
        assert_eq!(validation_error(&export, 2, &typed), None, "null is the only value there is");
        assert_eq!(values(&export, &["7".into(), " 8 ".into()]).unwrap(), ["7", "8", "null"]);
    }

    #[test]
    fn a_refused_value_is_explained_with_the_values_that_the_type_has() {
        let refused = |text: &str, ty: &str| validation_error(&export(&[(ty, None)]), 0, &[text.into()]);
        assert_eq!(
            refused("many", "i32").as_deref(),
            Some("`many` is not an i32: write a whole number from -2147483648 to 4294967295, such as 42 or 0x2a")
        );
        for (text, ty) in
            [("4294967296", "i32"), ("1_", "i64"), ("--1", "i64"), ("1,5", "f64"), ("1e", "f32"), (".5", "f32")]
        {
            assert!(refused(text, ty).is_some(), "{text} is no {ty}");
        }
        assert!(refused("i32x4 1 2 3", "v128").is_some());
        assert!(refused("5", "funcref").is_some());
        for (text, ty) in [
            ("0xFFFF_FFFF", "i32"),
            ("+7", "i32"),
            ("-0x8000_0000", "i32"),
            ("18446744073709551615", "i64"),
            ("-0x8000000000000000", "i64"),
            ("1", "f32"),
            ("1.", "f64"),
            ("-Infinity", "f64"),
            ("0x1.8p-3", "f32"),
            ("nan:0x7f_ffff", "f32"),
            ("f64x2 0 -1.5", "v128"),
            ("null", "externref"),
        ] {
            assert_eq!(refused(text, ty), None);
        }
    }
}
