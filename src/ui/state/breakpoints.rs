//! A program's breakpoints. They belong to the program and outlive its runs.

use std::collections::HashSet;

use crate::protocol::{Breakpoint, BreakpointKind, BreakpointOptions, PlacedBreakpoint};

/// All breakpoints: first those on lines, sorted by file and line, then the others, in the order in which they were
/// added. Each line, position or name is added once.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Breakpoints {
    pub list: Vec<KnownBreakpoint>,
    last_id: u32,
}

/// A breakpoint with the debugger's verification.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownBreakpoint {
    pub breakpoint: Breakpoint,
    /// `None` until it is known.
    pub placed: Option<Placed>,
}

/// The debugger's verification of a breakpoint.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    /// The line of the instruction that it stops at: its own line may have none. `None` if there is no instruction to
    /// stop at, or no single one.
    pub line: Option<u32>,
    /// Why it does not stop the program.
    pub problem: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum BreakpointChange {
    /// Does nothing if there already is one of this kind.
    Add(BreakpointKind),
    /// Removes the one of this kind, or else adds it.
    Toggle(BreakpointKind),
    Remove {
        id: u32,
    },
    RemoveAll,
    /// Changes the options of the breakpoint with this ID.
    Edit {
        id: u32,
        options: BreakpointOptions,
    },
    /// An edit of the text has moved lines and instructions: the ID, line and column of every breakpoint that is left;
    /// the column of a line is 0.
    Moved(Vec<(u32, u32, u32)>),
}

impl Breakpoints {
    pub fn apply(&self, change: BreakpointChange) -> Self {
        let mut next = self.clone();
        match change {
            BreakpointChange::Add(kind) => next.add(kind),
            BreakpointChange::Toggle(kind) => {
                let before = next.list.len();
                next.list.retain(|known| known.breakpoint.kind != kind);
                if next.list.len() == before {
                    next.add(kind);
                }
            }
            BreakpointChange::Remove { id } => next.list.retain(|known| known.breakpoint.id != id),
            BreakpointChange::RemoveAll => next.list.clear(),
            BreakpointChange::Edit { id, options } => {
                for known in next.list.iter_mut().filter(|known| known.breakpoint.id == id) {
                    known.breakpoint.options.clone_from(&options);
                    known.forget_line();
                }
            }
            BreakpointChange::Moved(moved) => next.move_all(&moved),
        }
        // Stable: those that are not on lines keep their order.
        next.list.sort_by(|one, other| order(&one.breakpoint.kind).cmp(&order(&other.breakpoint.kind)));
        next
    }

    fn add(&mut self, kind: BreakpointKind) {
        if !self.list.iter().any(|known| known.breakpoint.kind == kind) {
            self.last_id += 1;
            let breakpoint = Breakpoint { id: self.last_id, kind, options: BreakpointOptions::default() };
            self.list.push(KnownBreakpoint { breakpoint, placed: None });
        }
    }

    fn move_all(&mut self, moved: &[(u32, u32, u32)]) {
        let mut seen = HashSet::new();
        self.list.retain_mut(|known| {
            let place = moved.iter().find(|(id, ..)| *id == known.breakpoint.id);
            // Two at the same place become one.
            match (&mut known.breakpoint.kind, place) {
                (BreakpointKind::Line { file: None, line }, Some((_, to_line, _))) => {
                    if *line != *to_line {
                        *line = *to_line;
                        known.placed = None;
                    }
                    seen.insert((*line, 0))
                }
                (BreakpointKind::Instruction { line, column }, Some((_, to_line, to_column @ 1..))) => {
                    (*line, *column) = (*to_line, *to_column);
                    seen.insert((*line, *column))
                }
                // Its text was removed.
                (BreakpointKind::Line { file: None, .. } | BreakpointKind::Instruction { .. }, _) => false,
                // Source files cannot be edited here, and names do not move.
                (
                    BreakpointKind::Line { file: Some(_), .. }
                    | BreakpointKind::Function { .. }
                    | BreakpointKind::Import { .. }
                    | BreakpointKind::Memory { .. }
                    | BreakpointKind::Global { .. }
                    | BreakpointKind::Local { .. },
                    _,
                ) => true,
            }
        });
    }

