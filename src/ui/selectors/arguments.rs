//! From what is typed as arguments and environment to what a program is given.

/// Splits a line into arguments as a shell would: at spaces, with `'...'`, `"..."` and `\` to keep characters together.
/// A quote that is not closed reaches to the end.
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

/// The argument of this type that an empty box stands for.
pub fn placeholder(ty: &str) -> &'static str {
    match ty {
        "f32" | "f64" => "0.0",
        "v128" => "i32x4 0 0 0 0",
        "i32" | "i64" => "0",
        _ => "null",
    }
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
}
