//! The marks on the timeline: host calls, output, stops, forks, the end.

use super::DebugSession;
use wasmoscope_runtime::Outcome;

/// A step with an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// As [`DebugSession::stop_number`] counts.
    pub step: u64,
    pub kind: MarkKind,
}

/// The kind of event at a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MarkKind {
    /// A host call that printed nothing.
    Call,
    /// A call that printed.
    Output,
    /// A breakpoint stopped the program.
    Breakpoint,
    /// The user changed something.
    Fork,
    /// The end of the program.
    End,
    /// The end by a trap or a limit.
    Trap,
}

impl DebugSession {
    /// The marks, thinned out to at most one of a kind (the first) in each of this many sections of the timeline.
    pub fn marks(&self, parts: u64) -> Vec<Mark> {
        let width = (self.furthest_stop() + 1).div_ceil(parts.max(1)).max(1);
        let mut marks = Vec::new();
        for (kind, steps) in self.mark_lists() {
            let mut rest = &steps[..];
            while let Some(step) = rest.first() {
                marks.push(Mark { step: *step, kind });
                let end = (step / width + 1).saturating_mul(width);
                rest = &rest[rest.partition_point(|step| *step < end)..];
            }
        }
        marks.sort_unstable();
        marks
    }

    /// The nearest step after this one that has a mark.
    pub fn next_mark(&self) -> Option<u64> {
        let now = self.stop_number();
        let next = |steps: &[u64]| steps.get(steps.partition_point(|step| *step <= now)).copied();
        self.mark_lists().iter().filter_map(|(_, steps)| next(steps)).min()
    }

    /// The nearest step before this one that has a mark.
    pub fn previous_mark(&self) -> Option<u64> {
        let now = self.stop_number();
        let previous =
            |steps: &[u64]| steps.partition_point(|step| *step < now).checked_sub(1).map(|index| steps[index]);
        self.mark_lists().iter().filter_map(|(_, steps)| previous(steps)).max()
    }

    fn mark_lists(&self) -> Vec<(MarkKind, std::borrow::Cow<'_, [u64]>)> {
        let calls = self.wasi().call_steps();
        let mut lists = vec![
            (MarkKind::Call, calls.other.steps().into()),
            (MarkKind::Output, calls.output.steps().into()),
            (MarkKind::Breakpoint, self.stops[..].into()),
            (MarkKind::Fork, self.forks().into()),
        ];
        if let Some((step, outcome)) = self.replayer.end() {
            let kind = match outcome {
                Outcome::Returned(_) | Outcome::Exited(_) => MarkKind::End,
                Outcome::Trapped(_) | Outcome::LimitReached { .. } | Outcome::Stopped => MarkKind::Trap,
            };
            lists.push((kind, vec![step + 1].into()));
        }
        lists
    }
}
