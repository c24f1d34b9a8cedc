//! Small help with words: the nearest name, counts and sizes as a user says them.

use std::sync::LazyLock;

pub use crate::names::shown as name;

/// In characters: comparing two words takes as long as the product of their lengths.
const LONGEST_MISSPELT: usize = 200;

/// The candidate that `word` most likely was meant to be, if any is close enough.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().count();
    if length > LONGEST_MISSPELT {
        return None;
    }
    let limit = (length / 3).clamp(1, 3);
    candidates
        .into_iter()
        // Each character too many or too few is a difference.
        .filter(|candidate| candidate.chars().take(length + limit + 1).count().abs_diff(length) <= limit)
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// How many letters differ between two words, two that changed places counting as one.
pub fn slips(word: &str, other: &str) -> usize {
    strsim::damerau_levenshtein(word, other)
}

/// Whether `word` is `other` with a slip of the fingers in it: few letters differ for its length, and no digit, as
/// digits tell sizes. Short words are other words as soon as one letter is another.
pub fn is_slip(word: &str, other: &str) -> bool {
    let sorted = |text: &str| {
        let mut letters: Vec<char> = text.chars().collect();
        letters.sort_unstable();
        letters
    };
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<Vec<_>>();
    let distance = slips(word, other);
    let is_swapped = sorted(word) == sorted(other);
    if !is_swapped && digits(word) != digits(other) {
        return false;
    }
    let begins_alike = word.chars().next() == other.chars().next() || other.ends_with(word) || word.ends_with(other);
    match word.chars().count() {
        0 | 1 => false,
        2 => distance == 1 && (is_swapped || begins_alike && other.len() > word.len()),
        3..=5 => distance <= 1 && (is_swapped || begins_alike),
        6..=9 => distance <= 2 && (is_swapped || begins_alike),
        _ => distance <= 3 && (is_swapped || begins_alike),
    }
}

/// A number with commas between groups of three digits.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut written = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            written.push(',');
        }
        written.push(digit);
    }
    written
}

/// A number of bytes with a binary unit where it is a round one: `64 KiB`, `1.5 GiB`, `100 bytes`.
pub fn bytes(count: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    for (size, unit) in UNITS {
        if count >= size {
            let whole = count / size;
            return match count % size * 10 / size {
                0 if count.is_multiple_of(size) => format!("{whole} {unit}"),
                tenth => format!("{whole}.{tenth} {unit}"),
            };
        }
    }
    if count == 1 { "1 byte".to_owned() } else { format!("{count} bytes") }
}

/// Every instruction's name in the text format, as wasmparser's operator list has them.
pub static INSTRUCTIONS: LazyLock<Vec<String>> = LazyLock::new(|| {
    macro_rules! names {
        ($( @$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($ann:tt)*) )*) => {
            vec![$( text_name(stringify!($visit)) ),*]
        };
    }
    let mut names: Vec<String> = wasmparser::for_each_operator!(names);
    names.extend(["then", "param", "result", "local"].map(str::to_owned));
    names.sort_unstable();
    names.dedup();
    names
});

/// `visit_i32_trunc_f32_s` to `i32.trunc_f32_s`.
pub fn text_name(visit: &str) -> String {
    let name = visit.trim_start_matches("visit_");
    const SPACES: [&str; 25] = [
        "i8x16", "i16x8", "i32x4", "i64x2", "f32x4", "f64x2", "v128", "i32", "i64", "f32", "f64", "local", "global",
        "memory", "table", "ref", "elem", "data", "struct", "array", "any", "extern", "i31", "atomic", "cont",
    ];
    // One instruction of the text can be two in the binary format.
    let name = match name {
        "typed_select" | "typed_select_multi" => "select",
        name if name.starts_with("ref_") => name.trim_end_matches("_non_null").trim_end_matches("_nullable"),
        name => name,
    };
    let name = if name == "ref_as" { "ref_as_non_null" } else { name };
    for space in SPACES {
        if let Some(rest) = name.strip_prefix(space).and_then(|rest| rest.strip_prefix('_')) {
            let Some(atomic) = rest.strip_prefix("atomic_") else { return format!("{space}.{rest}") };
            let atomic = match atomic.split_once('_') {
                Some((width, operation)) if width.starts_with("rmw") => format!("{width}.{operation}"),
                _ => atomic.to_owned(),
            };
            return format!("{space}.atomic.{atomic}");
        }
    }
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_numbers_are_grouped() {
        let written = [0, 999, 1_000, 414_815_331].map(grouped);
        assert_eq!(written, ["0", "999", "1,000", "414,815,331"]);
    }

    #[test]
    fn instruction_names_are_those_of_the_text_format() {
        for name in
            ["i32.add", "i32.trunc_f32_s", "local.get", "br_if", "call_indirect", "i8x16.extract_lane_s", "memory.fill"]
        {
            assert!(INSTRUCTIONS.iter().any(|known| known == name), "{name} is missing");
        }
    }

    #[test]
    fn a_slip_finds_its_name_and_nonsense_does_not() {
        let nearest = |word| nearest(word, INSTRUCTIONS.iter().map(String::as_str));
        assert_eq!(nearest("i32.ad"), Some("i32.add"));
        assert_eq!(nearest("get_local"), None);
        assert_eq!(nearest("local.gte"), Some("local.get"));
        assert_eq!(nearest("xyzzy_plugh"), None);
    }

    #[test]
    fn a_name_that_cannot_be_seen_is_quoted_as_in_the_text_format() {
        for plain in ["main", "wasi:cli/run@0.2.0", "größe", "it's", "→", "$a"] {
            assert_eq!(name(plain), plain);
        }
        for (odd, quoted) in [
            ("", "\"\""),
            ("a b", r#""a b""#),
            ("say \"hi\" twice", r#""say \"hi\" twice""#),
            ("a\\b", r#""a\\b""#),
            ("a\0b\tc\n", r#""a\00b\tc\n""#),
            ("a\u{200b}", r#""a\u{200b}""#),
            ("`", "\"`\""),
        ] {
            assert_eq!(name(odd), quoted);
            let text = format!("(module (func (export {quoted})))");
            if odd.starts_with(['a', '`']) || odd.is_empty() {
                assert!(wat::parse_str(&text).is_ok(), "{text}");
            }
        }
    }

    #[test]
    fn sizes_read_well() {
        assert_eq!(bytes(1), "1 byte");
        assert_eq!(bytes(1 << 30), "1 GiB");
        assert_eq!(bytes(3 << 29), "1.5 GiB");
        assert_eq!(bytes(65536), "64 KiB");
    }
}
