//! Changing a value in a stopped program. Execution diverges from there: the timeline forks.

use wasmi::Val;

use super::session::DebugSession;
use crate::engine::vfs::Vfs;

/// What is changed.
#[derive(Debug, Clone)]
pub enum Change {
    /// A local of a frame; the topmost frame is 0.
    Local {
        frame: usize,
        local: usize,
        value: Val,
    },
    /// A value on the operand stack of a frame; the deepest operand is 0.
    Operand {
        frame: usize,
        operand: usize,
        value: Val,
    },
    Global {
        global: usize,
        value: Val,
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

impl DebugSession {
    /// Changes a value and forks the timeline.
    ///
    /// # Errors
    ///
    /// If there is no such value, or it has another type.
    pub fn change(&mut self, change: Change) -> Result<(), ChangeError> {
        if self.machine().is_waiting() {
            return Err(ChangeError::Waiting);
        }
        self.apply(change.clone())?;
        self.fork(change);
        Ok(())
    }

    /// Writes the value.
    pub(super) fn apply(&mut self, change: Change) -> Result<(), ChangeError> {
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
                let before = self.machine().globals().nth(global).ok_or(ChangeError::NotThere)?;
                if before.ty() != value.ty() {
                    return Err(ChangeError::OtherType);
                }
                if !self.machine_mut().set_global(global, value) {
                    return Err(ChangeError::NotMutable);
                }
            }
            Change::Memory { memory, address, bytes } => {
                let target = self.machine_mut().memory_mut(memory).ok_or(ChangeError::NotThere)?;
                let start = usize::try_from(address).map_err(|_| ChangeError::OutOfBounds)?;
                let end = start.checked_add(bytes.len()).ok_or(ChangeError::OutOfBounds)?;
                target.get_mut(start..end).ok_or(ChangeError::OutOfBounds)?.copy_from_slice(&bytes);
            }
            Change::Files(tree) => self.wasi_mut().set_vfs(tree),
        }
        Ok(())
    }

    fn write(&mut self, address: u32, before: &Val, value: &Val) -> Result<(), ChangeError> {
        if before.ty() != value.ty() {
            return Err(ChangeError::OtherType);
        }
        self.machine_mut().set_value(address, value);
        Ok(())
    }
}
