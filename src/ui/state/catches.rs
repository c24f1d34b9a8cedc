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
                    let catch = Catch { id, what, condition: None, from_hit: 0, log: None };
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
        }
        next
    }

    /// As the worker is told.
    pub fn all(&self) -> Vec<Catch> {
        self.list.iter().map(|known| known.catch.clone()).collect()
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
    use crate::protocol::Touching;

    fn global(name: &str) -> CatchChange {
        CatchChange::Add(Caught::Global { name: name.into(), on: Touching::Change })
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
    fn what_the_debugger_says_stays_with_it() {
        let all = Catches::default().apply(global("a"));
        let id = all.list[0].catch.id;
        let problem = Some("the program has no global a".to_owned());
        let all = all.placed(&[PlacedCatch { id, place: None, problem: problem.clone() }]);
        assert_eq!(all.list[0].problem, problem);
        let edited = Catch { from_hit: 3, ..all.list[0].catch.clone() };
        let all = all.apply(CatchChange::Edit(edited));
        assert_eq!((all.list[0].catch.from_hit, &all.list[0].problem), (3, &problem));
        assert_eq!(all.placed(&[PlacedCatch { id, place: None, problem: None }]).list[0].problem, None);
    }
}
