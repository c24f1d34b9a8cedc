//! What a program is stopped at besides lines. It belongs to a program and outlives its runs, as breakpoints do.

use crate::protocol::{Catch, Caught, PlacedCatch};

/// All there is, in the order in which it was added.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Catches {
    pub list: Vec<KnownCatch>,
    added: u32,
}

/// One, and what the debugger says of it.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownCatch {
    pub catch: Catch,
    /// Why it does not stop.
    pub problem: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum CatchChange {
    /// What is there already is not added once more.
    Add(Caught),
    Remove {
        id: u32,
    },
    RemoveAll,
    /// Condition, hit count and message of the one with this id.
    Edit(Catch),
    /// An edit has moved instructions: these are all that are left, by id, line and column.
    Moved(Vec<(u32, u32, u32)>),
}

/// Breakpoints on lines count from 1, and nobody sets so many.
pub const FIRST_ID: u32 = 1 << 20;

impl Catches {
    /// Those that were kept.
    pub fn of(catches: &[Catch]) -> Self {
        let added = catches.iter().map(|catch| catch.id.saturating_sub(FIRST_ID) + 1).max().unwrap_or(0);
        let list = catches.iter().map(|catch| KnownCatch { catch: catch.clone(), problem: None }).collect();
        Self { list, added }
    }

    pub fn apply(&self, change: CatchChange) -> Self {
        let mut next = self.clone();
        match change {
            CatchChange::Add(what) => {
                if !next.list.iter().any(|known| known.catch.what == what) {
                    let id = FIRST_ID + next.added;
                    next.added += 1;
                    let catch = Catch { id, what, condition: None, hit_count: 0, log_message: None };
                    next.list.push(KnownCatch { catch, problem: None });
                }
            }
            CatchChange::Remove { id } => next.list.retain(|known| known.catch.id != id),
            CatchChange::RemoveAll => next.list.clear(),
            CatchChange::Edit(edited) => {
                for known in next.list.iter_mut().filter(|known| known.catch.id == edited.id) {
                    known.catch = edited.clone();
                }
            }
            CatchChange::Moved(moved) => {
                let mut seen = std::collections::HashSet::new();
                next.list.retain_mut(|known| {
                    let Caught::Instruction { line, column } = &mut known.catch.what else { return true };
                    let place = moved.iter().find(|(id, ..)| *id == known.catch.id);
                    place.is_some_and(|(_, to_line, to_column)| {
                        (*line, *column) = (*to_line, *to_column);
                        // Two that have come to one place are one.
                        seen.insert((*line, *column))
                    })
                });
            }
        }
        next
    }

    /// As the worker is told.
    pub fn all(&self) -> Vec<Catch> {
        self.list.iter().map(|known| known.catch.clone()).collect()
    }

    /// As the worker is told while it debugs another text than the one that is edited: instructions are still where it
    /// was told before that they are.
    pub fn all_before(&self, told: &[Catch]) -> Vec<Catch> {
        let mut all = self.all();
        for catch in &mut all {
            if let (Caught::Instruction { .. }, Some(told)) =
                (&catch.what, told.iter().find(|told| told.id == catch.id))
            {
                catch.what = told.what.clone();
            }
        }
        all
    }

    /// The same, with what the debugger says of them.
    pub fn placed(&self, placed: &[PlacedCatch]) -> Self {
        let mut next = self.clone();
        for known in &mut next.list {
            if let Some(placed) = placed.iter().find(|placed| placed.id == known.catch.id) {
                known.problem.clone_from(&placed.problem);
            }
        }
        next
    }

    pub fn get(&self, id: u32) -> Option<&Catch> {
        self.list.iter().map(|known| &known.catch).find(|catch| catch.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::AccessKind;

    fn global(name: &str) -> CatchChange {
        CatchChange::Add(Caught::Global { name: name.into(), access: AccessKind::Change })
    }

    #[test]
    fn each_is_added_once_and_has_an_id_of_its_own() {
        let all = Catches::default().apply(global("a")).apply(global("b")).apply(global("a"));
        assert_eq!(all.list.len(), 2);
        let first = all.list[0].catch.id;
        let all = all.apply(CatchChange::Remove { id: first }).apply(global("a"));
        assert_eq!(all.list.len(), 2);
        assert!(all.get(first).is_none(), "an id is not given again");
    }

    #[test]
    fn instructions_move_with_the_text_and_go_with_it() {
        let at = |line, column| CatchChange::Add(Caught::Instruction { line, column });
        let all = [at(3, 5), at(3, 20), at(9, 1), global("a")]
            .into_iter()
            .fold(Catches::default(), |all, next| all.apply(next));
        let before = all.all();
        let ids: Vec<u32> = before.iter().map(|catch| catch.id).collect();
        let moved = all.apply(CatchChange::Moved(vec![(ids[0], 4, 7), (ids[1], 4, 22)]));
        let places: Vec<Caught> = moved.all().into_iter().map(|catch| catch.what).collect();
        let on_change = Caught::Global { name: "a".into(), access: AccessKind::Change };
        let [one, other] = [7, 22].map(|column| Caught::Instruction { line: 4, column });
        assert_eq!(places, [one, other, on_change], "the third was taken out");
        let joined = moved.apply(CatchChange::Moved(vec![(ids[0], 4, 7), (ids[1], 4, 7)]));
        assert_eq!(joined.list.len(), 2);
        // What is debugged is the text before the edit.
        assert_eq!(moved.all_before(&before), [&before[..2], &before[3..]].concat());
    }

    #[test]
    fn what_the_debugger_says_stays_with_it() {
        let all = Catches::default().apply(global("a"));
        let id = all.list[0].catch.id;
        let problem = Some("the program has no global a".to_owned());
        let all = all.placed(&[PlacedCatch { id, place: None, problem: problem.clone() }]);
        assert_eq!(all.list[0].problem, problem);
        let edited = Catch { hit_count: 3, ..all.list[0].catch.clone() };
        let all = all.apply(CatchChange::Edit(edited));
        assert_eq!((all.list[0].catch.hit_count, &all.list[0].problem), (3, &problem));
        assert_eq!(all.placed(&[PlacedCatch { id, place: None, problem: None }]).list[0].problem, None);
    }
}
