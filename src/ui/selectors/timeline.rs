//! The positions and descriptions of the marks on the timeline.

use crate::protocol::{MarkKind, TimelineMark};
use crate::ui::selectors::numbers::grouped;

/// The width of the drawing, in its own units.
pub const WIDTH: u32 = 1000;

/// The kinds in the order of the legend.
pub const KINDS: [MarkKind; 6] =
    [MarkKind::Call, MarkKind::Output, MarkKind::Breakpoint, MarkKind::Fork, MarkKind::End, MarkKind::Trap];

/// Whether the program has been run to its end, so that no further step comes.
pub fn knows_end(marks: &[TimelineMark]) -> bool {
    marks.iter().any(|mark| matches!(mark.kind, MarkKind::End | MarkKind::Trap))
}

/// The CSS name.
pub fn word(kind: MarkKind) -> &'static str {
    match kind {
        MarkKind::Call => "call",
        MarkKind::Output => "output",
        MarkKind::Breakpoint => "breakpoint",
        MarkKind::Fork => "fork",
        MarkKind::End => "end",
        MarkKind::Trap => "trap",
    }
}

/// The description for the user.
pub fn name(kind: MarkKind) -> &'static str {
    match kind {
        MarkKind::Call => "system call",
        MarkKind::Output => "output",
        MarkKind::Breakpoint => "stopped at a breakpoint",
        MarkKind::Fork => "you changed something",
        MarkKind::End => "the end",
        MarkKind::Trap => "where it failed",
    }
}

/// The position of a step on the drawing.
pub fn place(step: u64, furthest: u64) -> f64 {
    if furthest == 0 { 0.0 } else { (step.min(furthest) as f64 / furthest as f64) * f64::from(WIDTH) }
}

/// All marks of a kind as one outline, from `top` to `bottom`; empty if there are none.
pub fn outline(marks: &[TimelineMark], kind: MarkKind, furthest: u64, (top, bottom): (u32, u32)) -> String {
    let of_kind = marks.iter().filter(|mark| mark.kind == kind && mark.step <= furthest);
    let mut places: Vec<u32> = of_kind.map(|mark| place(mark.step, furthest).round() as u32).collect();
    places.dedup();
    places.iter().map(|at| format!("M{at} {top}V{bottom}")).collect()
}

/// The kinds that occur.
pub fn kinds(marks: &[TimelineMark]) -> Vec<MarkKind> {
    KINDS.into_iter().filter(|kind| marks.iter().any(|mark| mark.kind == *kind)).collect()
}

/// Describes the marks at a step; `None` if there are none.
pub fn at_step(marks: &[TimelineMark], step: u64) -> Option<String> {
    let here: Vec<&str> = marks.iter().filter(|mark| mark.step == step).map(|mark| name(mark.kind)).collect();
    (!here.is_empty()).then(|| here.join(", "))
}

/// The mark nearest to a position on the drawing, if it is close enough.
pub fn nearest(marks: &[TimelineMark], at: f64, furthest: u64) -> Option<TimelineMark> {
    let distance = |mark: &TimelineMark| (place(mark.step, furthest) - at).abs();
    let near = marks.iter().filter(|mark| mark.step <= furthest && distance(mark) <= f64::from(WIDTH) / 50.0);
    near.min_by(|one, other| distance(one).total_cmp(&distance(other))).copied()
}

/// Describes a mark, such as `output at step 1,204`.
pub fn describe(mark: TimelineMark) -> String {
    format!("{} at step {}", name(mark.kind), grouped(mark.step))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(kind: MarkKind, step: u64) -> TimelineMark {
        TimelineMark { step, kind }
    }

    #[test]
    fn marks_are_drawn_where_their_steps_are() {
        let marks = [mark(MarkKind::Call, 0), mark(MarkKind::Output, 50), mark(MarkKind::Call, 100)];
        assert_eq!(outline(&marks, MarkKind::Call, 200, (0, 4)), "M0 0V4M500 0V4");
        assert_eq!(outline(&marks, MarkKind::Trap, 200, (0, 4)), "");
        // What lies beyond a fork is not drawn outside the drawing.
        assert_eq!(outline(&marks, MarkKind::Call, 60, (0, 4)), "M0 0V4");
        assert_eq!(place(0, 0), 0.0);
        assert_eq!(kinds(&marks), [MarkKind::Call, MarkKind::Output]);
    }

    #[test]
    fn the_mark_that_is_meant_is_named() {
        let marks = [mark(MarkKind::Call, 100), mark(MarkKind::Output, 1500), mark(MarkKind::Breakpoint, 1500)];
        assert_eq!(at_step(&marks, 1500).as_deref(), Some("output, stopped at a breakpoint"));
        assert_eq!(at_step(&marks, 7), None);
        assert_eq!(nearest(&marks, 745.0, 2000).map(describe).as_deref(), Some("output at step 1,500"));
        assert_eq!(nearest(&marks, 400.0, 2000), None);
    }
}
