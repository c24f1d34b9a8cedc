//! Executes the directives of a script.

use std::collections::HashMap;

use wast::core::WastRetCore;
use wast::token::Id;
use wast::{QuoteWat, WastArg, WastDirective, WastExecute, WastInvoke, WastRet};

use super::module::{build, imported_modules, refused};
use super::stop::{Stop, Unavailable, failed};
use super::value::list;
use super::{Failing, Failure, InstanceId, Interpreter, Report, Value, expect};

/// The instance of a module in the script, or why there is none.
type Slot = Result<InstanceId, Unavailable>;

/// A valid module in the binary format.
type Definition = Result<Vec<u8>, Unavailable>;

/// The result of an operation; a `Stop` prevents it from being tried.
type Tried<T> = Result<Result<T, Failure>, Stop>;

pub(super) struct Runner<'a> {
    text: &'a str,
    interpreter: &'a mut dyn Interpreter,
    report: Report,
    /// The module that directives without a name refer to.
    current: Option<Slot>,
    instances: HashMap<String, Slot>,
    last_definition: Option<Definition>,
    definitions: HashMap<String, Definition>,
    /// Names under which unavailable modules were registered.
    not_there: HashMap<String, Unavailable>,
}

impl<'a> Runner<'a> {
    pub fn new(text: &'a str, interpreter: &'a mut dyn Interpreter) -> Self {
        Self {
            text,
            interpreter,
            report: Report::default(),
            current: None,
            instances: HashMap::new(),
            last_definition: None,
            definitions: HashMap::new(),
            not_there: HashMap::new(),
        }
    }

    pub fn run(mut self, directives: Vec<WastDirective<'_>>) -> Report {
        for directive in directives {
            let offset = directive.span().offset();
            let is_module = matches!(
                directive,
                WastDirective::Module(_) | WastDirective::ModuleDefinition(_) | WastDirective::ModuleInstance { .. }
            );
            // A module or a call on its own asserts nothing: it is reported only if it fails.
            let counts = !is_module && !matches!(directive, WastDirective::Register { .. } | WastDirective::Invoke(_));
            match self.directive(directive) {
                Ok(()) => self.report.passed += usize::from(counts),
                Err(Stop::Failed(message)) => {
                    self.report.failed.push(Failing::at(self.text, offset, message));
                }
                Err(Stop::NotRun(proposals)) => {
                    let not_run = self.report.not_run.entry(proposals.join(", ")).or_default();
                    not_run.modules += usize::from(is_module);
                    not_run.assertions += usize::from(counts);
                }
            }
        }
        self.report
    }

    fn directive(&mut self, directive: WastDirective<'_>) -> Result<(), Stop> {
        match directive {
            WastDirective::Module(mut module) => {
                let name = module.name();
                let built = build(&mut module);
                self.define_instance(name, built)
            }
            WastDirective::ModuleDefinition(mut module) => {
                let name = module.name();
                let built = build(&mut module);
                self.define(name, built)
            }
            WastDirective::ModuleInstance { instance, module, .. } => {
                let definition = match module {
                    Some(name) => self.definitions.get(name.name()),
                    None => self.last_definition.as_ref(),
                };
                let wasm = match definition {
                    Some(Ok(wasm)) => Ok(wasm.clone()),
                    Some(Err(unavailable)) => Err(unavailable.clone().into()),
                    None => failed("there is no such definition"),
                };
                self.define_instance(instance, wasm)
            }
            WastDirective::Register { name, module, .. } => self.register(name, module),
            WastDirective::Invoke(invoke) => match self.invoke(invoke)? {
                Ok(_) => Ok(()),
                Err(failure) => failed(format!("the call failed: {failure}")),
            },
            WastDirective::AssertReturn { exec, results, .. } => self.assert_return(exec, &results),
            WastDirective::AssertTrap { exec, message, .. } => self.assert_failure(exec, "the trap", message),
            WastDirective::AssertExhaustion { call, message, .. } => {
                self.assert_failure(WastExecute::Invoke(call), "the trap", message)
            }
            WastDirective::AssertUnlinkable { module, message, .. } => {
                self.assert_failure(WastExecute::Wat(module), "an import that does not link:", message)
            }
            WastDirective::AssertException { exec, .. } => {
                let got = self.execute(exec)?;
                failed(format!("expected an exception, got {}", outcome(&got)))
            }
            WastDirective::AssertMalformed { mut module, message, .. }
            | WastDirective::AssertMalformedCustom { mut module, message, .. }
            | WastDirective::AssertInvalid { mut module, message, .. }
            | WastDirective::AssertInvalidCustom { mut module, message, .. } => refused(&mut module, message),
            WastDirective::AssertSuspension { .. } => Err(Stop::NotRun(vec!["stack-switching"])),
            WastDirective::Thread(_) | WastDirective::Wait { .. } => Err(Stop::NotRun(vec!["threads"])),
        }
    }

    fn define(&mut self, name: Option<Id<'_>>, wasm: Result<Vec<u8>, Stop>) -> Result<(), Stop> {
        let definition = wasm.as_ref().map(Vec::clone).map_err(Unavailable::from);
        if let Some(name) = name {
            self.definitions.insert(name.name().to_owned(), definition.clone());
        }
        self.last_definition = Some(definition);
        wasm.map(drop)
    }

