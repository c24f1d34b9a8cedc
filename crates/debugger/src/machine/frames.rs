//! The frames in the state memory: their addresses, their positions, and their values.

use super::{Machine, Position};
use wasmoscope_module::value::Value;
use wasmoscope_reversible::executor::frames;
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
    pub fn frames(&self) -> impl Iterator<Item = u32> {
        let below = |frame: &u32| {
            let below = self.word(frame + layout::BELOW)?;
            // Frames are stored in the order in which they were created.
            (below != 0 && below < *frame).then_some(below)
        };
        std::iter::successors(Some(self.top()).filter(|top| *top != 0), below)
    }

    /// The address of a frame, counted from the topmost, which is 0.
    pub fn frame(&self, index: usize) -> Option<u32> {
        self.frames().nth(index)
    }

    /// The address of the frame directly above the lowest `depth` frames; `None` if there is no further frame.
    pub fn frame_above(&self, depth: u32) -> Option<u32> {
        self.frame(self.depth().checked_sub(depth + 1)? as usize)
    }

    /// Creates the first frame, for a function by its index in the original.
    ///
    /// # Errors
    ///
    /// If the function has no body, or there is no room for it.
    pub fn begin(&mut self, function: u32, arguments: &[Value]) -> Result<(), Failure> {
        frames::begin(&mut *self.instance, &self.program.instrumented, function, arguments)
    }

    /// The results of the call that [`Halt::Returned`](super::Halt::Returned) ended.
    pub fn results(&self, function: u32) -> Vec<Value> {
        frames::results(&*self.instance, &self.program.instrumented, function)
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
