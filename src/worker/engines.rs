//! The choice of an engine: wasmi, or the browser's own. The browser's executes the instrumented copy, which can be
//! paused; where it refuses that, wasmi does the work, and the page says why.

use std::rc::Rc;

use super::Platform;
use crate::engine::debugger::{DebugSession, InstrumentedProgram, ProgramError};
use crate::engine::reversible::executor::wasmi::Wasmi;
use crate::engine::runtime::{Counters, Limits, Outcome, Progress, Session};
use crate::engine::wasi::WasiCtx;
use crate::protocol::{Engine, EngineUsed};

/// A program, instrumented and compiled, and the engine that executes it.
pub(super) struct Chosen {
    pub program: Rc<InstrumentedProgram>,
    pub used: EngineUsed,
}

/// The compiled copies of one program. Each run takes the same ones: a browser compiles what runs often once more, better,
/// and that stays with the compiled module.
#[derive(Default)]
pub(super) struct Copies(Vec<Compiled>);

struct Compiled {
    engine: Engine,
    limits: Limits,
    program: Result<Rc<InstrumentedProgram>, String>,
}

impl Copies {
    /// The copy for an engine, or for wasmi if the engine refuses it.
    ///
    /// # Errors
    ///
    /// wasmi's refusal.
    #[inline(never)] // In the rest (`xtask/src/hooks/parts.rs`).
    pub fn choose(
        &mut self,
        engine: Engine,
        wasm: &[u8],
        limits: &Limits,
        platform: &impl Platform,
    ) -> Result<Chosen, String> {
        let instead = match (engine, self.get(engine, wasm, limits, platform)) {
            (engine, Ok(program)) => return Ok(Chosen { program, used: EngineUsed::chosen(engine) }),
            (Engine::Wasmi, Err(reason)) => return Err(reason),
            (Engine::Browser, Err(reason)) => Some(reason),
        };
        let program = self.get(Engine::Wasmi, wasm, limits, platform)?;
        Ok(Chosen { program, used: EngineUsed { engine: Engine::Wasmi, instead } })
    }

    /// The copy for an engine.
    ///
    /// # Errors
    ///
    /// Why it cannot be compiled.
    #[inline(never)] // In the rest (`xtask/src/hooks/parts.rs`).
    pub fn get(
        &mut self,
        engine: Engine,
        wasm: &[u8],
        limits: &Limits,
        platform: &impl Platform,
    ) -> Result<Rc<InstrumentedProgram>, String> {
        let known = self.0.iter().position(|copy| copy.engine == engine);
        if let Some(known) = known {
            if self.0[known].limits == *limits {
                return self.0[known].program.clone();
            }
            self.0.remove(known);
        }
        let program = match engine {
            Engine::Wasmi => InstrumentedProgram::new(wasm, limits.clone(), &Wasmi).map_err(|error| error.to_string()),
            Engine::Browser => in_browser(wasm, limits, platform),
        };
        let program = program.map(Rc::new);
        self.0.push(Compiled { engine, limits: limits.clone(), program: program.clone() });
        program
    }
}

/// Compiles it with the browser's engine.
fn in_browser(wasm: &[u8], limits: &Limits, platform: &impl Platform) -> Result<InstrumentedProgram, String> {
    let Some(executor) = platform.browser_engine() else { return Err("there is no browser here".to_owned()) };
    InstrumentedProgram::new(wasm, limits.clone(), &*executor).map_err(|error| match error {
        ProgramError::Compile(reason) => reason.to_string(),
        ProgramError::Instrument(reason) => reason.to_string(),
    })
}

/// A plain run, on either engine.
pub(super) enum Execution {
    Wasmi(Box<Session>),
    Copy(Box<CopyRun>),
}

/// A run of the instrumented copy: no checkpoints are taken.
pub(super) struct CopyRun {
    session: DebugSession,
    /// How it ended.
    over: Option<Outcome>,
}

impl CopyRun {
    #[inline(never)] // In the rest (`xtask/src/hooks/parts.rs`), as are the others.
    fn advance(&mut self, steps: u64) -> Progress {
        if let Some(outcome) = &self.over {
            return Progress::Done(outcome.clone());
        }
        let progress = self.session.run_to_end(steps);
        if let Progress::Done(outcome) = &progress {
            self.over = Some(outcome.clone());
        }
        progress
    }

    #[inline(never)]
    fn counters(&self) -> Counters {
        Counters {
            fuel: self.session.step(),
            peak_memory: self.session.peak_memory(),
            host_calls: self.session.wasi().host_calls(),
            output: self.session.wasi().output_bytes(),
        }
    }

    #[inline(never)]
    fn memory(&self, memory: usize, start: u64, length: u64) -> Vec<u8> {
        self.session.state().memory(memory, start, length).unwrap_or_default().into_owned()
    }
}

impl Execution {
    /// A run of the instrumented copy.
    pub fn of_copy(session: DebugSession) -> Self {
        Self::Copy(Box::new(CopyRun { session, over: None }))
    }

    /// The session of the instrumented copy, which knows where the program is; wasmi does not report that.
    pub fn copied(&self) -> Option<&DebugSession> {
        match self {
            Self::Wasmi(_) => None,
            Self::Copy(run) => Some(&run.session),
        }
    }

    /// The call, as a user would write it.
    pub fn description(&self) -> &str {
        match self {
            Self::Wasmi(session) => session.description(),
            Self::Copy(run) => run.session.description(),
        }
    }

    /// Continues for about this many instructions, or until the program waits or ends.
    pub fn advance(&mut self, fuel: u64) -> Progress {
        match self {
            Self::Wasmi(session) => session.advance(fuel),
            Self::Copy(run) => run.advance(fuel),
        }
    }

    /// Ends the run from outside.
    pub fn end(&mut self, outcome: Outcome) {
        match self {
            Self::Wasmi(session) => session.end(outcome),
            Self::Copy(run) => drop(run.over.get_or_insert(outcome)),
        }
    }

    pub fn wasi(&self) -> &WasiCtx {
        match self {
            Self::Wasmi(session) => session.wasi(),
            Self::Copy(run) => run.session.wasi(),
        }
    }

    pub fn wasi_mut(&mut self) -> &mut WasiCtx {
        match self {
            Self::Wasmi(session) => session.wasi_mut(),
            Self::Copy(run) => run.session.wasi_mut(),
        }
    }

    /// The number of memories of the module.
    pub fn memories(&self) -> usize {
        match self {
            Self::Wasmi(session) => session.memories(),
            Self::Copy(run) => run.session.state().memories(),
        }
    }

    /// The size of a memory in bytes.
    pub fn memory_size(&self, memory: usize) -> u64 {
        match self {
            Self::Wasmi(session) => session.memory(memory).map_or(0, |bytes| bytes.len() as u64),
            Self::Copy(run) => run.session.state().memory_size(memory).unwrap_or(0),
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
            Self::Copy(run) => run.memory(memory, start, length),
        }
    }

    /// The resources used so far.
    pub fn counters(&self) -> Counters {
        match self {
            Self::Wasmi(session) => session.counters(),
            Self::Copy(run) => run.counters(),
        }
    }

    /// The last growth that a limit refused, as a sentence without a full stop.
    pub fn refused(&self) -> Option<String> {
        match self {
            Self::Wasmi(session) => session.refused(),
            Self::Copy(run) => run.session.refused(),
        }
    }
}