    /// Instantiates a module, and records the result.
    fn define_instance(&mut self, name: Option<Id<'_>>, wasm: Result<Vec<u8>, Stop>) -> Result<(), Stop> {
        let made = wasm.and_then(|wasm| match self.instantiate(&wasm)? {
            Ok(instance) => Ok(instance),
            Err(failure) => failed(format!("the module cannot be instantiated: {failure}")),
        });
        let slot = made.as_ref().copied().map_err(Unavailable::from);
        if let Some(name) = name {
            self.instances.insert(name.name().to_owned(), slot.clone());
        }
        self.current = Some(slot);
        made.map(drop)
    }

    fn instantiate(&mut self, wasm: &[u8]) -> Tried<InstanceId> {
        for module in imported_modules(wasm) {
            if let Some(unavailable) = self.not_there.get(module) {
                return Err(unavailable.clone().into());
            }
        }
        Ok(self.interpreter.instantiate(wasm))
    }

    fn register(&mut self, name: &str, module: Option<Id<'_>>) -> Result<(), Stop> {
        match self.slot(module)? {
            Ok(instance) => {
                self.not_there.remove(name);
                self.interpreter.register(name, instance);
                Ok(())
            }
            Err(unavailable) => {
                self.not_there.insert(name.to_owned(), unavailable.clone());
                Err(unavailable.into())
            }
        }
    }

    fn slot(&self, module: Option<Id<'_>>) -> Result<Slot, Stop> {
        let slot = match module {
            Some(name) => self.instances.get(name.name()),
            None => self.current.as_ref(),
        };
        match (slot, module) {
            (Some(slot), _) => Ok(slot.clone()),
            (None, Some(name)) => failed(format!("there is no module ${}", name.name())),
            (None, None) => failed("there is no module before this"),
        }
    }

    fn instance(&self, module: Option<Id<'_>>) -> Result<InstanceId, Stop> {
        Ok(self.slot(module)??)
    }

    fn invoke(&mut self, invoke: WastInvoke<'_>) -> Tried<Vec<Value>> {
        let instance = self.instance(invoke.module)?;
        let mut arguments = Vec::with_capacity(invoke.args.len());
        for argument in &invoke.args {
            match argument {
                WastArg::Core(argument) => match expect::argument(argument) {
                    Some(value) => arguments.push(value),
                    None => return failed(format!("unsupported argument {argument:?}")),
                },
                other => return failed(format!("unsupported argument {other:?}: components are not supported")),
            }
        }
        Ok(self.interpreter.invoke(instance, invoke.name, &arguments))
    }

    fn execute(&mut self, execute: WastExecute<'_>) -> Tried<Vec<Value>> {
        match execute {
            WastExecute::Invoke(invoke) => self.invoke(invoke),
            WastExecute::Wat(module) => {
                let wasm = build(&mut QuoteWat::Wat(module))?;
                Ok(self.instantiate(&wasm)?.map(|_| Vec::new()))
            }
            WastExecute::Get { module, global, .. } => {
                let instance = self.instance(module)?;
                Ok(self.interpreter.get_global(instance, global).map(|value| vec![value]))
            }
        }
    }

    fn assert_return(&mut self, execute: WastExecute<'_>, expected: &[WastRet<'_>]) -> Result<(), Stop> {
        let mut patterns: Vec<&WastRetCore<'_>> = Vec::with_capacity(expected.len());
        for pattern in expected {
            match pattern {
                WastRet::Core(pattern) => patterns.push(pattern),
                other => return failed(format!("unsupported result {other:?}: components are not supported")),
            }
        }
        let wanted = match patterns.as_slice() {
            [] => "nothing".to_owned(),
            patterns => patterns.iter().map(|pattern| expect::describe(pattern)).collect::<Vec<_>>().join(" "),
        };
        match self.execute(execute)? {
            Ok(values) => {
                let holds = values.len() == patterns.len()
                    && patterns.iter().zip(&values).all(|(pattern, value)| expect::matches(pattern, *value));
                if holds {
                    return Ok(());
                }
                let beside =
                    |(index, value): (usize, &Value)| expect::describe_beside(patterns.get(index).copied(), *value);
                let got: Vec<String> = values.iter().enumerate().map(beside).collect();
                let got = if got.is_empty() { "nothing".to_owned() } else { got.join(" ") };
                failed(format!("expected {wanted}, got {got}"))
            }
            Err(failure) => failed(format!("expected {wanted}, got {failure}")),
        }
    }

    fn assert_failure(&mut self, execute: WastExecute<'_>, kind: &str, message: &str) -> Result<(), Stop> {
        match self.execute(execute)? {
            Err(failure) if failure.is(message) => Ok(()),
            other => failed(format!("expected {kind} \"{message}\", got {}", outcome(&other))),
        }
    }
}

fn outcome(outcome: &Result<Vec<Value>, Failure>) -> String {
    match outcome {
        Ok(values) => list(values),
        Err(failure) => failure.to_string(),
    }
}
