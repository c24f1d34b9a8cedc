//! What a call touches of the guest's memory, noted for a debugger that watches it.

use std::cell::RefCell;
use std::rc::Rc;

/// Bytes of the guest's memory that a call has read or written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Touched {
    pub pointer: u32,
    pub length: u32,
    pub writes: bool,
}

/// Where it is noted, while somebody wants to know.
#[derive(Debug, Clone, Default)]
pub struct Touches(Option<Rc<RefCell<Vec<Touched>>>>);

impl Touches {
    /// Begins to note.
    pub fn begin(&mut self) {
        self.0 = Some(Rc::default());
    }

    /// Ends it, and gives what has been noted.
    pub fn end(&mut self) -> Vec<Touched> {
        self.0.take().map(|noted| noted.take()).unwrap_or_default()
    }

    pub(super) fn note(&self, pointer: u32, length: u32, writes: bool) {
        if let Some(noted) = &self.0
            && length > 0
        {
            noted.borrow_mut().push(Touched { pointer, length, writes });
        }
    }
}
