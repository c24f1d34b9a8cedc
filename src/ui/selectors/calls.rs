//! The list of system calls: the visible rows, and their texts.

use std::rc::Rc;

use super::numbers;
use super::rows::Geometry;
use crate::protocol::{CallsView, TraceCall};
use crate::ui::state::calls::CallsState;

/// How many rows beyond the visible ones are requested, before and after, so that scrolling shows calls immediately.
const MARGIN: u64 = 60;
/// Windows start at multiples of this.
const ALIGNMENT: u64 = 30;
/// The maximum that the worker sends.
const LONGEST_WINDOW: u64 = 500;

/// A row of the list.
#[derive(Debug, Clone, PartialEq)]
pub struct CallRow {
    /// Its index in the list.
    pub place: u64,
    /// `None` if it was requested but has not arrived yet.
    pub call: Option<Rc<TraceCall>>,
    pub chosen: bool,
}

/// The geometry of the list: one row per call.
pub fn geometry(passing: u64, row_height: f64, viewport: f64) -> Geometry {
    Geometry { size: passing, columns: 1, row_height, viewport }
}

/// The visible rows, of which the first may be partly visible.
pub fn rows(state: &CallsState, geometry: &Geometry, top: f64) -> Vec<CallRow> {
    let first = top.max(0.0).floor() as u64;
    let end = (first + geometry.visible_rows() + 2).min(state.passing());
    (first..end).map(|place| CallRow { place, call: state.call(place), chosen: state.cursor == Some(place) }).collect()
}

/// The index of the first call to request, and how many, when this row is at the top.
pub fn window(geometry: &Geometry, top: f64) -> (u64, u32) {
    let first = (top.max(0.0) as u64).saturating_sub(MARGIN) / ALIGNMENT * ALIGNMENT;
    let count = (geometry.visible_rows() + 2 * MARGIN + ALIGNMENT).min(LONGEST_WINDOW);
    (first, count as u32)
}

/// How many calls there are and how many of them are listed: `12 of 3,400 calls`.
pub fn summary(view: &CallsView) -> String {
    let all = numbers::count(view.total, "call", "calls");
    let kept = view.total.saturating_sub(view.dropped);
    let mut text = if view.passing == kept { all } else { format!("{} of {all}", numbers::grouped(view.passing)) };
    if view.searching {
        text.push_str(", searching…");
    }
    if view.dropped > 0 {
        text.push_str(&format!("; the first {} were dropped", numbers::grouped(view.dropped)));
    }
    text
}

/// The text shown instead of an empty list.
pub fn empty_text(view: Option<&CallsView>, record: bool) -> &'static str {
    match view {
        Some(view) if view.traced && view.searching => "Searching…",
        Some(view) if view.traced && view.total > 0 => "No call passes the filter.",
        Some(view) if view.traced => "This program has made no system call.",
        _ if record => "Press Run or Debug: each call of the program appears here.",
        _ => {
            "A program opens files, reads the clock and prints by system calls, which WASI defines. \
             Choose Record and run the program: each call appears here, with its arguments and results."
        }
    }
}

/// Where a call is on the timeline relative to the debugger's position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    Earlier,
    /// It is the next instruction.
    Next,
    /// The debugger has been there and has gone back since.
    Later,
}

impl When {
    /// For a call at `step`, relative to `now`.
    pub fn of(step: u64, now: u64) -> Self {
        match step.cmp(&now) {
            std::cmp::Ordering::Less => Self::Earlier,
            std::cmp::Ordering::Equal => Self::Next,
            std::cmp::Ordering::Greater => Self::Later,
        }
    }

    /// A one-word description, if there is one.
    pub fn word(self) -> Option<&'static str> {
        match self {
            Self::Earlier => None,
            Self::Next => Some("next"),
            Self::Later => Some("later"),
        }
    }
}

/// When a call was made, in milliseconds.
pub fn time(call: &TraceCall) -> String {
    format!("{:.2}", call.at_ms)
}

/// The arguments as shown between the parentheses.
pub fn arguments(call: &TraceCall) -> String {
    let values: Vec<&str> = call.arguments.iter().map(|(_, value)| value.as_str()).collect();
    values.join(", ")
}

/// The accessible label of a call: `3, fd_close(4) = BADF`, plus `, later` if it applies.
pub fn label(call: &TraceCall, when: Option<When>) -> String {
    let text = format!(
        "{}, {}({}) = {} {}",
        numbers::grouped(call.number),
        call.function,
        arguments(call),
        call.outcome,
        call.results
    );
    let when = when.and_then(When::word).map(|word| format!(", {word}")).unwrap_or_default();
    format!("{}{when}", text.trim_end())
}

