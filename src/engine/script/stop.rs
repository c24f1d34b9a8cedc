//! What prevents a directive from passing.

/// Names of unsupported proposals.
pub(super) type Proposals = Vec<&'static str>;

/// Why a directive does not count as passed.
pub(super) enum Stop {
    Failed(String),
    /// Its module needs these.
    NotRun(Proposals),
}

pub(super) fn failed<T>(message: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Failed(message.into()))
}

/// Why a module that a directive needs is unavailable.
#[derive(Clone)]
pub(super) enum Unavailable {
    /// It failed, which was reported at its position.
    Broken,
    NotRun(Proposals),
}

impl From<&Stop> for Unavailable {
    fn from(stop: &Stop) -> Self {
        match stop {
            Stop::Failed(_) => Self::Broken,
            Stop::NotRun(proposals) => Self::NotRun(proposals.clone()),
        }
    }
}

impl From<Unavailable> for Stop {
    fn from(unavailable: Unavailable) -> Self {
        match unavailable {
            Unavailable::Broken => Self::Failed("the module that this refers to could not be used".to_owned()),
            Unavailable::NotRun(proposals) => Self::NotRun(proposals),
        }
    }
}
