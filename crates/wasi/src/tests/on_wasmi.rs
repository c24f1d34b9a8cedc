//! Calls on wasmi, whose memory is in the host's address space.

use std::fmt::Write;

use wasmi::{Engine, Linker, Memory, Module, ResumableCall, ResumableCallHostTrap, Store, Val};

use super::{Answer, Backend};
use crate::abi::Version;
use crate::{FUNCTIONS, Function, NumType, Retry, Suspend, WasiCtx, add_to_linker, retry};

pub struct OnWasmi {
    store: Store<WasiCtx>,
    instance: wasmi::Instance,
    memory: Memory,
    waiting: Option<ResumableCallHostTrap>,
}

impl Backend for OnWasmi {
    fn start(version: Version, ctx: WasiCtx) -> Self {
        let engine = Engine::default();
        let mut linker = Linker::new(&engine);
        add_to_linker(&mut linker, |ctx| ctx).unwrap();
        let module = Module::new(&engine, wat::parse_str(every_call_exported(version)).unwrap());
        let mut store = Store::new(&engine, ctx);
        let instance = linker.instantiate_and_start(&mut store, &module.unwrap()).unwrap();
        let memory = instance.get_memory(&store, "memory").unwrap();
        Self { store, instance, memory, waiting: None }
    }

    fn ctx(&mut self) -> &mut WasiCtx {
        self.store.data_mut()
    }

    fn call(&mut self, function: &'static Function, arguments: &[u64]) -> Answer {
        let types = function.parameters().iter().zip(arguments);
        let arguments: Vec<Val> = types
            .map(|(ty, &argument)| match ty {
                NumType::I32 => Val::I32(argument as i32),
                NumType::I64 => Val::I64(argument as i64),
            })
            .collect();
        let mut results: Vec<Val> = function.results().iter().map(|_| Val::I32(0)).collect();
        let function = self.instance.get_func(&self.store, function.name()).unwrap();
        match function.call_resumable(&mut self.store, &arguments, &mut results) {
            Ok(ResumableCall::Finished) => Answer::Errno(results[0].i32().unwrap()),
            Ok(ResumableCall::HostTrap(trap)) => match trap.host_error().downcast_ref::<Suspend>() {
                Some(suspend) => {
                    let suspend = *suspend;
                    self.waiting = Some(trap);
                    Answer::Suspend(suspend)
                }
                None => ended(trap.host_error()),
            },
            Ok(ResumableCall::OutOfFuel(_)) => Answer::Other("out of fuel".to_owned()),
            Err(error) => ended(&error),
        }
    }

    fn retry(&mut self) -> Result<Answer, String> {
        match retry(&mut self.store, self.memory, |ctx| ctx).map_err(|error| error.to_string())? {
            Retry::Suspend(suspend) => Ok(Answer::Suspend(suspend)),
            Retry::Resume(errno) => {
                let mut results = [Val::I32(-1)];
                let waiting = self.waiting.take().unwrap();
                Ok(match waiting.resume(&mut self.store, &[Val::I32(errno)], &mut results).unwrap() {
                    ResumableCall::Finished => Answer::Errno(results[0].i32().unwrap()),
                    _ => Answer::Other("waits again".to_owned()),
                })
            }
        }
    }

    fn put(&mut self, pointer: u32, bytes: &[u8]) {
        self.memory.write(&mut self.store, pointer as usize, bytes).unwrap();
    }

    fn get(&self, pointer: u32, len: usize) -> Vec<u8> {
        self.memory.data(&self.store)[pointer as usize..][..len].to_vec()
    }

    fn grow(&mut self, pages: u64) {
        self.memory.grow(&mut self.store, pages).unwrap();
    }
}

fn ended(error: &wasmi::Error) -> Answer {
    match error.i32_exit_status() {
        Some(code) => Answer::Exit(code.cast_unsigned()),
        None => Answer::Other(error.to_string()),
    }
}

/// A module that exports each function it imports under its own name, and two pages of memory.
fn every_call_exported(version: Version) -> String {
    let module = version.module();
    let (mut imports, mut exports) = (String::new(), String::new());
    for function in FUNCTIONS {
        let name = function.name();
        let types = |types: &[NumType]| types.iter().map(|ty| format!(" {ty}")).collect::<String>();
        let (params, result) = (types(function.parameters()), format!("(result{})", types(function.results())));
        let gets: String = (0..function.parameters().len()).map(|index| format!(" (local.get {index})")).collect();
        writeln!(imports, "(import \"{module}\" \"{name}\" (func ${name} (param{params}) {result}))").unwrap();
        writeln!(exports, "(func (export \"{name}\") (param{params}) {result} (call ${name}{gets}))").unwrap();
    }
    format!("(module {imports} (memory (export \"memory\") 2) {exports})")
}
