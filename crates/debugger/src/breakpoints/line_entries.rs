//! Where a run enters a line: the positions at which a line breakpoint stops.
//!
//! A visit to a line begins when control reaches one of its instructions from another line, by a call, or by a branch
//! back to a loop that is entirely on the line. A call made by the line is part of the visit: returning from it does
//! not begin another one. The previously executed instruction in the same frame decides whether an instruction begins a
//! visit, so searching forwards and backwards finds the same steps.

use std::collections::{HashMap, HashSet};

use wasmparser::Operator;

use crate::machine::Position;
use crate::program::InstrumentedProgram;
use wasmoscope_reversible::instrument::{Flow, Function, LabelKind};
use wasmoscope_source_map::{InScope, OnLine, SourceMap};

/// See the module's documentation.
#[derive(Debug, Default, PartialEq)]
pub struct LineEntries {
    /// The instructions at which a visit can begin, each with the sorted instructions of the same function that lead to
    /// it within a visit.
    entries: HashMap<Position, Vec<u32>>,
    /// All instructions that lead to an entry within a visit: they have to be executed one by one to distinguish
    /// visits.
    within: HashSet<Position>,
}

/// What was executed before the next instruction, in the same frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Previous {
    /// It is unknown, for instance after restoring a checkpoint.
    #[default]
    Unknown,
    /// None of the instructions that have to be distinguished.
    Elsewhere,
    At(Position),
}

impl LineEntries {
    /// The entries of a line of a file, or of the next line that has instructions, with that line's number.
    pub fn find(program: &InstrumentedProgram, map: &dyn SourceMap, file: &str, line: u32) -> Option<(u32, Self)> {
        let (line, offsets) = map.on_line(file, line)?;
        let copy = &program.instrumented;
        let mut functions: Vec<u32> = offsets.iter().filter_map(|offset| copy.function_at(*offset)).collect();
        functions.sort_unstable();
        functions.dedup();
        let mut entries = Self::default();
        let mut after_marks = Vec::new();
        let functions = functions.into_iter().filter_map(|number| Some((number, copy.analyse(number)?)));
        let functions: Vec<_> = functions.collect();
        let of_all = functions.iter().flat_map(|(_, function)| &function.instructions);
        let offsets: Vec<u64> = of_all.map(|instruction| instruction.offset).collect();
        // In one pass: a generic function may have hundreds of instances.
        let mut on_all = map.on(file, line, &offsets).into_iter();
        for (number, function) in functions {
            let on: Vec<OnLine> = on_all.by_ref().take(function.instructions.len()).collect();
            let start = function.instructions.first().map_or(0, |first| first.offset);
            let changes = || map.changes(copy.original(), start);
            let marks = marks_of(&function, &on);
            let calls: Vec<(u32, u32)> = copy
                .operators(number)
                .filter_map(|(index, operator)| match operator {
                    Operator::Call { function_index } => Some((index, function_index)),
                    _ => None,
                })
                .collect();
            for (instruction, within) in entries_of(&function, on, &calls, changes) {
                let position = |instruction| Position { function: number, instruction };
                entries.within.extend(within.iter().copied().map(position));
                entries.entries.insert(position(instruction), within);
            }
            after_marks.extend(marks.into_iter().map(|instruction| Position { function: number, instruction }));
        }
        if entries.is_empty() {
            entries.entries = after_marks.into_iter().map(|position| (position, Vec::new())).collect();
        }
        Some((line, entries))
    }

    /// The instructions at which a visit can begin.
    pub fn positions(&self) -> impl Iterator<Item = Position> {
        self.entries.keys().copied()
    }

    /// The instructions that have to be executed one by one.
    pub fn within(&self) -> impl Iterator<Item = Position> {
        self.within.iter().copied()
    }