    /// The breakpoints of a stored project.
    pub fn of(breakpoints: &[Breakpoint]) -> Self {
        let list =
            breakpoints.iter().map(|breakpoint| KnownBreakpoint { breakpoint: breakpoint.clone(), placed: None });
        Self { list: list.collect(), last_id: breakpoints.iter().map(|breakpoint| breakpoint.id).max().unwrap_or(0) }
    }

    /// The request to the worker.
    pub fn all(&self) -> Vec<Breakpoint> {
        self.list.iter().map(|known| known.breakpoint.clone()).collect()
    }

    /// The request to the worker while it debugs another text than the edited one: lines are as they were sent before,
    /// and instructions keep the positions that were sent before.
    pub fn all_before(&self, sent: &[Breakpoint]) -> Vec<Breakpoint> {
        let lines = sent.iter().filter(|breakpoint| is_line(&breakpoint.kind)).cloned();
        let others = self.list.iter().filter(|known| !is_line(&known.breakpoint.kind)).map(|known| {
            let mut breakpoint = known.breakpoint.clone();
            if let (BreakpointKind::Instruction { .. }, Some(sent)) =
                (&breakpoint.kind, sent.iter().find(|sent| sent.id == breakpoint.id))
            {
                breakpoint.kind = sent.kind.clone();
            }
            breakpoint
        });
        lines.chain(others).collect()
    }

    /// Stores the debugger's verification.
    pub fn placed(&self, placed: &[PlacedBreakpoint]) -> Self {
        let mut next = self.clone();
        for known in &mut next.list {
            let placed = placed.iter().find(|placed| placed.breakpoint.id == known.breakpoint.id);
            // The program being debugged may be another text than the edited one: a line of it is compared only with
            // the same line here.
            let is_of_it = |placed: &&PlacedBreakpoint| !known.is_line() || placed.breakpoint == known.breakpoint;
            if let Some(PlacedBreakpoint { place, source_line, problem, .. }) = placed.filter(is_of_it) {
                let line = place.map(|place| place.line).or(*source_line);
                known.placed = Some(Placed { line, problem: problem.clone() });
            }
        }
        next
    }

    /// The same breakpoints, with lines not verified yet, for a new run.
    pub fn forget_lines(&self) -> Self {
        let mut next = self.clone();
        next.list.iter_mut().for_each(KnownBreakpoint::forget_line);
        next
    }

    /// The line of a breakpoint on a line.
    pub fn line_of(&self, id: u32) -> Option<u32> {
        match &self.list.iter().find(|known| known.breakpoint.id == id)?.breakpoint.kind {
            BreakpointKind::Line { line, .. } => Some(*line),
            _ => None,
        }
    }
}

impl KnownBreakpoint {
    fn is_line(&self) -> bool {
        is_line(&self.breakpoint.kind)
    }

    /// A line has to be verified again. That another breakpoint does not stop is known until the next verification.
    fn forget_line(&mut self) {
        if self.is_line() {
            self.placed = None;
        }
    }
}

fn is_line(kind: &BreakpointKind) -> bool {
    matches!(kind, BreakpointKind::Line { .. })
}

