//! Loads and stores locals and operands of the frame.

use wasmparser::ValType;

use super::{Emitter, FRAME, TEMPORARIES};
use crate::instrument::operands::StackId;
use crate::instrument::support::{Slot, load, store};

impl Emitter<'_, '_> {
    pub(super) fn local(&self, index: u32) -> (ValType, Slot) {
        let ty = self.function.locals[index as usize];
        (ty, Slot { base: FRAME, offset: self.function.local(index) })
    }

    /// The slot in the frame for the operands' bytes from `start` on.
    pub(super) fn operand_place(&self, start: u32) -> Slot {
        Slot { base: FRAME, offset: self.function.operands_start() + start }
    }

    pub(super) fn load_operands(&mut self, stack: StackId, count: u32) {
        for operand in self.function.operands.topmost(stack, count) {
            let place = self.operand_place(operand.start());
            load(&mut self.sink(), operand.ty, place);
        }
    }

    /// Stores the operands above the height `lowest`, which are on WebAssembly's own stack, in the frame.
    pub(super) fn save(&mut self, stack: StackId, lowest: u32) {
        let function = self.function;
        for operand in function.operands.down(stack).take_while(|operand| operand.height > lowest) {
            let place = self.operand_place(operand.start());
            store(&mut self.sink(), operand.ty, place, TEMPORARIES);
        }
    }

    /// Stores results, which are on WebAssembly's own stack, at their place in the frame's operand stack.
    pub(super) fn save_results(&mut self, after: StackId, count: u32) {
        let height = self.function.operands.height(after);
        self.save(after, height - count);
    }
}
