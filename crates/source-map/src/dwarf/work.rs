//! A limit on how much is read, so that debug information made to take for ever does not.

/// How many rows, entries, attributes and ranges are read at most: several times as many as a large program has. A
/// browser takes a second or two for so many.
const MOST: u64 = 20_000_000;

/// Why reading ended before its end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    #[error("it is damaged ({0})")]
    Damaged(gimli::Error),
    #[error("a type in it contains itself")]
    Recursive,
    #[error("it is too large")]
    TooMuch,
}

impl From<gimli::Error> for Broken {
    fn from(error: gimli::Error) -> Self {
        Self::Damaged(error)
    }
}

/// What may still be read.
#[derive(Debug)]
pub struct Work {
    left: u64,
}

impl Default for Work {
    fn default() -> Self {
        Self { left: MOST }
    }
}

impl Work {
    /// No more than this may be read.
    pub fn of(most: u64) -> Self {
        Self { left: most }
    }

    /// Takes so much.
    ///
    /// # Errors
    ///
    /// When there is not that much left.
    pub fn spend(&mut self, amount: u64) -> Result<(), Broken> {
        self.left = self.left.checked_sub(amount).ok_or(Broken::TooMuch)?;
        Ok(())
    }
}
