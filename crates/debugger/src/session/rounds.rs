//! In which round of its loops an instruction is executed.
//!
//! A loop can only be entered again by a branch to a loop around it. So its round is the number of times that its first
//! instruction has been reached since the first instruction of the next loop around it was reached the last time, or
//! since the call began. Both are found by going back to where the call began, and running forward to those
//! instructions.

use super::{DebugSession, RunResult, RunSpec};
use crate::machine::Position;
use crate::queries::search::{Search, SearchKind};
use wasmoscope_module::words::grouped;
use wasmoscope_reversible::instrument::{Flow, LabelKind};

/// How many loops around an instruction are looked at.
const MOST_LOOPS: usize = 3;
/// How often a count may stop, and how many steps it may take: together a fraction of a second.
const MOST_STOPS: u64 = 20_000;
const MOST_STEPS: u64 = 5_000_000;

/// A loop around an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoopRound {
    /// The offset of the `loop` in the binary.
    pub offset: u64,
    /// 1 is the first time through.
    pub round: u64,
}

/// `, in round 5 of the loop at line 14, round 2 of the loop at line 12`, or nothing; `line` is the line of an offset in
/// the binary.
pub fn describe_rounds(rounds: &[LoopRound], line: impl Fn(u64) -> Option<String>) -> String {
    let described = rounds.iter().enumerate().map(|(index, LoopRound { offset, round })| {
        let within = if index == 0 { "in " } else { "" };
        let of = match (line(*offset), index) {
            (Some(line), _) => format!("the loop at {line}"),
            (None, 0) => "its loop".to_owned(),
            (None, _) => "the loop around that".to_owned(),
        };
        format!(", {within}round {} of {of}", grouped(*round))
    });
    described.collect()
}

impl DebugSession {
    /// The rounds of the loops around the next instruction, innermost first; none if counting them would take long. Goes
    /// back and returns for that, without changing anything.
    pub fn loop_rounds(&mut self) -> Vec<LoopRound> {
        let loops = self.loops_here();
        if loops.is_empty() || self.machine().is_waiting() {
            return Vec::new();
        }
        let now = self.step();
        let line_step = self.breakpoints.take_line_step(self.replayer.machine_mut());
        let rounds = self.count_rounds(&loops).unwrap_or_default();
        self.replayer.cancel_seek();
        self.replayer.restore_nearest(now, &mut self.breakpoints);
        let mut left = u64::MAX;
        let _ = self.run_until(&RunSpec::to(now), &mut left);
        self.breakpoints.put_line_step_back(line_step);
        rounds
    }

    /// The loops around the next instruction, innermost first: their offsets and first instructions. Two loops never have
    /// the same one: the `loop` of the inner one is an instruction, too.
    fn loops_here(&self) -> Vec<(u64, Position)> {
        let found =
            self.machine().position().and_then(|at| Some((at, self.program().instrumented.analyse(at.function)?)));
        let Some((position, function)) = found else { return Vec::new() };
        // A function may be called again in place of itself: that begins its loops again from the first round.
        if function.instructions.iter().any(|instruction| instruction.flow == Flow::TailCall) {
            return Vec::new();
        }
        let labels = function.labels_around(position.instruction).map(|(_, label)| label);
        let loops = labels.filter(|label| label.kind == LabelKind::Loop).map(|label| {
            let offset = function.instructions.get(label.start as usize).map_or(0, |start| start.offset);
            (offset, Position { instruction: function.follow(label.target), ..position })
        });
        loops.take(MOST_LOOPS).collect()
    }

    /// `None` if that takes too long.
    fn count_rounds(&mut self, loops: &[(u64, Position)]) -> Option<Vec<LoopRound>> {
        let (mut left, mut stops) = (MOST_STEPS, 0);
        let left = &mut left;
        let (now, frame, depth) = (self.step(), self.machine().top(), self.state().depth());
        let call = self.state().call();
        let mut from = 0;
        if depth > 1 {
            let mut search = Search::new(SearchKind::Depth(depth - 1), now);
            from = search.go_on(&mut self.replayer, &mut self.breakpoints, left)?.map_or(0, |(step, _)| step);
        }
        let mut rounds = Vec::with_capacity(loops.len());
        for (offset, head) in loops.iter().rev() {
            self.replayer.restore_nearest(from, &mut self.breakpoints);
            if let RunResult::SliceExhausted = self.run_until(&RunSpec::to(from), left) {
                return None;
            }
            let is_counted = |session: &Self| {
                let machine = session.machine();
                session.state().call() == call && machine.top() == frame && machine.position() == Some(*head)
            };
            // The program may begin with a loop.
            let (mut round, mut last) = (u64::from(is_counted(self)), from);
            while self.step() < now {
                let spec = RunSpec { target: Some(*head), from: self.step(), ..RunSpec::to(now) };
                stops += 1;
                match self.run_until(&spec, left) {
                    _ if stops > MOST_STOPS => return None,
                    RunResult::ReachedTarget | RunResult::ReachedLimit => {}
                    RunResult::Ended => break,
                    _ => return None,
                }
                if is_counted(self) {
                    round += 1;
                    last = self.step();
                }
            }
            from = last;
            rounds.push(LoopRound { offset: *offset, round });
        }
        rounds.reverse();
        Some(rounds)
    }
}
