//! Changing a value in a stopped program. Execution diverges from there: the timeline forks.

use wasmoscope_module::value::Value;

use super::{Observer, Replayer};
use wasmoscope_vfs::Vfs;

/// What is changed.
#[derive(Debug, Clone)]
pub enum Change {
    /// A local of a frame; the topmost frame is 0.
    Local {
        frame: usize,
        local: usize,
        value: Value,
    },
    /// A value on the operand stack of a frame; the deepest operand is 0.
    Operand {
        frame: usize,
        operand: usize,
        value: Value,
    },
    Global {
        global: usize,
        value: Value,
    },
    Memory {
        memory: usize,
        address: u64,
        bytes: Vec<u8>,
    },
    /// All files, as the user left them.
    Files(Vfs),
}

/// A change at its step, as part of the timeline.
#[derive(Debug, Clone)]
pub struct Changed {
    pub step: u64,
    pub change: Change,
    /// The address of the frame, if the change is to a value in a frame.
    pub frame: Option<u32>,
}

/// Why a value cannot be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChangeError {
    #[error("there is no such value here")]
    NotThere,
    #[error("the value is of another type")]
    OtherType,
    #[error("the global is not mutable")]
    NotMutable,
    #[error("the address is outside the memory")]
    OutOfBounds,
    #[error("the program is waiting in a host call: step back first")]
    Waiting,
}

impl Replayer {
    /// Makes a change at the current step. Execution diverges here, and everything recorded for later steps is
    /// discarded.
    ///
    /// # Errors
    ///
    /// If there is no such value, or it has another type.
    pub fn change(&mut self, change: Change, observer: &mut dyn Observer) -> Result<(), ChangeError> {
        if self.machine().is_waiting() {
            return Err(ChangeError::Waiting);
        }
        self.apply(change.clone())?;
        let step = self.step();
        self.checkpoints.discard_from(step);
        self.wasi_mut().forget_what_comes();
        self.wasi_mut().call_steps_mut().forget_from(step);
        self.end = None;
        self.furthest = step;
        self.handed_out = self.output_bytes();
        observer.diverged();
        let frame = self.frame_of(&change);
        self.changes.retain(|changed| changed.step <= step);
        self.changes.push(Changed { step, change, frame });
        self.changed = self.changes.len();
        self.take_checkpoint(observer);
        Ok(())
    }

    /// Schedules changes for when their steps are reached; to be called before anything is executed.
    pub fn make_changes(&mut self, mut changes: Vec<(u64, Change)>, observer: &dyn Observer) {
        changes.sort_by_key(|(step, _)| *step);
        self.changes = changes.into_iter().map(|(step, change)| Changed { step, change, frame: None }).collect();
        self.changed = 0;
        self.reapply_changes();
        self.checkpoints.discard_from(self.step());
        self.take_checkpoint(observer);
    }

    /// The user's changes, with their steps.
    pub fn changes(&self) -> &[Changed] {
        &self.changes
    }

    /// The user's changes before and at this step.
    pub fn changes_so_far(&self) -> &[Changed] {
        &self.changes[..self.changed.min(self.changes.len())]
    }

    /// The address of the frame that a change concerns.
    fn frame_of(&self, change: &Change) -> Option<u32> {
        match change {
            Change::Local { frame, .. } | Change::Operand { frame, .. } => self.machine().frame(*frame),
            Change::Global { .. } | Change::Memory { .. } | Change::Files(_) => None,
        }
    }

    /// Applies the user's changes at this step again.
    pub(super) fn reapply_changes(&mut self) {
        while let Some(changed) = self.changes.get(self.changed).filter(|changed| changed.step == self.step()).cloned()
        {
            // A change from a bookmark does not know its frame yet.
            let frame = self.frame_of(&changed.change);
            if let Some(known) = self.changes.get_mut(self.changed) {
                known.frame = frame;
            }
            self.changed += 1;
            // It succeeded the first time, in the same state.
            let _ = self.apply(changed.change);
        }
    }

    /// Writes the value.
    fn apply(&mut self, change: Change) -> Result<(), ChangeError> {
        match change {
            Change::Local { frame, local, value } => {
                let frame = self.state().call_stack(frame + 1).into_iter().nth(frame).ok_or(ChangeError::NotThere)?;
                let local = frame.locals.get(local).ok_or(ChangeError::NotThere)?;
                self.write(local.address, &local.value, &value)?;
            }
            Change::Operand { frame, operand, value } => {
                let frame = self.state().call_stack(frame + 1).into_iter().nth(frame).ok_or(ChangeError::NotThere)?;
                let operand = frame.operand_stack.get(operand).ok_or(ChangeError::NotThere)?;
                self.write(operand.address, &operand.value, &value)?;
            }
            Change::Global { global, value } => {
                let before = self.machine().global(global).ok_or(ChangeError::NotThere)?;
                if before.ty() != value.ty() {
                    return Err(ChangeError::OtherType);
                }
                if !self.machine_mut().set_global(global, value) {
                    return Err(ChangeError::NotMutable);
                }
            }
            Change::Memory { memory, address, bytes } => {
                if self.machine().memory_size(memory).is_none() {
                    return Err(ChangeError::NotThere);
                }
                if !self.machine_mut().write_memory(memory, address, &bytes) {
                    return Err(ChangeError::OutOfBounds);
                }
            }
            Change::Files(tree) => self.wasi_mut().set_vfs(tree),
        }
        Ok(())
    }

    fn write(&mut self, address: u32, before: &Value, value: &Value) -> Result<(), ChangeError> {
        if before.ty() != value.ty() {
            return Err(ChangeError::OtherType);
        }
        self.machine_mut().set_value(address, *value);
        Ok(())
    }
}
