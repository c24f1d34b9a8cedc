//! Previously typed lines, recalled with the arrow keys.

/// Lines, and which of them is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    lines: Vec<String>,
    /// Counted from the end; 0 is the line being typed.
    back: usize,
    /// The line that was being typed when the first arrow was pressed.
    draft: String,
}

/// Older lines are forgotten.
const LONGEST: usize = 200;

impl History {
    /// Adds a line that was sent. A line equal to the previous one is not added twice.
    pub fn push(&mut self, line: &str) {
        self.back = 0;
        if line.is_empty() || self.lines.last().is_some_and(|last| last == line) {
            return;
        }
        self.lines.push(line.to_owned());
        if self.lines.len() > LONGEST {
            self.lines.remove(0);
        }
    }

    /// The line before the one shown; `current` is the line being typed.
    pub fn earlier(&mut self, current: &str) -> Option<String> {
        if self.back == self.lines.len() {
            return None;
        }
        if self.back == 0 {
            self.draft = current.to_owned();
        }
        self.back += 1;
        self.shown()
    }

    /// The line after the one shown; after the last one, the line being typed.
    pub fn later(&mut self) -> Option<String> {
        self.back = self.back.checked_sub(1)?;
        self.shown()
    }

    fn shown(&self) -> Option<String> {
        match self.back {
            0 => Some(self.draft.clone()),
            back => self.lines.get(self.lines.len() - back).cloned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn up_and_down_and_back_to_the_draft() {
        let mut history = History::default();
        ["one", "two", "two", ""].iter().for_each(|line| history.push(line));
        assert_eq!(history.earlier("draft").as_deref(), Some("two"));
        assert_eq!(history.earlier("two").as_deref(), Some("one"));
        assert_eq!(history.earlier("one"), None);
        assert_eq!(history.later().as_deref(), Some("two"));
        assert_eq!(history.later().as_deref(), Some("draft"));
        assert_eq!(history.later(), None);
    }

    #[test]
    fn history_is_bounded() {
        let mut history = History::default();
        (0..500).for_each(|number| history.push(&number.to_string()));
        let oldest = std::iter::from_fn(|| history.earlier("")).last();
        assert_eq!(oldest.as_deref(), Some("300"));
    }
}