    pub fn is_within(&self, position: Position) -> bool {
        self.within.contains(&position)
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether a visit begins at an instruction, given the previous one. If that is unknown, the visit continues.
    pub fn begins(&self, position: Position, previous: Previous) -> bool {
        let Some(within) = self.entries.get(&position) else { return false };
        within.is_empty()
            || match previous {
                Previous::Unknown => false,
                Previous::Elsewhere => true,
                Previous::At(before) => {
                    before.function != position.function || within.binary_search(&before.instruction).is_err()
                }
            }
    }
}

/// What is known of an instruction during the analysis of a function, from its predecessors.
#[derive(Debug, Clone, Default)]
struct Node {
    /// If all paths agree on the scope in which the line was visited last: that scope, and the earliest instruction of
    /// those visits. The outer `None` means that no path is known yet.
    visited: Option<Option<(Option<u32>, u32)>>,
    /// Its predecessors by forward control flow.
    before: Vec<u32>,
    /// The first instruction from which it can be reached without leaving the line.
    reach: u32,
    /// Whether all paths to it on the line begin with the rest of an earlier visit.
    is_rest: bool,
}

/// The instructions of a function at which a visit can begin, each with the instructions that lead to it within a
/// visit.
///
/// `calls` are the calls of functions by name, with the function; `changes` are the positions where a variable gets
/// another value, both sorted.
fn entries_of(
    function: &Function,
    mut on: Vec<OnLine>,
    calls: &[(u32, u32)],
    changes: impl FnOnce() -> Vec<u64>,
) -> Vec<(u32, Vec<u32>)> {
    let mut first_columns: HashMap<Option<u32>, u32> = HashMap::new();
    for here in &on {
        for (scope, column) in here.scopes.iter().filter_map(|part| Some((part.scope, part.statement?))) {
            first_columns.entry(scope).or_insert(column);
        }
    }
    // If a line only calls something inlined, only the call counts: the first instruction of the inlined code, and not
    // those further in that control returns to from code of another line.
    let is_entry = |part: &InScope, before: Option<u64>, here: u64| match part.call_start {
        _ if part.statement.is_some() => true,
        Some(start) if !first_columns.contains_key(&part.scope) => {
            let start = u64::from(start);
            start <= here && before.is_none_or(|before| before < start)
        }
        _ => false,
    };
    let mut step_before = None;
    let mut is_header = vec![false; function.instructions.len() + 1];
    for label in function.labels.iter().filter(|label| label.kind == LabelKind::Loop) {
        is_header[function.follow(label.target) as usize] = true;
    }
    // The start of the innermost loop around each label.
    let mut loop_starts: Vec<u32> = Vec::with_capacity(function.labels.len());
    for label in &function.labels {
        let around = label.outer.map_or(0, |outer| loop_starts[outer as usize]);
        loop_starts.push(if label.kind == LabelKind::Loop { label.start } else { around });
    }
    let mut is_single = vec![false; function.instructions.len()];
    let mut nodes = vec![Node::default(); function.instructions.len()];
    let mut found: HashMap<u32, Entry> = HashMap::new();
    let mut back = Vec::new();
    let start = function.follow(0);
    for index in (0..function.instructions.len() as u32).filter(|index| function.is_step(*index)) {
        let at = index as usize;
        let before = std::mem::take(&mut nodes[at].before);
        // An instruction without a line continues that of its only predecessor.
        if !on[at].has_line
            && let [only] = before[..]
            && !is_header[at]
        {
            on[at].scopes = on[only as usize].scopes.iter().map(|part| InScope { statement: None, ..*part }).collect();
        }
        let visited_before = nodes[at].visited.flatten();
        is_single[at] = before.len() == 1 && !is_header[at];
        let here = function.instructions[at].offset;
        let entry =
            on[at].scopes.iter().find(|part| is_entry(part, step_before, here)).filter(|_| on[at].has_line).copied();
        step_before = Some(here);
        let part = entry.or(on[at].scopes.first().copied());
        if let Some(InScope { scope, statement, .. }) = part {
            let (within, outside): (Vec<u32>, Vec<u32>) =
                before.iter().partition(|other| on[**other as usize].is_in(scope));
            // Code that an optimiser has moved away from the rest of its statement has another column than the start of
            // the statement, and comes after it.
            let loop_start = loop_starts[function.instructions[at].label as usize];
            let is_left = visited_before.is_some_and(|(visited, first)| visited == scope && first >= loop_start)
                && statement.is_some_and(|column| first_columns.get(&scope) != Some(&column));
            nodes[at].reach = within.iter().map(|other| nodes[*other as usize].reach).min().unwrap_or(index);
            nodes[at].is_rest = index != start
                && within.iter().all(|other| nodes[*other as usize].is_rest)
                && if outside.is_empty() { !within.is_empty() } else { is_left };
            if entry.is_some() {
                let begins = index == start || !outside.is_empty() && !is_left;
                found.insert(index, Entry { scope, within: if is_left { before } else { within }, begins });
            }
        }
        let visited = part.map_or(visited_before, |part| Some((part.scope, index)));
        successors(function, index, |next| {
            if next <= index {
                back.push((index, next));
            } else if let Some(node) = nodes.get_mut(next as usize) {
                node.before.push(index);
                node.visited = Some(match (node.visited, visited) {
                    (None, visited) => visited,
                    (Some(Some((scope, one))), Some((other, two))) if scope == other => Some((scope, one.min(two))),
                    (Some(_), _) => None,
                });
            }
        });
    }
    for (from, to) in back {
        let Some(entry) = found.get_mut(&to) else { continue };
        let node = &nodes[from as usize];
        // In a loop with other lines, an iteration has come back to this one before its end.
        if on[from as usize].is_in(entry.scope) && node.reach > to && !node.is_rest {
            entry.within.push(from);
        } else {
            entry.begins = true;
        }
    }
    for again in repeated(function, &on, &is_single, calls, changes) {
        if let Some(entry) = found.get_mut(&again) {
            entry.within.clear();
            entry.begins = true;
        }
    }
    let entries = found.into_iter().filter(|(_, entry)| entry.begins);
    let entries = entries.map(|(index, mut entry)| {
        entry.within.sort_unstable();
        entry.within.dedup();
        (index, entry.within)
    });
    entries.collect()
}

/// An instruction of the line.
struct Entry {
    scope: Option<u32>,
    within: Vec<u32>,
    /// Whether any path to it begins a visit.
    begins: bool,
}

/// Where a line begins again within straight-line code, because the compiler has unrolled a loop and merged the copies
/// of the line: the same call at the same source position occurs again, and a variable got another value in between.
fn repeated(
    function: &Function,
    on: &[OnLine],
    is_single: &[bool],
    calls: &[(u32, u32)],
    changes: impl FnOnce() -> Vec<u64>,
) -> Vec<u32> {
    let place = |index: u32| on[index as usize].scopes.iter().find(|part| part.statement.is_some_and(|at| at > 0));
    let offset = |index: u32| function.instructions[index as usize].offset;
    let height = |index: u32| function.operands.height(function.instructions[index as usize].before);
    let pairs = calls.array_windows().filter_map(|[(first, callee), (second, again)]| {
        let part = place(*first).filter(|part| callee == again && place(*second) == Some(part))?;
        Some((*first, *second, part))
    });
    let pairs: Vec<_> = pairs.collect();
    let changes = if pairs.is_empty() { Vec::new() } else { changes() };
    let mut found = Vec::new();
    for (first, second, part) in pairs {
        let after = changes.partition_point(|change| *change <= offset(first));
        if changes.get(after).is_none_or(|change| *change > offset(second)) {
            continue;
        }
        let is_one_piece = (first + 1..=second).all(|index| {
            let is_step = function.is_step(index);
            is_step && is_single[index as usize] && on[index as usize].is_in(part.scope)
        });
        if !is_one_piece {
            continue;
        }
        // The copy begins with the first argument: where the operand stack has the same height as after the arguments
        // are popped.
        let call = &function.instructions[second as usize];
        let results =
            function.operands.down(call.after).take_while(|operand| operand.producer == second).count() as u32;
        let below = function.operands.height(call.after) - results;
        found.extend((first + 1..=second).rev().find(|index| height(*index) == below));
    }
    found
}

/// Where control continues after what is on the line, if that only marks a position: the only place to stop at for a
/// line with an `end`.
fn marks_of(function: &Function, on: &[OnLine]) -> Vec<u32> {
    let marks = (0..).zip(on).filter(|(_, on)| !on.scopes.is_empty()).map(|(index, _)| index);
    let marks = marks.filter(|index| matches!(function.instructions[*index as usize].flow, Flow::Mark(_)));
    marks.map(|index| function.follow(index)).filter(|index| function.is_step(*index)).collect()
}

/// The possible successors of an instruction in the function, skipping those that only mark a position; for a call,
/// where it returns to.
fn successors(function: &Function, index: u32, mut to: impl FnMut(u32)) {
    let target = |label: u32| function.follow(function.labels[label as usize].target);
    let next = function.follow(index + 1);
    match &function.instructions[index as usize].flow {
        Flow::Dead | Flow::Mark(_) | Flow::Return | Flow::Unreachable | Flow::TailCall => {}
        Flow::Next | Flow::Call => to(next),
        Flow::Branch(label) => to(target(*label)),
        Flow::BranchIf(label) => {
            to(target(*label));
            if target(*label) != next {
                to(next);
            }
        }
        Flow::BranchTable(labels) => {
            let mut targets: Vec<u32> = labels.iter().map(|label| target(*label)).collect();
            targets.sort_unstable();
            targets.dedup();
            targets.into_iter().for_each(to);
        }
        Flow::If(otherwise) => {
            let otherwise = function.follow(*otherwise);
            to(next);
            if otherwise != next {
                to(otherwise);
            }
        }
    }
}
