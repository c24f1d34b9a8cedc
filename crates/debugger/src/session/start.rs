//! Starts a session: instruments and instantiates the module, and plans its calls.

use std::rc::Rc;

use super::DebugSession;
use super::command::{Command, Goal, StopReason};
use crate::breakpoints::BreakpointObserver;
use crate::machine::Machine;
use crate::names::Names;
use crate::program::InstrumentedProgram;
use crate::replay::Replayer;
use crate::replay::calls::PlannedCall;
use wasmoscope_module::diagnostic::Problem;
use wasmoscope_module::inspect::{Summary, imports};
use wasmoscope_reversible::executor::Executor;
use wasmoscope_reversible::executor::wasmi::Wasmi;
use wasmoscope_reversible::instrument::Watched;
use wasmoscope_runtime::limits::Refusal;
use wasmoscope_runtime::outcome::Outcome;
use wasmoscope_runtime::{Entry, Limits, StartError, plan, segment_trap};
use wasmoscope_wasi::WasiCtx;

impl DebugSession {
    /// Instruments and instantiates a valid module; it then stands before its first instruction.
    ///
    /// # Errors
    ///
    /// As [`Session::start`](wasmoscope_runtime::Session::start).
    pub fn start(
        file: &str,
        wasm: &[u8],
        summary: &Summary,
        entry: &Entry,
        limits: Limits,
        wasi: WasiCtx,
    ) -> Result<Self, StartError> {
        Self::start_on(&Wasmi, file, wasm, summary, entry, limits, wasi)
    }

    /// Like [`DebugSession::start`], on another engine than wasmi.
    ///
    /// # Errors
    ///
    /// As [`DebugSession::start`], and what that engine refuses.
    pub fn start_on(
        executor: &dyn Executor,
        file: &str,
        wasm: &[u8],
        summary: &Summary,
        entry: &Entry,
        limits: Limits,
        wasi: WasiCtx,
    ) -> Result<Self, StartError> {
        let refused = |error: &dyn std::fmt::Display| Box::new(Problem::error(file, error.to_string()));
        let program = InstrumentedProgram::new(wasm, limits, executor).map_err(|error| refused(&error))?;
        Self::with_program(file, Rc::new(program), wasm, summary, entry, wasi)
    }

    /// Like [`DebugSession::start`], for a program that has been instrumented and compiled.
    ///
    /// # Errors
    ///
    /// As [`DebugSession::start`].
    pub fn with_program(
        file: &str,
        program: Rc<InstrumentedProgram>,
        wasm: &[u8],
        summary: &Summary,
        entry: &Entry,
        mut wasi: WasiCtx,
    ) -> Result<Self, StartError> {
        let refused = |error: &dyn std::fmt::Display| Box::new(Problem::error(file, error.to_string()));
        let missing = imports::missing(file, summary, false);
        if !missing.is_empty() {
            return Err(StartError::Problems(missing.into_iter().map(|(_, problem)| problem).collect()));
        }
        let plan = plan::plan(file, summary, entry)?;
        if let Some(refusal) = Refusal::at_start(program.instrumented.memory_bytes, &program.limits) {
            return Err(StartError::Outcome(Outcome::refused(&refusal)));
        }
        let exports = exported_functions(wasm).map_err(|error| refused(&error))?;
        let find = |name: &str| exports.iter().find(|(export, _)| export == name).map(|(_, index)| *index);
        let mut calls = Vec::new();
        if let Some(start) = program.instrumented.start {
            calls.push(PlannedCall { function: start, arguments: Vec::new() });
        }
        let initialize = summary.function_export("_initialize").filter(|export| export.params.is_empty());
        if initialize.is_some()
            && plan.name.as_deref() != Some("_initialize")
            && let Some(function) = find("_initialize")
        {
            calls.push(PlannedCall { function, arguments: Vec::new() });
        }
        if let Some(function) = plan.name.as_deref().and_then(find) {
            calls.push(PlannedCall { function, arguments: plan.arguments });
        }
        wasi.keep_all_output();
        let machine = Machine::new(&program, wasi, Watched::Nothing).map_err(|(failure, host)| {
            match (failure.trap(), host.limiter.refused()) {
                (_, Some(refusal)) => StartError::Outcome(Outcome::refused(refusal)),
                (Some(kind), None) => StartError::Outcome(segment_trap(kind, &program.limits)),
                (None, None) => refused(&failure).into(),
            }
        })?;
        let mut breakpoints = BreakpointObserver::new(Rc::clone(&program));
        let replayer = Replayer::new(program, machine, Names::read(wasm), calls, plan.is_command, &mut breakpoints);
        let mut session = Self {
            replayer,
            breakpoints,
            goal: Goal::Idle(StopReason::Start),
            stops: Vec::new(),
            at_end: false,
            description: plan.description,
            source_map: None,
            lines: None,
        };
        if session.replayer.end().is_some() {
            session.ask(Command::JumpToEnd);
        }
        Ok(session)
    }
}

fn exported_functions(wasm: &[u8]) -> wasmparser::Result<Vec<(String, u32)>> {
    let mut exports = Vec::new();
    for payload in wasmparser::Parser::new(0).parse_all(wasm) {
        if let wasmparser::Payload::ExportSection(section) = payload? {
            for export in section {
                let export = export?;
                if export.kind == wasmparser::ExternalKind::Func {
                    exports.push((export.name.to_owned(), export.index));
                }
            }
        }
    }
    Ok(exports)
}