/// Where a key moves the cursor of the list; `None` for keys that the list does not handle.
pub fn on_key(geometry: &Geometry, cursor: Option<u64>, key: &str) -> Option<u64> {
    let last = geometry.size.checked_sub(1)?;
    let page = geometry.visible_rows().saturating_sub(1).max(1);
    let place = match (key, cursor) {
        ("Home", _) => 0,
        ("End", _) => last,
        ("ArrowDown" | "ArrowUp" | "PageDown" | "PageUp", None) => last,
        ("ArrowDown", Some(cursor)) => cursor + 1,
        ("ArrowUp", Some(cursor)) => cursor.saturating_sub(1),
        ("PageDown", Some(cursor)) => cursor.saturating_add(page),
        ("PageUp", Some(cursor)) => cursor.saturating_sub(page),
        _ => return None,
    };
    Some(place.min(last))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::state::calls::CallsAction;

    fn call(number: u64) -> TraceCall {
        TraceCall {
            number,
            function: "fd_close".into(),
            arguments: vec![("fd".into(), "4<f>".into())],
            outcome: "BADF".into(),
            failed: true,
            results: String::new(),
            at_ms: 1.5,
            waited_ms: None,
            fuel: 100,
        }
    }

    fn view(first: u64, count: u64, passing: u64) -> CallsView {
        let calls = (first + 1..=first + count).map(call).collect();
        CallsView { traced: true, first, calls, passing, total: passing, ..CallsView::default() }
    }

    fn state(view: CallsView) -> CallsState {
        CallsState::default().apply(CallsAction::Received { run: 1, view: Rc::new(view) })
    }

    #[test]
    fn rows_in_sight_are_those_of_a_million_that_are_needed() {
        let state = state(view(499_950, 200, 1_000_000));
        let geometry = geometry(state.passing(), 20.0, 200.0);
        let rows = rows(&state, &geometry, 500_000.5);
        assert_eq!(rows.len(), 12);
        assert_eq!(rows[0].place, 500_000);
        assert_eq!(rows[0].call.as_ref().map(|call| call.number), Some(500_001));
        assert_eq!(window(&geometry, 500_000.5), (499_920, 160));
        assert!(geometry.scroll_range() <= 10_000_000.0, "what every browser can scroll");
    }

    #[test]
    fn what_has_not_come_yet_leaves_its_row_empty() {
        let state = state(view(0, 5, 100));
        let geometry = geometry(100, 20.0, 100.0);
        assert!(rows(&state, &geometry, 50.0).iter().all(|row| row.call.is_none()));
        assert_eq!(rows(&state, &geometry, 97.0).len(), 3);
        assert_eq!(window(&geometry, 10.0).0, 0);
    }

    #[test]
    fn keys_stay_within_the_list() {
        let list = geometry(100, 20.0, 100.0);
        assert_eq!(on_key(&list, None, "ArrowUp"), Some(99), "it begins at the end, which is in sight");
        assert_eq!(on_key(&list, Some(0), "ArrowUp"), Some(0));
        assert_eq!(on_key(&list, Some(99), "ArrowDown"), Some(99));
        assert_eq!(on_key(&list, Some(50), "PageDown"), Some(54));
        assert_eq!(on_key(&list, Some(2), "PageUp"), Some(0));
        assert_eq!(on_key(&list, Some(2), "x"), None);
        assert_eq!(on_key(&geometry(0, 20.0, 100.0), None, "End"), None);
    }

    #[test]
    fn the_summary_counts_listed_and_missing_calls() {
        assert_eq!(summary(&view(0, 0, 1)), "1 call");
        assert_eq!(summary(&CallsView { total: 3400, ..view(0, 0, 12) }), "12 of 3,400 calls");
        let full = CallsView { total: 2_000_000, dropped: 1_000_000, ..view(0, 0, 1_000_000) };
        assert_eq!(summary(&full), "2,000,000 calls; the first 1,000,000 were dropped");
        assert!(summary(&CallsView { searching: true, total: 9, ..view(0, 0, 1) }).contains("searching"));
    }

    #[test]
    fn a_call_is_described_in_one_line() {
        assert_eq!(label(&call(3), None), "3, fd_close(4<f>) = BADF");
        assert_eq!(label(&call(3), Some(When::Earlier)), "3, fd_close(4<f>) = BADF");
        assert_eq!(label(&call(3), Some(When::Later)), "3, fd_close(4<f>) = BADF, later");
        assert_eq!(time(&call(3)), "1.50");
    }

    #[test]
    fn a_call_at_the_present_step_is_the_next() {
        assert_eq!([9, 10, 11].map(|step| When::of(step, 10)), [When::Earlier, When::Next, When::Later]);
    }

    #[test]
    fn an_empty_list_says_what_it_is_for() {
        assert!(empty_text(None, false).contains("Choose Record"));
        assert!(empty_text(Some(&CallsView::default()), true).contains("Press Run"));
        assert!(empty_text(Some(&view(0, 0, 0)), true).contains("has made no system call"));
        assert!(empty_text(Some(&CallsView { total: 5, ..view(0, 0, 0) }), false).contains("filter"));
    }
}
