//! The frames in the state memory: their addresses, their positions, and their values.

use std::rc::Rc;

use wasmi::{Error, Val};

use super::{Machine, Position};
use crate::engine::debugger::values;
use crate::engine::instrument::layout::{self, Register};

impl Machine {
    /// The state memory.
    pub fn state(&self) -> &[u8] {
        self.attached.state.data(&self.store)
    }

    /// The state memory, for changing a local or an operand.
    pub fn state_mut(&mut self) -> &mut [u8] {
        self.attached.state.data_mut(&mut self.store)
    }

    pub fn top(&self) -> u32 {
        self.attached.register(&self.store, Register::Top)
    }

    /// The number of frames.
    pub fn depth(&self) -> u32 {
        self.attached.register(&self.store, Register::Depth)
    }

    /// The position of a frame.
    pub fn position_of(&self, frame: u32) -> Option<Position> {
        let state = self.state();
        let function = word(state, frame + layout::FUNCTION)?;
        Some(Position { function, instruction: word(state, frame + layout::NEXT)? / layout::COUNTER_STEP })
    }

    /// The position of the active call in a frame below the topmost.
    pub fn call_position(&self, frame: u32) -> Option<Position> {
        let position = self.position_of(frame)?;
        Some(Position { instruction: word(self.state(), frame + layout::CALL)?, ..position })
    }

    /// The position of the topmost frame.
    pub fn position(&self) -> Option<Position> {
        match self.top() {
            0 => None,
            top => self.position_of(top),
        }
    }

    /// The addresses of the frames, topmost first.
    pub fn frames(&self) -> Vec<u32> {
        let state = self.state();
        let mut frames = Vec::new();
        let mut frame = self.top();
        while frame != 0 {
            frames.push(frame);
            match word(state, frame + layout::BELOW) {
                // Frames are stored in the order in which they were created.
                Some(below) if below < frame => frame = below,
                _ => break,
            }
        }
        frames
    }

    /// Creates the first frame, for a function with a body.
    ///
    /// # Errors
    ///
    /// If there is no room for it.
    pub fn begin(&mut self, function: u32, arguments: &[Val]) -> Result<(), Error> {
        let program = Rc::clone(&self.program);
        let Some(info) = program.instrumented.functions.get(function as usize) else {
            return Err(Error::new("there is no such function"));
        };
        self.attached.reset(&mut self.store);
        let results = program.instrumented.stack_base;
        let frame = results + layout::align(layout::sizes(&info.results));
        self.store.data_mut().limiter.exempt(true);
        let grown = self.attached.grow(&mut self.store, frame + info.frame_size, program.instrumented.margin);
        self.store.data_mut().limiter.exempt(false);
        grown?;
        let state = self.attached.state.data_mut(&mut self.store);
        state[frame as usize..(frame + info.frame_size) as usize].fill(0);
        set_word(state, frame + layout::FUNCTION, function);
        set_word(state, frame + layout::RESULTS, results);
        let mut address = frame + layout::HEADER;
        for (ty, argument) in info.params.iter().zip(arguments) {
            values::write(self.attached, &mut self.store, address, argument);
            address += layout::size(*ty);
        }
        for ty in &info.locals {
            if matches!(ty, wasmparser::ValType::Ref(_)) {
                values::write(self.attached, &mut self.store, address, &values::null(*ty));
            }
            address += layout::size(*ty);
        }
        self.attached.set_register(&mut self.store, Register::Top, frame);
        self.attached.set_register(&mut self.store, Register::Depth, 1);
        Ok(())
    }

    /// The results of the call that [`Halt::Returned`](super::Halt::Returned) ended.
    pub fn results(&self, function: u32) -> Vec<Val> {
        let Some(info) = self.program.instrumented.functions.get(function as usize) else { return Vec::new() };
        let mut address = self.program.instrumented.stack_base;
        let mut results = Vec::with_capacity(info.results.len());
        for ty in &info.results {
            results.push(values::read(self.attached, &self.store, address, *ty));
            address += layout::size(*ty);
        }
        results
    }

    /// The value at an address of the state memory.
    pub fn value(&self, address: u32, ty: wasmparser::ValType) -> Val {
        values::read(self.attached, &self.store, address, ty)
    }

    /// Changes the value at an address of the state memory.
    pub fn set_value(&mut self, address: u32, value: &Val) {
        values::write(self.attached, &mut self.store, address, value);
    }
}

fn word(state: &[u8], address: u32) -> Option<u32> {
    let bytes = state.get(address as usize..)?.first_chunk::<4>()?;
    Some(u32::from_le_bytes(*bytes))
}

pub(super) fn set_word(state: &mut [u8], address: u32, word: u32) {
    if let Some(bytes) = state.get_mut(address as usize..address as usize + 4) {
        bytes.copy_from_slice(&word.to_le_bytes());
    }
}
