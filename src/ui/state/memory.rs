//! The Memory panel: the window of the running program's memory that the worker has sent.

use std::rc::Rc;

use crate::protocol::{MemoryView, MemoryWatch, RunId};

/// The memory that is shown, and what is known of it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MemoryState {
    /// The index of the memory that the user chose.
    pub memory: u32,
    /// How many memories the module has.
    pub memories: u32,
    /// In bytes; 0 if there is no such memory.
    pub size: u64,
    pub window: HexWindow,
    /// The last request to the worker.
    pub watch: Option<MemoryWatch>,
    run: Option<RunId>,
    /// The last run of a program that was open before.
    forgotten: Option<RunId>,
}

/// The loaded part of a memory.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HexWindow {
    /// The address of the first byte.
    pub offset: u64,
    pub bytes: Rc<[u8]>,
    /// For each byte, whether it differs from the last known value at its address.
    pub changed: Rc<[bool]>,
    /// For each byte, whether the last step read it. Empty if that is unknown.
    pub read: Rc<[bool]>,
}

impl HexWindow {
    /// A window with all of `bytes`, none of them changed.
    pub fn whole(bytes: Rc<[u8]>) -> Self {
        Self { offset: 0, changed: vec![false; bytes.len()].into(), read: Rc::new([]), bytes }
    }

    /// The byte at an address and whether it has changed; `None` if it is not loaded.
    pub fn get(&self, address: u64) -> Option<(u8, bool)> {
        let index = usize::try_from(address.checked_sub(self.offset)?).ok()?;
        Some((*self.bytes.get(index)?, self.changed.get(index).copied().unwrap_or(false)))
    }

    /// The same bytes, marking those that a step wrote and read: memory, address, length.
    pub fn marked(&self, written: &[(u32, u64, u64)], read: &[(u32, u64, u64)], memory: u32) -> Self {
        let marks = |touched: &[(u32, u64, u64)]| {
            let is_touched = |address: u64| {
                touched.iter().any(|(index, start, length)| {
                    *index == memory && address.checked_sub(*start).is_some_and(|at| at < *length)
                })
            };
            (self.offset..).take(self.bytes.len()).map(is_touched).collect()
        };
        Self { offset: self.offset, bytes: self.bytes.clone(), changed: marks(written), read: marks(read) }
    }

    /// Whether the last step read this byte.
    pub fn is_read(&self, address: u64) -> bool {
        let index = address.checked_sub(self.offset).and_then(|index| usize::try_from(index).ok());
        index.and_then(|index| self.read.get(index)).copied().unwrap_or(false)
    }

    /// Whether all of these bytes are loaded.
    pub fn covers(&self, start: u64, length: u64) -> bool {
        usize::try_from(length).is_ok_and(|length| self.slice(start, length).len() == length)
    }

    /// The loaded bytes from `start` on, at most `length`.
    pub fn slice(&self, start: u64, length: usize) -> &[u8] {
        let Some(start) = start.checked_sub(self.offset).and_then(|start| usize::try_from(start).ok()) else {
            return &[];
        };
        let end = start.saturating_add(length).min(self.bytes.len());
        self.bytes.get(start..end).unwrap_or(&[])
    }
}

/// An action on [`MemoryState`].
#[derive(Debug, Clone, PartialEq)]
pub enum MemoryAction {
    /// The user chose a memory.
    Choose(u32),
    /// The panel was scrolled.
    Watch(MemoryWatch),
    /// The worker sent bytes.
    Received { run: RunId, view: MemoryView },
    /// Another program was opened: there is no memory until it runs.
    Opened,
}

impl MemoryState {
    /// The state after `action`.
    #[must_use]
    pub fn apply(&self, action: MemoryAction) -> Self {
        let mut next = self.clone();
        match action {
            MemoryAction::Choose(memory) if memory != self.memory => {
                next.memory = memory;
                next.size = 0;
                next.window = HexWindow::default();
                next.watch = None;
            }
            MemoryAction::Choose(_) => {}
            MemoryAction::Watch(watch) => next.watch = Some(watch),
            MemoryAction::Received { run, view } => next.receive(run, view),
            MemoryAction::Opened => {
                let forgotten = self.run.max(self.forgotten);
                next = Self { watch: self.watch, forgotten, ..Self::default() };
                next.watch = next.watch.map(|watch| MemoryWatch { memory: 0, ..watch });
            }
        }
        next
    }

    /// The state after several actions.
    #[must_use]
    pub fn apply_all(&self, actions: impl IntoIterator<Item = MemoryAction>) -> Self {
        actions.into_iter().fold(self.clone(), |state, action| state.apply(action))
    }

