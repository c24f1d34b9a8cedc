//! Source breakpoints by line. They belong to a program and outlive its runs.

use crate::protocol::{Breakpoint, PlacedBreakpoint};

/// All breakpoints, sorted by line; at most one per line.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Breakpoints {
    pub lines: Vec<BreakpointLine>,
    last_id: u32,
}

/// A breakpoint with the debugger's verification.
#[derive(Debug, Clone, PartialEq)]
pub struct BreakpointLine {
    pub breakpoint: Breakpoint,
    /// Where it actually stops: the line may have no instruction. `None` until that is known.
    pub placed: Option<Placed>,
}

/// The debugger's verification of a breakpoint.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    /// The line of the instruction; `None` if there is no instruction to stop at.
    pub line: Option<u32>,
    /// What is wrong with the condition.
    pub problem: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum BreakpointChange {
    /// Sets or removes a breakpoint on that line of a source file or of the edited text.
    Toggle {
        file: Option<String>,
        line: u32,
    },
    Remove {
        id: u32,
    },
    RemoveAll,
    /// Changes the condition, hit count and message of the breakpoint with this ID.
    Edit(Breakpoint),
    /// An edit has moved lines: the ID and line of every breakpoint that is left.
    Moved(Vec<(u32, u32)>),
}

impl Breakpoints {
    pub fn apply(&self, change: BreakpointChange) -> Self {
        let mut next = self.clone();
        match change {
            BreakpointChange::Toggle { file, line } => {
                let before = next.lines.len();
                next.lines.retain(|known| known.breakpoint.line != line || known.breakpoint.file != file);
                if next.lines.len() == before {
                    next.last_id += 1;
                    let breakpoint =
                        Breakpoint { id: next.last_id, file, line, condition: None, hit_count: 0, log_message: None };
                    next.lines.push(BreakpointLine { breakpoint, placed: None });
                }
            }
            BreakpointChange::Remove { id } => next.lines.retain(|known| known.breakpoint.id != id),
            BreakpointChange::RemoveAll => next.lines.clear(),
            BreakpointChange::Edit(edited) => {
                for known in next.lines.iter_mut().filter(|known| known.breakpoint.id == edited.id) {
                    // The editor knows the line better.
                    known.breakpoint = Breakpoint { line: known.breakpoint.line, ..edited.clone() };
                    known.placed = None;
                }
            }
            BreakpointChange::Moved(moved) => {
                next.lines.retain_mut(|known| {
                    // Source files cannot be edited here.
                    if known.breakpoint.file.is_some() {
                        return true;
                    }
                    let place = moved.iter().find(|(id, _)| *id == known.breakpoint.id);
                    place.is_some_and(|(_, line)| {
                        if known.breakpoint.line != *line {
                            known.breakpoint.line = *line;
                            known.placed = None;
                        }
                        true
                    })
                });
                let mut seen = std::collections::HashSet::new();
                next.lines.retain(|known| seen.insert((known.breakpoint.file.clone(), known.breakpoint.line)));
            }
        }
        next.lines.sort_by_key(|known| (known.breakpoint.file.clone(), known.breakpoint.line));
        next
    }

    /// The breakpoints of a stored project.
    pub fn of(breakpoints: &[Breakpoint]) -> Self {
        let lines =
            breakpoints.iter().map(|breakpoint| BreakpointLine { breakpoint: breakpoint.clone(), placed: None });
        Self { lines: lines.collect(), last_id: breakpoints.iter().map(|breakpoint| breakpoint.id).max().unwrap_or(0) }
    }

    /// The request to the worker.
    pub fn all(&self) -> Vec<Breakpoint> {
        self.lines.iter().map(|known| known.breakpoint.clone()).collect()
    }

    /// Stores the debugger's verification.
    pub fn placed(&self, placed: &[PlacedBreakpoint]) -> Self {
        let mut next = self.clone();
        for known in &mut next.lines {
            if let Some(placed) = placed.iter().find(|placed| placed.id == known.breakpoint.id) {
                known.placed = Some(Placed {
                    line: placed.place.map(|place| place.line).or(placed.source_line),
                    problem: placed.problem.clone(),
                });
            }
        }
        next
    }

    /// The same breakpoints, not verified yet, for a new run.
    pub fn forget_places(&self) -> Self {
        let mut next = self.clone();
        next.lines.iter_mut().for_each(|known| known.placed = None);
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(breakpoints: &Breakpoints) -> Vec<(u32, u32)> {
        breakpoints.lines.iter().map(|known| (known.breakpoint.id, known.breakpoint.line)).collect()
    }

    fn on(numbers: &[u32]) -> Breakpoints {
        let toggle = |all: Breakpoints, line: &u32| all.apply(BreakpointChange::Toggle { file: None, line: *line });
        numbers.iter().fold(Breakpoints::default(), toggle)
    }

    #[test]
    fn a_line_has_one_or_none() {
        assert_eq!(lines(&on(&[9, 4])), [(2, 4), (1, 9)]);
        assert_eq!(lines(&on(&[9, 4, 9])), [(2, 4)]);
        // A new breakpoint never gets the ID of an old one.
        assert_eq!(lines(&on(&[9, 9, 9])), [(2, 9)]);
        assert_eq!(lines(&on(&[9, 4]).apply(BreakpointChange::RemoveAll)), []);
    }

    #[test]
    fn those_of_a_source_file_are_apart_from_those_of_the_text() {
        let file = Some("src/main.rs".to_owned());
        let all = on(&[4]).apply(BreakpointChange::Toggle { file: file.clone(), line: 4 });
        assert_eq!(lines(&all), [(1, 4), (2, 4)]);
        // An edit of the text removes only breakpoints of the text.
        assert_eq!(lines(&all.apply(BreakpointChange::Moved(Vec::new()))), [(2, 4)]);
        assert_eq!(lines(&all.apply(BreakpointChange::Toggle { file, line: 4 })), [(1, 4)]);
        let placed = PlacedBreakpoint { id: 2, place: None, source_line: Some(6), problem: None };
        assert_eq!(all.placed(&[placed]).lines[1].placed, Some(Placed { line: Some(6), problem: None }));
    }

    #[test]
    fn they_move_with_the_text_and_fall_together_where_lines_do() {
        let moved = on(&[4, 9, 12]).apply(BreakpointChange::Moved(vec![(1, 4), (2, 11)]));
        assert_eq!(lines(&moved), [(1, 4), (2, 11)], "the line of the third was taken out");
        let joined = moved.apply(BreakpointChange::Moved(vec![(1, 3), (2, 3)]));
        assert_eq!(lines(&joined), [(1, 3)]);
    }

    #[test]
    fn an_edit_keeps_the_line_and_asks_for_the_place_again() {
        let place = crate::protocol::Span { start: 1, end: 2, line: 5, column: 1, end_line: 5, end_column: 2 };
        let placed = [PlacedBreakpoint { id: 1, place: Some(place), source_line: None, problem: None }];
        let all = on(&[4]).placed(&placed);
        assert_eq!(all.lines[0].placed, Some(Placed { line: Some(5), problem: None }));
        let mut edited = all.lines[0].breakpoint.clone();
        edited.condition = Some("stack[0] == 1".into());
        edited.line = 77;
        let all = all.apply(BreakpointChange::Edit(edited));
        assert_eq!(lines(&all), [(1, 4)]);
        assert_eq!(all.lines[0].breakpoint.condition.as_deref(), Some("stack[0] == 1"));
        assert_eq!(all.lines[0].placed, None);
    }
}
