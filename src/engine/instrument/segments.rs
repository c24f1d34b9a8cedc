//! Straight pieces of a function: entered at the start only, left at the end only.

use super::analyse::{Flow, Function};

/// A straight piece of code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// Its steps, in order.
    pub steps: Vec<u32>,
    /// Where it goes on, if its last step does not say so.
    pub next: Option<u32>,
}

/// The segments of a function, by the index of their first instruction.
pub fn segments(function: &Function) -> Vec<Segment> {
    let leaders = leaders(function);
    let is_leader = |index: u32| leaders.binary_search(&index).is_ok();
    leaders.iter().map(|start| segment(function, *start, is_leader)).collect()
}

/// Each step as a segment of its own.
pub fn single_steps(function: &Function) -> Vec<Segment> {
    let steps = (0..function.instructions.len() as u32).filter(|index| function.is_step(*index));
    steps.map(|index| segment(function, index, |_| true)).collect()
}

fn segment(function: &Function, start: u32, is_leader: impl Fn(u32) -> bool) -> Segment {
    let mut steps = vec![start];
    let mut last = start;
    while function.instructions[last as usize].flow == Flow::Next {
        let next = function.follow(last + 1);
        if is_leader(next) {
            return Segment { steps, next: Some(next) };
        }
        steps.push(next);
        last = next;
    }
    Segment { steps, next: None }
}

/// Where control can come from elsewhere than from the instruction before.
fn leaders(function: &Function) -> Vec<u32> {
    let target = |label: u32| function.follow(function.labels[label as usize].target);
    let mut leaders = vec![function.follow(0)];
    for (index, instruction) in function.instructions.iter().enumerate() {
        let next = index as u32 + 1;
        match &instruction.flow {
            Flow::Dead | Flow::Next | Flow::Return | Flow::Unreachable | Flow::TailCall => {}
            // The `else` that the first branch comes to.
            Flow::Mark(place) if *place != next => leaders.push(function.follow(*place)),
            Flow::Mark(_) => {}
            Flow::Branch(label) => leaders.push(target(*label)),
            Flow::BranchIf(label) => leaders.extend([target(*label), function.follow(next)]),
            Flow::BranchTable(labels) => leaders.extend(labels.iter().map(|label| target(*label))),
            Flow::If(otherwise) => leaders.extend([function.follow(next), function.follow(*otherwise)]),
            Flow::Call => leaders.push(function.follow(next)),
        }
    }
    leaders.sort_unstable();
    leaders.dedup();
    leaders
}