    fn receive(&mut self, run: RunId, view: MemoryView) {
        // The worker keeps its last run, although another program has been opened.
        if self.forgotten.is_some_and(|forgotten| run <= forgotten) {
            return;
        }
        // A later run has a larger number; a view of another memory was requested before the choice.
        if self.run.is_some_and(|known| run < known) || view.memory != self.memory {
            return;
        }
        let same_run = self.run == Some(run);
        self.run = Some(run);
        self.memories = view.memories;
        self.size = view.size;
        let changed = if same_run { self.compare(&view) } else { vec![false; view.bytes.len()].into() };
        self.window = HexWindow { offset: view.offset, bytes: view.bytes.into(), changed, read: Rc::new([]) };
    }

    /// Which bytes differ from those known. If none does, the program has not moved (the panel was scrolled, or the
    /// same bytes were sent again), and the earlier marks stay.
    fn compare(&self, view: &MemoryView) -> Rc<[bool]> {
        let known = (view.offset..).take(view.bytes.len()).map(|address| self.window.get(address));
        let differs = |(old, new): (Option<(u8, bool)>, &u8)| old.is_some_and(|(old, _)| old != *new);
        if known.clone().zip(&view.bytes).any(differs) {
            known.zip(&view.bytes).map(differs).collect()
        } else {
            known.map(|old| old.is_some_and(|(_, changed)| changed)).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_marks_the_bytes_that_it_wrote_and_no_others() {
        let window = HexWindow { offset: 8, bytes: [0; 6].into(), changed: [true; 6].into(), read: [].into() };
        let marked = window.marked(&[(0, 6, 4), (1, 12, 2), (0, u64::MAX, 9)], &[(0, 11, 2)], 0);
        assert_eq!(*marked.changed, [true, true, false, false, false, false]);
        assert_eq!(
            (8..15).map(|at| marked.is_read(at)).collect::<Vec<_>>(),
            [false, false, false, true, true, false, false]
        );
    }

    fn received(run: RunId, offset: u64, bytes: &[u8]) -> MemoryAction {
        let view = MemoryView { memory: 0, offset, bytes: bytes.to_vec(), size: 65536, memories: 1 };
        MemoryAction::Received { run, view }
    }

    fn marks(state: &MemoryState) -> Vec<u8> {
        state.window.changed.iter().map(|&changed| changed.into()).collect()
    }

    #[test]
    fn marks_what_differs_at_the_same_address() {
        let state = MemoryState::default().apply_all([received(1, 10, &[1, 2, 3, 4]), received(1, 12, &[3, 9, 5])]);
        assert_eq!(marks(&state), [0, 1, 0], "what was not seen before is not known to have changed");
        assert_eq!(state.window.get(13), Some((9, true)));
        assert_eq!(state.window.get(15), None);
        assert_eq!(state.window.get(11), None);
    }

    #[test]
    fn marks_stay_until_the_program_moves_on() {
        let state = MemoryState::default().apply_all([
            received(1, 0, &[0, 0, 0, 0]),
            received(1, 0, &[0, 7, 0, 0]),
            received(1, 1, &[7, 0, 0]),
        ]);
        assert_eq!(marks(&state), [1, 0, 0], "scrolling keeps them");
        assert_eq!(marks(&state.apply(received(1, 1, &[7, 0, 1]))), [0, 0, 1]);
    }

    #[test]
    fn another_run_is_not_compared_and_a_stale_one_is_dropped() {
        let first = MemoryState::default().apply(received(2, 0, &[1]));
        assert_eq!(marks(&first.apply(received(3, 0, &[2]))), [0]);
        assert_eq!(first.apply(received(1, 0, &[9])), first);
    }

    #[test]
    fn a_view_of_another_memory_is_dropped() {
        let state = MemoryState::default().apply_all([MemoryAction::Choose(1), received(1, 0, &[1])]);
        assert_eq!(state.window, HexWindow::default());
    }

    #[test]
    fn slices_stop_where_the_window_does() {
        let state = MemoryState::default().apply(received(1, 8, &[1, 2, 3]));
        assert_eq!(state.window.slice(9, 8), [2, 3]);
        assert_eq!(state.window.slice(7, 2), [] as [u8; 0]);
        assert_eq!(state.window.slice(u64::MAX, usize::MAX), [] as [u8; 0]);
        assert!(state.window.covers(8, 3) && state.window.covers(10, 1));
        assert!(!state.window.covers(9, 3) && !state.window.covers(7, 2) && !state.window.covers(u64::MAX, 1));
    }

    #[test]
    fn another_program_does_not_show_the_memory_of_the_one_before() {
        let received = |run| {
            let view = MemoryView { memory: 0, memories: 1, size: 4, offset: 0, bytes: vec![1, 2, 3, 4] };
            MemoryAction::Received { run, view }
        };
        let opened = MemoryState::default().apply_all([received(7), MemoryAction::Opened, received(7)]);
        assert_eq!((opened.size, opened.memories), (0, 0));
        let again = opened.apply_all([MemoryAction::Opened, received(7), received(8)]);
        assert_eq!(again.size, 4, "its own run is shown");
    }
}
