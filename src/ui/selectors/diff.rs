//! A line-by-line comparison of two texts.

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// How many unchanged lines are shown around a change.
const CONTEXT: usize = 3;
/// The maximum number of differing lines: longer texts are compared as a whole, because the search would take too long.
const MOST_COMPARED: usize = 20_000;
/// The maximum number of rows shown.
const MOST_ROWS: usize = 3_000;

/// Which text a line is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Both,
    Before,
    After,
}

/// A row of the comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DiffRow {
    Line {
        side: Side,
        /// The line's number before and after, from 1.
        before: Option<usize>,
        after: Option<usize>,
        /// Without its line ending.
        text: String,
        /// Whether the text ends here without a newline.
        is_cut: bool,
    },
    /// This many unchanged lines.
    Same(usize),
    /// This many rows are not shown.
    More(usize),
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Diff {
    pub rows: Vec<DiffRow>,
    pub added: usize,
    pub removed: usize,
}

/// Compares two texts.
pub fn diff(before: &str, after: &str) -> Diff {
    let old: Vec<&str> = before.split_inclusive('\n').collect();
    let new: Vec<&str> = after.split_inclusive('\n').collect();
    let mut diff = Diff::default();
    let operations = compare(&old, &new);
    let last = operations.len().saturating_sub(1);
    for (index, operation) in operations.iter().enumerate() {
        if let DiffOp::Equal { old_index, new_index, len } = *operation {
            let head = if index == 0 { 0 } else { CONTEXT };
            let tail = if index == last { 0 } else { CONTEXT };
            let both = |at: usize| line(Side::Both, Some(old_index + at), Some(new_index + at), old[old_index + at]);
            if len <= head + tail + 1 {
                diff.rows.extend((0..len).map(both));
            } else {
                diff.rows.extend((0..head).map(both));
                diff.rows.push(DiffRow::Same(len - head - tail));
                diff.rows.extend((len - tail..len).map(both));
            }
            continue;
        }
        let (gone, come) = (operation.old_range(), operation.new_range());
        diff.removed += gone.len();
        diff.added += come.len();
        diff.rows.extend(gone.map(|at| line(Side::Before, Some(at), None, old[at])));
        diff.rows.extend(come.map(|at| line(Side::After, None, Some(at), new[at])));
    }
    if diff.rows.len() > MOST_ROWS {
        let more = diff.rows.len() - MOST_ROWS;
        diff.rows.truncate(MOST_ROWS);
        diff.rows.push(DiffRow::More(more));
    }
    diff
}

fn compare(old: &[&str], new: &[&str]) -> Vec<DiffOp> {
    let start = old.iter().zip(new).take_while(|(one, other)| one == other).count();
    let (old_rest, new_rest) = (&old[start..], &new[start..]);
    let end = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(one, other)| one == other).count();
    let (old_len, new_len) = (old_rest.len() - end, new_rest.len() - end);
    if old_len + new_len <= MOST_COMPARED {
        return capture_diff_slices(Algorithm::Myers, old, new);
    }
    let mut operations = Vec::new();
    if start > 0 {
        operations.push(DiffOp::Equal { old_index: 0, new_index: 0, len: start });
    }
    operations.push(DiffOp::Replace { old_index: start, old_len, new_index: start, new_len });
    if end > 0 {
        operations.push(DiffOp::Equal { old_index: start + old_len, new_index: start + new_len, len: end });
    }
    operations
}

fn line(side: Side, before: Option<usize>, after: Option<usize>, text: &str) -> DiffRow {
    let (text, is_cut) = match text.strip_suffix('\n') {
        Some(text) => (text.strip_suffix('\r').unwrap_or(text), false),
        None => (text, true),
    };
    let number = |index: Option<usize>| index.map(|index| index + 1);
    DiffRow::Line { side, before: number(before), after: number(after), text: text.to_owned(), is_cut }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Formats it as `diff -u` would.
    fn printed(diff: &Diff) -> Vec<String> {
        let row = |row: &DiffRow| match row {
            DiffRow::Line { side, text, is_cut, .. } => {
                let sign = match side {
                    Side::Both => ' ',
                    Side::Before => '-',
                    Side::After => '+',
                };
                format!("{sign}{text}{}", if *is_cut { "|" } else { "" })
            }
            DiffRow::Same(count) => format!("= {count}"),
            DiffRow::More(count) => format!("> {count}"),
        };
        diff.rows.iter().map(row).collect()
    }

    #[test]
    fn a_change_is_shown_with_what_is_around_it() {
        let old: String = (1..=20).map(|line| format!("{line}\n")).collect();
        let new = old.replace("10\n", "ten\nand more\n");
        let diff = diff(&old, &new);
        assert_eq!((diff.added, diff.removed), (2, 1));
        let expected = ["= 6", " 7", " 8", " 9", "-10", "+ten", "+and more", " 11", " 12", " 13", "= 7"];
        assert_eq!(printed(&diff), expected);
        let DiffRow::Line { before, after, .. } = &diff.rows[7] else { panic!("it is line 11") };
        assert_eq!((*before, *after), (Some(11), Some(12)));
    }

    #[test]
    fn a_missing_newline_is_a_difference() {
        assert_eq!(printed(&diff("a\nb", "a\nb\n")), [" a", "-b|", "+b"]);
        assert_eq!(printed(&diff("", "a\n")), ["+a"]);
        assert_eq!(printed(&diff("a\r\n", "")), ["-a"]);
        assert_eq!(diff("", ""), Diff::default());
    }

    #[test]
    fn long_texts_are_compared_as_a_whole_and_cut() {
        let old: String = (0..30_000).map(|line| format!("{line}\n")).collect();
        let new = format!("0\n{}", "x\n".repeat(30_000));
        let diff = diff(&old, &new);
        assert_eq!((diff.added, diff.removed), (30_000, 29_999));
        assert_eq!(diff.rows.len(), MOST_ROWS + 1);
        assert!(matches!(diff.rows.last(), Some(DiffRow::More(_))));
    }

    proptest! {
        #[test]
        fn both_texts_can_be_put_together_again(old in "([ab]\n){0,12}[ab]?", new in "([ab]\n){0,12}[ab]?") {
            let diff = diff(&old, &new);
            let (mut lines, mut count) = ((0, 0), 0);
            for row in &diff.rows {
                match row {
                    DiffRow::Line { before, after, .. } => {
                        lines.0 += usize::from(before.is_some());
                        lines.1 += usize::from(after.is_some());
                    }
                    DiffRow::Same(same) => count += same,
                    DiffRow::More(_) => unreachable!("it is short"),
                }
            }
            prop_assert_eq!(lines.0 + count, old.split_inclusive('\n').count());
            prop_assert_eq!(lines.1 + count, new.split_inclusive('\n').count());
            prop_assert_eq!(diff.added == 0 && diff.removed == 0, old == new);
        }
    }
}
