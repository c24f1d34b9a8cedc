//! Breakpoints on anything but a source line. They belong to a program and outlive its runs.

use crate::protocol::{BreakpointKind, OtherBreakpoint, PlacedOtherBreakpoint};

/// All of them, in the order in which they were added.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OtherBreakpoints {
    pub list: Vec<KnownBreakpoint>,
    added: u32,
}

/// One of them, with the debugger's verification.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownBreakpoint {
    pub breakpoint: OtherBreakpoint,
    /// Why it does not stop the program.
    pub problem: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum OtherBreakpointChange {
    /// Does nothing if there already is one of this kind.
    Add(BreakpointKind),
    Remove {
        id: u32,
    },
    RemoveAll,
    /// Changes the condition, hit count and message of the breakpoint with this ID.
    Edit(OtherBreakpoint),
    /// An edit has moved instructions: the ID, line and column of every breakpoint that is left.
    Moved(Vec<(u32, u32, u32)>),
}

/// IDs of source breakpoints count from 1 and stay below this.
pub const FIRST_ID: u32 = 1 << 20;

impl OtherBreakpoints {
    /// The breakpoints of a stored project.
    pub fn of(other_breakpoints: &[OtherBreakpoint]) -> Self {
        let added =
            other_breakpoints.iter().map(|breakpoint| breakpoint.id.saturating_sub(FIRST_ID) + 1).max().unwrap_or(0);
        let list = other_breakpoints
            .iter()
            .map(|breakpoint| KnownBreakpoint { breakpoint: breakpoint.clone(), problem: None })
            .collect();
        Self { list, added }
    }

    pub fn apply(&self, change: OtherBreakpointChange) -> Self {
        let mut next = self.clone();
        match change {
            OtherBreakpointChange::Add(kind) => {
                if !next.list.iter().any(|known| known.breakpoint.kind == kind) {
                    let id = FIRST_ID + next.added;
                    next.added += 1;
                    let breakpoint = OtherBreakpoint { id, kind, condition: None, hit_count: 0, log_message: None };
                    next.list.push(KnownBreakpoint { breakpoint, problem: None });
                }
            }
            OtherBreakpointChange::Remove { id } => next.list.retain(|known| known.breakpoint.id != id),
            OtherBreakpointChange::RemoveAll => next.list.clear(),
            OtherBreakpointChange::Edit(edited) => {
                for known in next.list.iter_mut().filter(|known| known.breakpoint.id == edited.id) {
                    known.breakpoint = edited.clone();
                }
            }
            OtherBreakpointChange::Moved(moved) => {
                let mut seen = std::collections::HashSet::new();
                next.list.retain_mut(|known| {
                    let BreakpointKind::Instruction { line, column } = &mut known.breakpoint.kind else { return true };
                    let place = moved.iter().find(|(id, ..)| *id == known.breakpoint.id);
                    place.is_some_and(|(_, to_line, to_column)| {
                        (*line, *column) = (*to_line, *to_column);
                        // Two at the same position become one.
                        seen.insert((*line, *column))
                    })
                });
            }
        }
        next
    }

    /// The request to the worker.
    pub fn all(&self) -> Vec<OtherBreakpoint> {
        self.list.iter().map(|known| known.breakpoint.clone()).collect()
    }

    /// The request to the worker while it debugs another text than the edited one: instruction breakpoints keep the
    /// positions that were sent before.
    pub fn all_before(&self, sent: &[OtherBreakpoint]) -> Vec<OtherBreakpoint> {
        let mut all = self.all();
        for breakpoint in &mut all {
            if let (BreakpointKind::Instruction { .. }, Some(sent)) =
                (&breakpoint.kind, sent.iter().find(|sent| sent.id == breakpoint.id))
            {
                breakpoint.kind = sent.kind.clone();
            }
        }
        all
    }

    /// Stores the debugger's verification.
    pub fn placed(&self, placed: &[PlacedOtherBreakpoint]) -> Self {
        let mut next = self.clone();
        for known in &mut next.list {
            if let Some(placed) = placed.iter().find(|placed| placed.id == known.breakpoint.id) {
                known.problem.clone_from(&placed.problem);
            }
        }
        next
    }

    pub fn get(&self, id: u32) -> Option<&OtherBreakpoint> {
        self.list.iter().map(|known| &known.breakpoint).find(|breakpoint| breakpoint.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::AccessKind;

    fn global(name: &str) -> OtherBreakpointChange {
        OtherBreakpointChange::Add(BreakpointKind::Global { name: name.into(), access: AccessKind::Change })
    }

    #[test]
    fn each_is_added_once_and_has_an_id_of_its_own() {
        let all = OtherBreakpoints::default().apply(global("a")).apply(global("b")).apply(global("a"));
        assert_eq!(all.list.len(), 2);
        let first = all.list[0].breakpoint.id;
        let all = all.apply(OtherBreakpointChange::Remove { id: first }).apply(global("a"));
        assert_eq!(all.list.len(), 2);
        assert!(all.get(first).is_none(), "an id is not given again");
    }

    #[test]
    fn instructions_move_with_the_text_and_go_with_it() {
        let at = |line, column| OtherBreakpointChange::Add(BreakpointKind::Instruction { line, column });
        let all = [at(3, 5), at(3, 20), at(9, 1), global("a")]
            .into_iter()
            .fold(OtherBreakpoints::default(), |all, next| all.apply(next));
        let before = all.all();
        let ids: Vec<u32> = before.iter().map(|breakpoint| breakpoint.id).collect();
        let moved = all.apply(OtherBreakpointChange::Moved(vec![(ids[0], 4, 7), (ids[1], 4, 22)]));
        let places: Vec<BreakpointKind> = moved.all().into_iter().map(|breakpoint| breakpoint.kind).collect();
        let on_change = BreakpointKind::Global { name: "a".into(), access: AccessKind::Change };
        let [one, other] = [7, 22].map(|column| BreakpointKind::Instruction { line: 4, column });
        assert_eq!(places, [one, other, on_change], "the third was taken out");
        let joined = moved.apply(OtherBreakpointChange::Moved(vec![(ids[0], 4, 7), (ids[1], 4, 7)]));
        assert_eq!(joined.list.len(), 2);
        // The program being debugged is the text before the edit.
        assert_eq!(moved.all_before(&before), [&before[..2], &before[3..]].concat());
    }

    #[test]
    fn the_verification_is_kept() {
        let all = OtherBreakpoints::default().apply(global("a"));
        let id = all.list[0].breakpoint.id;
        let problem = Some("the program has no global a".to_owned());
        let all = all.placed(&[PlacedOtherBreakpoint { id, place: None, problem: problem.clone() }]);
        assert_eq!(all.list[0].problem, problem);
        let edited = OtherBreakpoint { hit_count: 3, ..all.list[0].breakpoint.clone() };
        let all = all.apply(OtherBreakpointChange::Edit(edited));
        assert_eq!((all.list[0].breakpoint.hit_count, &all.list[0].problem), (3, &problem));
        assert_eq!(all.placed(&[PlacedOtherBreakpoint { id, place: None, problem: None }]).list[0].problem, None);
    }
}
