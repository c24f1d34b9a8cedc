//! The frames in the state memory: their addresses, their positions, and their values.

use std::rc::Rc;

use super::{Machine, Position};
use wasmoscope_module::value::Value;
use wasmoscope_reversible::instrument::layout::{self, Register};
use wasmoscope_runtime::outcome::Failure;

impl Machine {
    /// The size of the state memory, in bytes.
    #[cfg(test)]
    pub fn state_size(&self) -> usize {
        self.instance.state(0..u32::MAX).len()
    }

    /// A word of the state memory.
    fn word(&self, address: u32) -> Option<u32> {
        self.instance.word(address)
    }

    /// Whether a segment has been dropped, by its index among all of them, data segments first.
    pub fn is_dropped(&self, segment: u32) -> bool {
        let place = layout::DROPS + segment;
        self.instance.state(place..place + 1).first().is_some_and(|dropped| *dropped != 0)
    }

    pub fn top(&self) -> u32 {
        self.instance.register(Register::Top)
    }

    /// The number of frames.
    pub fn depth(&self) -> u32 {
        self.instance.register(Register::Depth)
    }

    /// The position of a frame.
    pub fn position_of(&self, frame: u32) -> Option<Position> {
        let function = self.word(frame + layout::FUNCTION)?;
        Some(Position { function, instruction: self.word(frame + layout::NEXT)? / layout::COUNTER_STEP })
    }

    /// The position of the active call in a frame below the topmost.
    pub fn call_position(&self, frame: u32) -> Option<Position> {
        let position = self.position_of(frame)?;
        Some(Position { instruction: self.word(frame + layout::CALL)?, ..position })
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
        let mut frames = Vec::new();
        let mut frame = self.top();
        while frame != 0 {
            frames.push(frame);
            match self.word(frame + layout::BELOW) {
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
    pub fn begin(&mut self, function: u32, arguments: &[Value]) -> Result<(), Failure> {
        let program = Rc::clone(&self.program);
        let Some(info) = program.instrumented.functions.get(function as usize) else {
            return Err(Failure::other("there is no such function"));
        };
        let instance = &mut self.instance;
        instance.reset();
        let results = program.instrumented.stack_base;
        let frame = results + layout::align(layout::sizes(&info.results));
        instance.grow_state(frame + info.frame_size)?;
        instance.write_state(frame, &vec![0; info.frame_size as usize]);
        instance.write_state(frame + layout::FUNCTION, &function.to_le_bytes());
        instance.write_state(frame + layout::RESULTS, &results.to_le_bytes());
        let mut address = frame + layout::HEADER;
        for (ty, argument) in info.params.iter().zip(arguments) {
            instance.set_value(address, *argument);
            address += layout::size(*ty);
        }
        for ty in &info.locals {
            if let Some(null) = Value::null(*ty) {
                instance.set_value(address, null);
            }
            address += layout::size(*ty);
        }
        instance.set_register(Register::Top, frame);
        instance.set_register(Register::Depth, 1);
        Ok(())
    }

    /// The results of the call that [`Halt::Returned`](super::Halt::Returned) ended.
    pub fn results(&self, function: u32) -> Vec<Value> {
        let Some(info) = self.program.instrumented.functions.get(function as usize) else { return Vec::new() };
        let mut address = self.program.instrumented.stack_base;
        let mut results = Vec::with_capacity(info.results.len());
        for ty in &info.results {
            results.push(self.instance.value(address, *ty));
            address += layout::size(*ty);
        }
        results
    }

    /// The value at an address of the state memory.
    pub fn value(&self, address: u32, ty: wasmparser::ValType) -> Value {
        self.instance.value(address, ty)
    }

    /// Changes the value at an address of the state memory.
    pub fn set_value(&mut self, address: u32, value: Value) {
        self.instance.set_value(address, value);
    }
}
