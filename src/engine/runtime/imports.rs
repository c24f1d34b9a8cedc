//! Which imports are provided, and what to say of those that are not.

use wasmi::{Engine, Extern, Linker, Store};

use super::limits::{Limiter, Limits};
use super::session::{self, Host};
use crate::engine::diagnostic::Problem;
use crate::engine::inspect::{Import, Summary};
use crate::engine::value;
use crate::engine::vfs::Vfs;
use crate::engine::wasi::{Clock, Random, WasiConfig, WasiCtx};
use crate::engine::words;

/// The imports that nobody provides: a problem for each, with the import's offset in the binary.
pub fn missing(file: &str, summary: &Summary) -> Vec<(u64, Problem)> {
    if summary.imports.is_empty() {
        return Vec::new();
    }
    let Some(mut provided) = Provided::new() else { return Vec::new() };
    summary
        .imports
        .iter()
        .filter_map(|import| provided.lacks(import).map(|lack| (import.offset, problem(file, import, &lack))))
        .collect()
}

/// Every import, and whether it is provided.
pub fn provided(summary: &Summary) -> impl Iterator<Item = (&Import, bool)> {
    let mut provided = if summary.imports.is_empty() { None } else { Provided::new() };
    summary.imports.iter().map(move |import| {
        let lacks = provided.as_mut().is_none_or(|provided| provided.lacks(import).is_some());
        (import, !lacks)
    })
}

enum Lack {
    /// Nothing of that name.
    Unknown { near: Option<String> },
    /// There is such a function, of another type.
    OtherType { provided: String },
}

/// What the linker has, to be asked.
struct Provided {
    store: Store<Host>,
    linker: Linker<Host>,
}

impl Provided {
    fn new() -> Option<Self> {
        let engine = Engine::default();
        let linker = session::linker(&engine).ok()?;
        let wasi = WasiCtx::new(WasiConfig {
            args: Vec::new(),
            env: Vec::new(),
            vfs: Vfs::default(),
            preopens: Vec::new(),
            clock: Box::new(Nothing),
            random: Box::new(Nothing),
            output_limit: None,
        });
        let store = Store::new(&engine, Host { wasi, limiter: Limiter::new(&Limits::default()) });
        Some(Self { store, linker })
    }

    fn lacks(&mut self, import: &Import) -> Option<Lack> {
        match self.linker.get(&mut self.store, &import.module, &import.name) {
            Some(Extern::Func(function)) => {
                let ty = function.ty(&self.store);
                let provided = text(ty.params(), ty.results());
                (provided != import.ty).then_some(Lack::OtherType { provided })
            }
            Some(_) => Some(Lack::Unknown { near: None }),
            None => {
                let near = words::nearest(&import.name, crate::engine::wasi::FUNCTIONS.iter().copied());
                Some(Lack::Unknown { near: near.map(str::to_owned) })
            }
        }
    }
}

fn text(params: &[wasmi::ValType], results: &[wasmi::ValType]) -> String {
    let list = |word: &str, types: &[wasmi::ValType]| match types {
        [] => String::new(),
        types => format!(" ({word} {})", types.iter().map(|ty| value::name(*ty)).collect::<Vec<_>>().join(" ")),
    };
    format!("(func{}{})", list("param", params), list("result", results))
}

fn problem(file: &str, import: &Import, lack: &Lack) -> Problem {
    let Import { module, name, ty, .. } = import;
    match lack {
        Lack::OtherType { provided } => Problem::error(
            file,
            format!("the import \"{module}\" \"{name}\" is declared as {ty}, but it is {provided}"),
        )
        .help("declare it with the type it has"),
        Lack::Unknown { near } => {
            let problem = Problem::error(file, format!("nothing provides the import \"{module}\" \"{name}\" {ty}"));
            problem.help(advice(module, name, near.as_deref()))
        }
    }
}

/// What would provide an import, told from the names that toolchains use.
fn advice(module: &str, name: &str, near: Option<&str>) -> String {
    match module {
        "wasi_snapshot_preview1" | "wasi_unstable" => match near {
            Some(near) => format!("WASI preview 1 has no such function; did you mean `{near}`?"),
            None => "WASI preview 1 has no such function; see the list of its 46 functions in the documentation".to_owned(),
        },
        _ if module.starts_with("wasi:") => {
            "WASI 0.2 provides it, and this page runs WASI preview 1: build with `--target wasm32-wasip1`".to_owned()
        }
        "wasi" if name == "thread-spawn" => {
            "threads are not run here: build with `--target wasm32-wasip1`, without threads".to_owned()
        }
        "go" | "gojs" => "Go's JavaScript glue provides it: build with `GOOS=wasip1 GOARCH=wasm` instead".to_owned(),
        "GOT.mem" | "GOT.func" => "a dynamic linker provides it: link the program statically".to_owned(),
        "env" if name == "memory" => {
            "define the memory in the module instead: `(memory (export \"memory\") 1)`, or link without `--import-memory`"
                .to_owned()
        }
        "env" => "it is declared `extern` in the program, and nothing defines it: define it, link the library that does, \
                  or, for Emscripten, build with `-sSTANDALONE_WASM`"
            .to_owned(),
        _ => "in a browser, JavaScript would hand it in; here a program prints with `fd_write` of \
              \"wasi_snapshot_preview1\" or gives back a result"
            .to_owned(),
    }
}

/// A world without time and chance, for a context that is never run.
struct Nothing;

impl Clock for Nothing {
    fn realtime_ns(&mut self) -> u64 {
        0
    }

    fn monotonic_ns(&mut self) -> u64 {
        0
    }
}

impl Random for Nothing {
    fn fill(&mut self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}
