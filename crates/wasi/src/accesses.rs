//! What a call accesses in the guest's memory, recorded for watchpoints.

use std::cell::RefCell;
use std::rc::Rc;

/// Bytes of the guest's memory that a call has read or written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemoryAccess {
    pub pointer: u32,
    pub length: u32,
    pub writes: bool,
}

/// The accesses of a call, while they are recorded.
#[derive(Debug, Clone, Default)]
pub struct MemoryAccesses(Option<Rc<RefCell<Vec<MemoryAccess>>>>);

impl MemoryAccesses {
    /// Begins recording.
    pub fn begin(&mut self) {
        self.0 = Some(Rc::default());
    }

    /// Ends recording, and returns the accesses.
    pub fn end(&mut self) -> Vec<MemoryAccess> {
        self.0.take().map(|noted| noted.take()).unwrap_or_default()
    }

    pub(super) fn note(&self, pointer: u32, length: u32, writes: bool) {
        if let Some(noted) = &self.0
            && length > 0
        {
            noted.borrow_mut().push(MemoryAccess { pointer, length, writes });
        }
    }
}
