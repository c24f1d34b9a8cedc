//! The choice of an engine: wasmi, or the browser's own. The browser's executes the instrumented copy, which can be
//! paused; where it refuses that, wasmi does the work, and the page says why.

use std::rc::Rc;

use super::Platform;
use crate::engine::debugger::{DebugSession, InstrumentedProgram, ProgramError};
use crate::engine::reversible::executor::wasmi::Wasmi;
use crate::engine::runtime::{Counters, Limits, Outcome, Progress, Session};
use crate::engine::wasi::WasiCtx;
use crate::protocol::{Engine, EngineUsed};

/// A program, instrumented and compiled.
pub(super) struct Chosen {
    pub program: Rc<InstrumentedProgram>,
    pub used: EngineUsed,
}

/// Instruments a program and compiles it for an engine, or for wasmi if the engine refuses it.
///
/// # Errors
///
/// wasmi's refusal.
#[inline(never)] // In the rest (`xtask/src/hooks/parts.rs`).
pub(super) fn choose(
    engine: Engine,
    wasm: &[u8],
    limits: &Limits,
    platform: &impl Platform,
) -> Result<Chosen, ProgramError> {
    let instead = match engine {
        Engine::Wasmi => None,
        Engine::Browser => match in_browser(wasm, limits, platform) {
            Ok(program) => return Ok(Chosen { program: Rc::new(program), used: EngineUsed::chosen(engine) }),
            Err(reason) => Some(reason),
        },
    };
    let program = InstrumentedProgram::new(wasm, limits.clone(), &Wasmi)?;
    Ok(Chosen { program: Rc::new(program), used: EngineUsed { engine: Engine::Wasmi, instead } })
}

/// Compiles it with the browser's engine; if that does not work, says why.
pub(super) fn in_browser(
    wasm: &[u8],
    limits: &Limits,
    platform: &impl Platform,
) -> Result<InstrumentedProgram, String> {
    let Some(executor) = platform.browser_engine() else { return Err("there is no browser here".to_owned()) };
    InstrumentedProgram::new(wasm, limits.clone(), &*executor).map_err(|error| match error {
        ProgramError::Compile(reason) => reason.to_string(),
        ProgramError::Instrument(reason) => reason.to_string(),
    })
}

/// A plain run, on either engine.
pub(super) enum Execution {
    Wasmi(Box<Session>),
    Copy {
        session: Box<DebugSession>,
        /// How it ended.
        over: Option<Outcome>,
    },
}

impl Execution {
    /// A run of the instrumented copy.
    pub fn of_copy(session: DebugSession) -> Self {
        Self::Copy { session: Box::new(session), over: None }
    }

    /// The call, as a user would write it.
    pub fn description(&self) -> &str {
        match self {
            Self::Wasmi(session) => session.description(),
            Self::Copy { session, .. } => session.description(),
        }
    }

    /// Continues for about this many instructions, or until the program waits or ends.
    pub fn advance(&mut self, fuel: u64) -> Progress {
        match self {
            Self::Wasmi(session) => session.advance(fuel),
            Self::Copy { over: Some(outcome), .. } => Progress::Done(outcome.clone()),
            Self::Copy { session, over } => {
                let progress = session.run_to_end(fuel);
                if let Progress::Done(outcome) = &progress {
                    *over = Some(outcome.clone());
                }
                progress
            }
        }
    }

    /// Ends the run from outside.
    pub fn end(&mut self, outcome: Outcome) {
        match self {
            Self::Wasmi(session) => session.end(outcome),
            Self::Copy { over, .. } => drop(over.get_or_insert(outcome)),
        }
    }

    pub fn wasi(&self) -> &WasiCtx {
        match self {
            Self::Wasmi(session) => session.wasi(),
            Self::Copy { session, .. } => session.wasi(),
        }
    }

    pub fn wasi_mut(&mut self) -> &mut WasiCtx {
        match self {
            Self::Wasmi(session) => session.wasi_mut(),
            Self::Copy { session, .. } => session.wasi_mut(),
        }
    }

    /// The number of memories of the module.
    pub fn memories(&self) -> usize {
        match self {
            Self::Wasmi(session) => session.memories(),
            Self::Copy { session, .. } => session.state().memories(),
        }
    }

    /// The size of a memory in bytes.
    pub fn memory_size(&self, memory: usize) -> u64 {
        match self {
            Self::Wasmi(session) => session.memory(memory).map_or(0, |bytes| bytes.len() as u64),
            Self::Copy { session, .. } => session.state().memory_size(memory).unwrap_or(0),
        }
    }

    /// Bytes of a memory, which have to be in its bounds.
    pub fn memory(&self, memory: usize, start: u64, length: u64) -> Vec<u8> {
        match self {
            Self::Wasmi(session) => {
                let bytes =
                    session.memory(memory).and_then(|bytes| bytes.get(start as usize..)?.get(..length as usize));
                bytes.unwrap_or_default().to_vec()
            }
            Self::Copy { session, .. } => {
                session.state().memory(memory, start, length).unwrap_or_default().into_owned()
            }
        }
    }

    /// The resources used so far.
    pub fn counters(&self) -> Counters {
        match self {
            Self::Wasmi(session) => session.counters(),
            Self::Copy { session, .. } => Counters {
                fuel: session.step(),
                peak_memory: session.peak_memory(),
                host_calls: session.wasi().host_calls(),
                output: session.wasi().output_bytes(),
            },
        }
    }

    /// The last growth that a limit refused, as a sentence without a full stop.
    pub fn refused(&self) -> Option<String> {
        match self {
            Self::Wasmi(session) => session.refused(),
            Self::Copy { session, .. } => session.refused(),
        }
    }
}
