//! The operand stacks of a function, one for each instruction, sharing common parts.

use wasmparser::ValType;

use super::layout;

/// An operand stack, as its topmost operand; [`Operands::EMPTY`] is the empty one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StackId(u32);

/// A value on an operand stack.
#[derive(Debug, Clone, Copy)]
pub struct Operand {
    below: StackId,
    pub ty: ValType,
    /// The instruction that pushed it, by its index in the function. For a value that several paths produce, the `end`
    /// where they meet.
    pub producer: u32,
    /// The number of operands, including this one.
    pub height: u32,
    /// Where this operand ends, in bytes from the start of the frame's operands.
    end: u32,
}

impl Operand {
    /// Where this operand begins, in bytes from the start of the frame's operands.
    pub fn start(&self) -> u32 {
        self.end - layout::size(self.ty)
    }
}

/// All operand stacks of a function.
#[derive(Debug, Default)]
pub struct Operands {
    all: Vec<Operand>,
}

impl Operands {
    pub const EMPTY: StackId = StackId(u32::MAX);

    /// The topmost operand.
    pub fn top(&self, stack: StackId) -> Option<&Operand> {
        self.all.get(stack.0 as usize)
    }

    pub fn push(&mut self, below: StackId, ty: ValType, producer: u32) -> StackId {
        let end = self.bytes(below) + layout::size(ty);
        self.all.push(Operand { below, ty, producer, height: self.height(below) + 1, end });
        StackId((self.all.len() - 1) as u32)
    }

    /// The stack without its topmost `count` operands.
    pub fn pop(&self, mut stack: StackId, count: u32) -> StackId {
        for _ in 0..count {
            match self.top(stack) {
                Some(operand) => stack = operand.below,
                None => break,
            }
        }
        stack
    }

    /// How many operands there are.
    pub fn height(&self, stack: StackId) -> u32 {
        self.top(stack).map_or(0, |operand| operand.height)
    }

    /// How many bytes they take in a frame.
    pub fn bytes(&self, stack: StackId) -> u32 {
        self.top(stack).map_or(0, |operand| operand.end)
    }

    /// From the top down.
    pub fn down(&self, stack: StackId) -> impl Iterator<Item = &Operand> {
        std::iter::successors(self.top(stack), |operand| self.top(operand.below))
    }

    /// The topmost `count` operands, the deepest of them first.
    pub fn topmost(&self, stack: StackId, count: u32) -> Vec<Operand> {
        let mut operands: Vec<Operand> = self.down(stack).take(count as usize).copied().collect();
        operands.reverse();
        operands
    }

    /// Every operand of every stack.
    pub fn all(&self) -> impl Iterator<Item = &Operand> {
        self.all.iter()
    }

    /// The most bytes that any stack takes.
    pub fn most_bytes(&self) -> u32 {
        self.all.iter().map(|operand| operand.end).max().unwrap_or(0)
    }
}
