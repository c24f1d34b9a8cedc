//! Running a program under wasmtime.

use crate::{Ended, Run, TRAPPED, tree};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use wasmtime::{Config, Engine, Linker, Module, OptLevel, Store};
use wasmtime_wasi::p1::{self, WasiP1Ctx};
use wasmtime_wasi::p2::pipe::{MemoryInputPipe, MemoryOutputPipe};
use wasmtime_wasi::{FsPerms, I32Exit, WasiCtxBuilder};

/// The most that a program may print, in bytes.
const OUTPUT: usize = 64 << 20;

/// Runs it to its end.
pub fn run(run: &Run) -> Ended {
    let folder = run.folder("there");
    let (stdout, stderr) = (MemoryOutputPipe::new(OUTPUT), MemoryOutputPipe::new(OUTPUT));
    let mut wasi = WasiCtxBuilder::new();
    wasi.arg(run.wasm.display().to_string()).args(&run.arguments).envs(&run.environment);
    wasi.stdin(MemoryInputPipe::new(run.input.clone())).stdout(stdout.clone()).stderr(stderr.clone());
    wasi.preopened_dir(&folder, "/", FsPerms::ReadWrite).expect("the folder is there");
    let code = start(run, wasi.build_p1());
    let text = |pipe: MemoryOutputPipe| String::from_utf8_lossy(&pipe.contents()).into_owned();
    Ended { code, stdout: text(stdout), stderr: text(stderr), tree: tree::read(&folder) }
}

fn start(run: &Run, wasi: WasiP1Ctx) -> i32 {
    let module = module(&run.wasm);
    let engine = module.engine();
    let mut linker: Linker<WasiP1Ctx> = Linker::new(engine);
    p1::add_to_linker_sync(&mut linker, |state| state).expect("the linker is empty");
    let mut store = Store::new(engine, wasi);
    let instance = linker.instantiate(&mut store, &module).expect("it imports WASI only");
    let entry = instance.get_typed_func::<(), ()>(&mut store, "_start").expect("it is a command");
    match entry.call(&mut store, ()) {
        Ok(()) => 0,
        Err(error) => error.downcast_ref::<I32Exit>().map_or(TRAPPED, |exit| exit.0),
    }
}

/// The compiled program; one that is run several times is compiled once.
fn module(wasm: &Path) -> Module {
    static MODULES: Mutex<BTreeMap<PathBuf, Module>> = Mutex::new(BTreeMap::new());
    let mut modules = MODULES.lock().unwrap_or_else(PoisonError::into_inner);
    let compile = || {
        let mut config = Config::new();
        // The programs run for a moment only.
        config.cranelift_opt_level(OptLevel::None);
        let engine = Engine::new(&config).expect("the configuration is one");
        Module::from_file(&engine, wasm).expect("the program is a module")
    };
    modules.entry(wasm.to_owned()).or_insert_with(compile).clone()
}
