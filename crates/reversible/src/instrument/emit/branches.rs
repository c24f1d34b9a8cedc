//! Control flow between basic blocks.

use wasm_encoder::{BlockType, MemArg, MemArgTarget};
use wasmparser::ValType;

use super::{COUNTER, Emitter, FRAME, Mode, SCRATCH, TEMPORARIES};
use crate::instrument::layout;
use crate::instrument::operands::StackId;
use crate::instrument::support::{self, Slot, load, store};

impl Emitter<'_, '_> {
    /// Continues at that instruction, from within this many blocks.
    pub(super) fn go_to(&mut self, target: u32, blocks: u32) {
        match self.mode {
            Mode::Run => {
                self.sink().i32_const((target * layout::COUNTER_STEP) as i32).local_set(COUNTER);
                let depth = self.dispatch + blocks;
                self.sink().br(depth);
            }
            Mode::Step => {
                support::set_counter(&mut self.sink(), FRAME, target * layout::COUNTER_STEP);
                self.sink().i32_const(layout::FINISHED).return_();
            }
        }
    }

    /// Continues at one of two instructions, depending on the condition in [`SCRATCH`].
    pub(super) fn choose(&mut self, then: u32, otherwise: u32) {
        if self.mode == Mode::Step {
            self.sink().local_get(FRAME);
        }
        self.sink().i32_const((then * layout::COUNTER_STEP) as i32);
        self.sink().i32_const((otherwise * layout::COUNTER_STEP) as i32);
        self.sink().local_get(SCRATCH).select();
        match self.mode {
            Mode::Run => {
                let depth = self.dispatch;
                self.sink().local_set(COUNTER).br(depth);
            }
            Mode::Step => {
                self.sink().i32_store(MemArg {
                    offset: u64::from(layout::NEXT),
                    align: 2,
                    target: MemArgTarget::Memory(0),
                    ordering: None,
                });
                self.sink().i32_const(layout::FINISHED).return_();
            }
        }
    }

    pub(super) fn branch_table(&mut self, stack: StackId, labels: &[u32]) {
        let mut distinct: Vec<u32> = labels.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        let case = |label: &u32| distinct.binary_search(label).unwrap_or(0) as u32;
        let count = distinct.len() as u32;
        for _ in 0..count {
            self.sink().block(BlockType::Empty);
        }
        let Some((default, targets)) = labels.split_last() else { return };
        self.sink().local_get(SCRATCH).br_table(targets.iter().map(case).collect::<Vec<_>>(), case(default)).end();
        for (index, label) in distinct.iter().enumerate() {
            let label = &self.function.labels[*label as usize];
            self.move_values(stack, label.base, &label.values);
            let around = count - 1 - index as u32;
            self.go_to(self.function.follow(label.target), around);
            if around > 0 {
                self.sink().end();
            }
        }
    }

    pub(super) fn label_places(&self, base: StackId, values: &[ValType]) -> Vec<Slot> {
        let mut start = self.function.operands.bytes(base);
        let mut places = Vec::with_capacity(values.len());
        for ty in values {
            places.push(self.operand_place(start));
            start += layout::size(*ty);
        }
        places
    }

    /// Whether a branch has to move its values down.
    pub(super) fn moves(&self, stack: StackId, base: StackId, values: usize) -> bool {
        values > 0 && self.function.operands.height(stack) != self.function.operands.height(base) + values as u32
    }

    pub(super) fn move_values(&mut self, stack: StackId, base: StackId, values: &[ValType]) {
        if !self.moves(stack, base, values.len()) {
            return;
        }
        let from = self.function.operands.topmost(stack, values.len() as u32);
        for (operand, to) in from.iter().zip(self.label_places(base, values)) {
            let place = self.operand_place(operand.start());
            load(&mut self.sink(), operand.ty, place);
            store(&mut self.sink(), operand.ty, to, TEMPORARIES);
        }
    }
}
