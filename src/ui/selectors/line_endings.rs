//! Line endings of an edited text: the editor and text fields return only `
//! `, and a file keeps the endings it had.
//!
//! The rule: a line that was not edited keeps its ending; a new line gets the ending that most lines of the file have.

/// What ends a line in the field in which the text was edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breaks {
    /// `
    /// ` and `\r
    /// `, as in the editor, which keeps a lone `\r` as a character.
    Editor,
    /// A lone `\r` as well, as in a `<textarea>`.
    TextArea,
}

/// The line ending that most lines of `text` have; `
/// ` if there is none.
pub fn dominant(text: &str, breaks: Breaks) -> &'static str {
    let (mut lf, mut crlf, mut cr) = (0_u32, 0_u32, 0_u32);
    for (_, ending) in Lines::of(text, breaks) {
        match ending {
            "\n" => lf += 1,
            "\r\n" => crlf += 1,
            "\r" => cr += 1,
            _ => {}
        }
    }
    if crlf > lf && crlf >= cr {
        "\r\n"
    } else if cr > lf {
        "\r"
    } else {
        "\n"
    }
}

/// `edited`, which was made from `original` in a field that only has `
/// `, with the line endings of `original`. New lines get the `dominant` ending. Linear in both texts.
pub fn restore(original: &str, edited: &str, dominant: &str, breaks: Breaks) -> String {
    if !original.contains('\r') && dominant == "\n" {
        return edited.to_owned();
    }
    let old: Vec<(&str, &str)> = Lines::of(original, breaks).collect();
    let new: Vec<&str> = edited.split('\n').collect();
    let same = |(old, new): &(&(&str, &str), &&str)| old.0 == **new;
    let before = old.iter().zip(&new).take_while(same).count();
    let after = old[before..].iter().rev().zip(new[before..].iter().rev()).take_while(same).count();
    let edited_lines = (old.len() - before - after, new.len() - before - after);
    let mut text = String::with_capacity(original.len() + edited.len());
    for (index, line) in new.iter().enumerate() {
        text.push_str(line);
        if index + 1 == new.len() {
            break;
        }
        // Counted from the end, for the lines after the edit; the last edited line has its ending already.
        let from_end = new.len() - index;
        let known = if from_end <= after || from_end == after + 1 && edited_lines.0 > 0 {
            old.get(old.len() - from_end)
        } else if index < before || edited_lines.0 == edited_lines.1 {
            // The number of lines is unchanged: something was replaced within lines.
            old.get(index)
        } else {
            None
        };
        let ending = known.map(|(_, ending)| *ending).filter(|ending| !ending.is_empty()).unwrap_or(dominant);
        // A `\r` before it, whether a character or the ending of the previous line, would combine with it into one
        // ending.
        let joins = ending == "\n" && text.ends_with('\r');
        text.push_str(if joins { "\r\n" } else { ending });
    }
    text
}

/// The lines of a text with their endings; the last one has no ending and may be empty.
struct Lines<'text> {
    rest: Option<&'text str>,
    breaks: Breaks,
}

impl<'text> Lines<'text> {
    fn of(text: &'text str, breaks: Breaks) -> Self {
        Self { rest: Some(text), breaks }
    }
}

impl<'text> Iterator for Lines<'text> {
    type Item = (&'text str, &'text str);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.rest.take()?;
        let is_break = |c: char| c == '\n' || c == '\r' && self.breaks == Breaks::TextArea;
        let Some(at) = rest.find(is_break) else { return Some((rest, "")) };
        let start = if rest[..at].ends_with('\r') { at - 1 } else { at };
        let end = if rest[at..].starts_with("\r\n") { at + 2 } else { at + 1 };
        self.rest = Some(&rest[end..]);
        Some((&rest[..start], &rest[start..end]))
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::ui::selectors::offsets::to_utf16;
    use proptest::prelude::*;

    fn edit(original: &str, edited: &str) -> String {
        restore(original, edited, dominant(original, Breaks::Editor), Breaks::Editor)
    }

