//! A panic of a Rust program, as its standard library prints it to standard error before the program traps.

use crate::ui::selectors::names;

/// The maximum length of the message in a result's heading, in characters.
const LONGEST: usize = 300;

/// A parsed panic message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panic {
    /// The file's path as given to the compiler.
    pub file: String,
    pub line: u32,
    pub message: String,
}

impl Panic {
    /// The last panic in a program's output. Two forms are supported: since Rust 1.73 `thread 'main' panicked at
    /// src/bank.rs:34:9:` with the message on the lines below, and before that `thread 'main' panicked at 'message',
    /// src/bank.rs:34:9`.
    pub fn find(printed: &str) -> Option<Self> {
        let start = printed.rfind("' panicked at ").or_else(|| printed.rfind(") panicked at "))?;
        let is_of_thread = printed[..start].rfind('\n').map_or(&printed[..start], |line| &printed[line + 1..start]);
        if !is_of_thread.starts_with("thread '") {
            return None;
        }
        let description = printed[start..].split_once(" at ")?.1;
        if let Some(quoted) = description.strip_prefix('\'') {
            let (message, rest) = quoted.rsplit_once("', ")?;
            let (file, line) = place(rest.lines().next()?)?;
            return Some(Self { file, line, message: shortened(message) });
        }
        let (first, rest) = description.split_once('\n')?;
        let (file, line) = place(first.trim_end().strip_suffix(':')?)?;
        let is_over =
            |line: &str| line.starts_with("note: run with `RUST_BACKTRACE") || line.starts_with("stack backtrace:");
        let message: Vec<&str> = rest.lines().take_while(|line| !is_over(line)).collect();
        Some(Self { file, line, message: shortened(message.join("\n").trim_end()) })
    }

    /// `Panicked at bank.rs:34: Ada has only 5`.
    pub fn headline(&self) -> String {
        let file = self.file.rsplit(['/', '\\']).next().unwrap_or(&self.file);
        let place = format!("Panicked at {}:{}", names::file(file), self.line);
        if self.message.is_empty() { place } else { format!("{place}: {}", self.message) }
    }
}

/// The file and the line of `src/bank.rs:34:9`.
fn place(text: &str) -> Option<(String, u32)> {
    let mut parts = text.trim().rsplitn(3, ':');
    let (_column, line, file) = (parts.next()?, parts.next()?, parts.next()?);
    Some((file.to_owned(), line.parse().ok()?))
}

fn shortened(message: &str) -> String {
    match message.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &message[..end]),
        None => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headline(printed: &str) -> Option<String> {
        Panic::find(printed).map(|panic| panic.headline())
    }

    #[test]
    fn a_panic_is_headed_by_its_message_and_place() {
        let printed = "Ada pays 7\n\nthread 'main' panicked at src/bank.rs:34:9:\nAda has only 5\nnote: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n";
        assert_eq!(headline(printed).as_deref(), Some("Panicked at bank.rs:34: Ada has only 5"));
        let numbered = "thread 'main' (1) panicked at /a/b/main.rs:2:5:\nexplicit panic\n";
        assert_eq!(headline(numbered).as_deref(), Some("Panicked at main.rs:2: explicit panic"));
        let before_1_73 = "thread 'main' panicked at 'it's over', C:\\x\\src\\main.rs:7:13\nnote: run with";
        assert_eq!(headline(before_1_73).as_deref(), Some("Panicked at main.rs:7: it's over"));
    }

    #[test]
    fn a_message_of_several_lines_is_whole_and_bounded() {
        let printed = "thread 'main' panicked at src/main.rs:3:5:\nassertion `left == right` failed\n  left: 1\n right: 2\nstack backtrace:\n 0: f\n";
        let expected = "Panicked at main.rs:3: assertion `left == right` failed\n  left: 1\n right: 2";
        assert_eq!(headline(printed).as_deref(), Some(expected));
        let long = format!("thread 'main' panicked at src/main.rs:3:5:\n{}\n", "ä".repeat(LONGEST + 1));
        assert_eq!(Panic::find(&long).unwrap().message.chars().count(), LONGEST + 1);
        assert_eq!(headline("thread 'main' panicked at src/main.rs:3:5:\n").as_deref(), Some("Panicked at main.rs:3"));
    }

    #[test]
    fn the_last_panic_counts_and_other_text_is_no_panic() {
        let twice = "thread 'a' panicked at a.rs:1:1:\none\nthread 'b' panicked at b.rs:2:2:\ntwo\n";
        assert_eq!(headline(twice).as_deref(), Some("Panicked at b.rs:2: two"));
        for other in ["", "he panicked at noon\n", "I 'never' panicked at all\n", "thread 'main' panicked at noon\n"] {
            assert_eq!(headline(other), None, "{other}");
        }
    }
}