/// Lines before everything else.
fn order(kind: &BreakpointKind) -> (bool, Option<&str>, u32) {
    match kind {
        BreakpointKind::Line { file, line } => (false, file.as_deref(), *line),
        _ => (true, None, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{AccessKind, Span};

    fn line(line: u32) -> BreakpointKind {
        BreakpointKind::Line { file: None, line }
    }

    fn global(name: &str) -> BreakpointKind {
        BreakpointKind::Global { name: name.into(), access: AccessKind::Change }
    }

    fn lines(breakpoints: &Breakpoints) -> Vec<(u32, u32)> {
        let ids = breakpoints.list.iter().map(|known| known.breakpoint.id);
        ids.filter_map(|id| Some((id, breakpoints.line_of(id)?))).collect()
    }

    fn on(numbers: &[u32]) -> Breakpoints {
        let toggle = |all: Breakpoints, number: &u32| all.apply(BreakpointChange::Toggle(line(*number)));
        numbers.iter().fold(Breakpoints::default(), toggle)
    }

    fn added(kinds: impl IntoIterator<Item = BreakpointKind>) -> Breakpoints {
        kinds.into_iter().fold(Breakpoints::default(), |all, kind| all.apply(BreakpointChange::Add(kind)))
    }

    fn kinds(breakpoints: &[Breakpoint]) -> Vec<BreakpointKind> {
        breakpoints.iter().map(|breakpoint| breakpoint.kind.clone()).collect()
    }

    fn verified(breakpoint: &Breakpoint, line: Option<u32>, problem: Option<&str>) -> PlacedBreakpoint {
        let place = line.map(|line| Span { start: 1, end: 2, line, column: 1, end_line: line, end_column: 2 });
        PlacedBreakpoint {
            breakpoint: breakpoint.clone(),
            place,
            source_line: None,
            problem: problem.map(ToOwned::to_owned),
        }
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
        let in_file = BreakpointKind::Line { file: Some("src/main.rs".to_owned()), line: 4 };
        let all = on(&[4]).apply(BreakpointChange::Toggle(in_file.clone()));
        assert_eq!(lines(&all), [(1, 4), (2, 4)]);
        // An edit of the text removes only breakpoints of the text.
        assert_eq!(lines(&all.apply(BreakpointChange::Moved(Vec::new()))), [(2, 4)]);
        assert_eq!(lines(&all.apply(BreakpointChange::Toggle(in_file))), [(1, 4)]);
        let placed = PlacedBreakpoint { source_line: Some(6), ..verified(&all.list[1].breakpoint, None, None) };
        assert_eq!(all.placed(&[placed]).list[1].placed, Some(Placed { line: Some(6), problem: None }));
    }

    #[test]
    fn lines_come_first_and_the_others_in_the_order_in_which_they_were_added() {
        let in_file = BreakpointKind::Line { file: Some("a.rs".to_owned()), line: 1 };
        let all = added([global("b"), line(9), in_file.clone(), global("a"), line(4)]);
        assert_eq!(kinds(&all.all()), [line(4), line(9), in_file, global("b"), global("a")]);
        let ids: Vec<u32> = all.list.iter().map(|known| known.breakpoint.id).collect();
        assert_eq!(ids, [5, 2, 3, 1, 4]);
        let opened = Breakpoints::of(&all.all()).apply(BreakpointChange::Add(global("c")));
        assert_eq!(opened.list[5].breakpoint.id, 6, "IDs go on after those of a stored project");
    }

    #[test]
    fn each_is_added_once_and_has_an_id_of_its_own() {
        let all = added([global("a"), global("b"), global("a")]);
        assert_eq!(all.list.len(), 2);
        let first = all.list[0].breakpoint.id;
        let all = all.apply(BreakpointChange::Remove { id: first }).apply(BreakpointChange::Add(global("a")));
        assert_eq!(all.list.len(), 2);
        assert!(all.list.iter().all(|known| known.breakpoint.id != first), "an ID is not given again");
        assert_eq!(kinds(&all.apply(BreakpointChange::Toggle(global("b"))).all()), [global("a")]);
    }

    #[test]
    fn they_move_with_the_text_and_fall_together_where_lines_do() {
        let moved = on(&[4, 9, 12]).apply(BreakpointChange::Moved(vec![(1, 4, 0), (2, 11, 0)]));
        assert_eq!(lines(&moved), [(1, 4), (2, 11)], "the line of the third was taken out");
        let joined = moved.apply(BreakpointChange::Moved(vec![(1, 3, 0), (2, 3, 0)]));
        assert_eq!(lines(&joined), [(1, 3)]);
    }

    #[test]
    fn instructions_move_with_the_text_and_go_with_it() {
        let at = |line, column| BreakpointKind::Instruction { line, column };
        let all = added([at(3, 5), line(3), at(3, 20), at(9, 1), global("a")]);
        // The line is first in the list, and was added second.
        let moved = all.apply(BreakpointChange::Moved(vec![(2, 4, 0), (1, 4, 7), (3, 4, 22)]));
        assert_eq!(kinds(&moved.all()), [line(4), at(4, 7), at(4, 22), global("a")], "the fourth was taken out");
        let joined = moved.apply(BreakpointChange::Moved(vec![(2, 4, 0), (1, 4, 7), (3, 4, 7)]));
        assert_eq!(kinds(&joined.all()), [line(4), at(4, 7), global("a")]);
    }

    #[test]
    fn the_text_before_an_edit_keeps_its_lines_and_positions() {
        let at = |line, column| BreakpointKind::Instruction { line, column };
        let all = added([line(3), at(3, 5), at(9, 1), global("a")]);
        let sent = all.all();
        let edited = all
            .apply(BreakpointChange::Moved(vec![(1, 4, 0), (2, 4, 7)]))
            .apply(BreakpointChange::Add(global("b")))
            .apply(BreakpointChange::Add(line(8)));
        assert_eq!(kinds(&edited.all_before(&sent)), [line(3), at(3, 5), global("a"), global("b")]);
        // A line that was removed since is still one of the text before.
        let removed = edited.apply(BreakpointChange::RemoveAll);
        assert_eq!(kinds(&removed.all_before(&sent)), [line(3)]);
    }

    #[test]
    fn an_edit_keeps_the_line_and_asks_for_the_place_again() {
        let all = on(&[4]);
        let all = all.placed(&[verified(&all.list[0].breakpoint, Some(5), None)]);
        assert_eq!(all.list[0].placed, Some(Placed { line: Some(5), problem: None }));
        let options = BreakpointOptions { condition: Some("stack[0] == 1".into()), ..BreakpointOptions::default() };
        let all = all.apply(BreakpointChange::Edit { id: 1, options: options.clone() });
        assert_eq!(lines(&all), [(1, 4)]);
        assert_eq!(all.list[0].breakpoint.options, options);
        assert_eq!(all.list[0].placed, None);
    }

    #[test]
    fn what_is_known_of_a_line_before_an_edit_is_not_about_the_line_after_it() {
        let all = on(&[4]);
        let placed = [verified(&all.list[0].breakpoint, Some(4), None)];
        assert_eq!(all.placed(&placed).forget_lines().list[0].placed, None);
        let moved = all.apply(BreakpointChange::Moved(vec![(1, 7, 0)]));
        assert_eq!(moved.placed(&placed).list[0].placed, None);
        let options = BreakpointOptions { hit_count: 2, ..BreakpointOptions::default() };
        let edited = all.apply(BreakpointChange::Edit { id: 1, options });
        assert_eq!(edited.placed(&placed).list[0].placed, None);
    }

    #[test]
    fn why_it_does_not_stop_is_known_until_the_next_verification() {
        let all = added([global("a")]);
        let asked = all.list[0].breakpoint.clone();
        let all = all.placed(&[verified(&asked, None, Some("the program has no global a"))]);
        let placed = Some(Placed { line: None, problem: Some("the program has no global a".to_owned()) });
        assert_eq!(all.list[0].placed, placed);
        let options = BreakpointOptions { hit_count: 3, ..BreakpointOptions::default() };
        let all = all.apply(BreakpointChange::Edit { id: asked.id, options }).forget_lines();
        assert_eq!((all.list[0].breakpoint.options.hit_count, &all.list[0].placed), (3, &placed));
        let problem = |all: &Breakpoints| all.list[0].placed.as_ref().and_then(|placed| placed.problem.clone());
        assert_eq!(problem(&all.placed(&[verified(&asked, None, None)])), None);
    }
}