    #[test]
    fn lines_that_were_not_edited_keep_their_endings() {
        assert_eq!(edit("a\r\nb\r\nc\n", "a\nb\nc\nz"), "a\r\nb\r\nc\nz");
        assert_eq!(edit("a\nb\r\nc\r\nd\n", "a\nb\ncc\nd\n"), "a\nb\r\ncc\r\nd\n");
        assert_eq!(edit("a\r\nb\nc\r\n", "a\nb\nc\n"), "a\r\nb\nc\r\n");
    }

    #[test]
    fn a_new_line_ends_as_most_lines_do() {
        assert_eq!(edit("a\r\nb\r\nc\n", "a\nb\nnew\nc\n"), "a\r\nb\r\nnew\r\nc\n");
        assert_eq!(edit("a\r\nb\nc\nd\n", "a\nb\nc\nd\ne\n"), "a\r\nb\nc\nd\ne\n");
        assert_eq!(edit("a\r\nb", "a\nb\nc"), "a\r\nb\r\nc");
    }

    #[test]
    fn a_line_in_two_keeps_its_ending_at_the_end_and_two_in_one_keep_the_seconds() {
        assert_eq!(edit("a\r\nbb\nc\r\n", "a\nb\nb\nc\n"), "a\r\nb\r\nb\nc\r\n");
        assert_eq!(edit("a\r\nb\nc\r\n", "ab\nc\n"), "ab\nc\r\n");
    }

    #[test]
    fn replacing_in_many_lines_keeps_all_endings() {
        assert_eq!(edit("x\r\nx\nx\r\nx\n", "y\ny\ny\ny\n"), "y\r\ny\ny\r\ny\n");
    }

    #[test]
    fn another_text_in_its_place_ends_its_lines_alike() {
        assert_eq!(edit("a\r\nb\r\n", "one\ntwo\nthree"), "one\r\ntwo\r\nthree");
        assert_eq!(restore("", "one\ntwo\n", "\r\n", Breaks::Editor), "one\r\ntwo\r\n");
        assert_eq!(edit("a\r\nb\r\n", ""), "");
        assert_eq!(edit("", "a\n"), "a\n");
    }

    #[test]
    fn a_carriage_return_on_its_own_is_kept() {
        assert_eq!(edit("a\rb\r\nc", "a\rb\ncc"), "a\rb\r\ncc");
        let area = |original: &str, edited: &str| {
            restore(original, edited, dominant(original, Breaks::TextArea), Breaks::TextArea)
        };
        assert_eq!(area("a\rb\rc", "a\nb\nc\nd"), "a\rb\rc\rd");
        assert_eq!(area("a\rb\r\nc\r\r\n", "a\nb\nc!\n\n"), "a\rb\r\nc!\r\r\n");
    }

    /// The text as a field returns it.
    fn in_box(text: &str, breaks: Breaks) -> String {
        let text = text.replace("\r\n", "\n");
        if breaks == Breaks::TextArea { text.replace('\r', "\n") } else { text }
    }

    proptest! {
        #[test]
        fn what_was_not_edited_is_the_same_to_the_byte(text in "[ab\r\n]{0,30}") {
            for breaks in [Breaks::Editor, Breaks::TextArea] {
                let shown = in_box(&text, breaks);
                prop_assert_eq!(restore(&text, &shown, dominant(&text, breaks), breaks), text.as_str());
            }
        }

        #[test]
        fn the_box_and_the_file_stay_the_same_text(text in "[až\r\n]{0,30}", edited in "[ažc\n]{0,30}", at in 0_usize..40) {
            for breaks in [Breaks::Editor, Breaks::TextArea] {
                let shown = in_box(&text, breaks);
                // An edit somewhere in the text, not a different text.
                let at = (0..=at.min(shown.len())).rev().find(|at| shown.is_char_boundary(*at)).unwrap_or(0);
                let edited = format!("{}{edited}{}", &shown[..at], &shown[at..]);
                let restored = restore(&text, &edited, dominant(&text, breaks), breaks);
                prop_assert_eq!(in_box(&restored, breaks), edited.as_str());
                if breaks == Breaks::Editor {
                    let units = edited.encode_utf16().count() as u32;
                    prop_assert_eq!(to_utf16(&restored, &[restored.len() as u32]), [units]);
                }
            }
        }
    }
}
