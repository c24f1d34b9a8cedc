//! The results of exported functions that were called, so that they can be compared.

use std::rc::Rc;

use crate::protocol::Outcome;

/// The maximum number of results kept; the oldest are removed first.
pub const MOST_RESULTS: usize = 200;

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
}

impl CallResults {
    /// Adds the outcome of a call. Ignores programs, which have no result, and calls that the user stopped.
    pub fn add(&mut self, call: &Rc<str>, outcome: &Rc<Outcome>) {
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
        self.rows.push(CallResult { call: call.clone(), outcome: outcome.clone() });
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
            results.add(&call.into(), &returned());
        }
        let calls: Vec<_> = results.of("sq").map(|row| &*row.call).collect();
        assert_eq!(calls, ["sq(3)", "sq(4)"]);
    }

    #[test]
    fn programs_and_stopped_calls_have_no_result() {
        let mut results = CallResults::default();
        results.add(&"_start()".into(), &returned());
        results.add(&"(start)".into(), &returned());
        results.add(&"loop()".into(), &Rc::new(Outcome::Stopped));
        results.add(&"f()".into(), &Rc::new(Outcome::NotStarted { problems: Vec::new() }));
        assert_eq!(results, CallResults::default());
    }

    #[test]
    fn the_oldest_results_make_room() {
        let mut results = CallResults::default();
        for number in 0..MOST_RESULTS + 3 {
            results.add(&format!("sq({number})").into(), &returned());
        }
        assert_eq!((results.rows.len(), results.removed), (MOST_RESULTS, 3));
        assert_eq!(&*results.rows[0].call, "sq(3)");
    }
}
