//! What keeps a directive from passing.

/// Names of proposals that the interpreter does not run.
pub(super) type Proposals = Vec<&'static str>;

/// Why a directive does not count as passed.
pub(super) enum Stop {
    Failed(String),
    /// What it is about needs these.
    NotRun(Proposals),
}

pub(super) fn failed<T>(message: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Failed(message.into()))
}

/// Why there is no module where a directive wants one.
#[derive(Clone)]
pub(super) enum Unavailable {
    /// It failed, which was reported at its place.
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
