//! The results of exported functions that were called, so that they can be compared.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;

use crate::protocol::Outcome;

/// The maximum number of results kept; the oldest are removed first.
pub const MOST_RESULTS: usize = 200;

/// Distinguishes the text that a call ran from the others of the same program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TextId(u64);

impl TextId {
    /// That of a program, given as the bytes that the worker gets.
    pub fn of(program: &[u8]) -> Self {
        let mut hasher = DefaultHasher::new();
        program.hash(&mut hasher);
        Self(hasher.finish())
    }
}

/// See the module's documentation.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CallResults {
    /// Newest last.
    pub rows: Vec<CallResult>,
    /// How many were removed to make room.
    pub removed: usize,
}

/// A call that has ended.
#[derive(Debug, Clone, PartialEq)]
pub struct CallResult {
    /// The worker's description, such as `sq(3)`.
    pub call: Rc<str>,
    pub outcome: Rc<Outcome>,
    /// The text that ran.
    pub text: TextId,
}

impl CallResults {
    /// Adds the outcome of a call. Ignores programs, which have no result, and calls that the user stopped.
    pub fn add(&mut self, call: &Rc<str>, outcome: &Rc<Outcome>, text: TextId) {
        let is_program = matches!(&**call, "(start)" | "_start()");
        let has_result =
            matches!(**outcome, Outcome::Returned { .. } | Outcome::Trapped { .. } | Outcome::LimitReached { .. });
        if is_program || !has_result {
            return;
        }
        if self.rows.len() >= MOST_RESULTS {
            self.rows.remove(0);
            self.removed += 1;
        }
        self.rows.push(CallResult { call: call.clone(), outcome: outcome.clone(), text });
    }

    /// The results of the export shown as `name`, newest last.
    pub fn of<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a CallResult> {
        self.rows.iter().filter(move |row| row.call.strip_prefix(name).is_some_and(|rest| rest.starts_with('(')))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn returned() -> Rc<Outcome> {
        Rc::new(Outcome::Returned { results: Vec::new() })
    }

    #[test]
    fn each_export_has_its_own_results() {
        let mut results = CallResults::default();
        for call in ["sq(3)", "sqrt(4)", "sq(4)"] {
            results.add(&call.into(), &returned(), TextId::default());
        }
        let calls: Vec<_> = results.of("sq").map(|row| &*row.call).collect();
        assert_eq!(calls, ["sq(3)", "sq(4)"]);
    }

    #[test]
    fn programs_and_stopped_calls_have_no_result() {
        let mut results = CallResults::default();
        let mut add = |call: &str, outcome| results.add(&call.into(), &outcome, TextId::default());
        add("_start()", returned());
        add("(start)", returned());
        add("loop()", Rc::new(Outcome::Stopped));
        add("f()", Rc::new(Outcome::NotStarted { problems: Vec::new() }));
        assert_eq!(results, CallResults::default());
    }

    #[test]
    fn the_oldest_results_make_room() {
        let mut results = CallResults::default();
        for number in 0..MOST_RESULTS + 3 {
            results.add(&format!("sq({number})").into(), &returned(), TextId::default());
        }
        assert_eq!((results.rows.len(), results.removed), (MOST_RESULTS, 3));
        assert_eq!(&*results.rows[0].call, "sq(3)");
    }
}
