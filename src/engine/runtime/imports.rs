//! Which imports are provided, and what to say of those that are not.

use wasmi::ValType;

use crate::engine::diagnostic::Problem;
use crate::engine::inspect::{Import, Summary};
use crate::engine::wasi;
use crate::engine::{value, words};

/// The modules that WASI preview 1 is imported from, now and in its first snapshot.
const MODULES: [&str; 2] = ["wasi_snapshot_preview1", "wasi_unstable"];

/// The imports that nobody provides: a problem for each, with the import's offset in the binary. Who wrote the module as
/// text gets advice for that, not for a compiler.
pub fn missing(file: &str, summary: &Summary, is_text: bool) -> Vec<(u64, Problem)> {
    let imports = summary.imports.iter();
    imports
        .filter_map(|import| lack(import).map(|lack| (import.offset, problem(file, import, &lack, is_text))))
        .collect()
}

/// Every import, and whether it is provided.
pub fn provided(summary: &Summary) -> impl Iterator<Item = (&Import, bool)> {
    summary.imports.iter().map(|import| (import, lack(import).is_none()))
}

enum Lack {
    /// Nothing of that name.
    Unknown { near: Option<&'static str> },
    /// There is such a function, of another type.
    OtherType { provided: String },
}

/// What an import lacks to be provided; `None` if it is.
fn lack(import: &Import) -> Option<Lack> {
    if !MODULES.contains(&import.module.as_str()) {
        return Some(Lack::Unknown { near: None });
    }
    match wasi::parameters(&import.name) {
        Some(parameters) => {
            let results: &[ValType] = if import.name == "proc_exit" { &[] } else { &[ValType::I32] };
            let provided = text(parameters, results);
            (provided != import.ty).then_some(Lack::OtherType { provided })
        }
        None => Some(Lack::Unknown { near: words::nearest(&import.name, wasi::CALLS.iter().copied()) }),
    }
}

fn text(params: &[ValType], results: &[ValType]) -> String {
    let list = |word: &str, types: &[ValType]| match types {
        [] => String::new(),
        types => format!(" ({word} {})", types.iter().map(|ty| value::name(*ty)).collect::<Vec<_>>().join(" ")),
    };
    format!("(func{}{})", list("param", params), list("result", results))
}

fn problem(file: &str, import: &Import, lack: &Lack, is_text: bool) -> Problem {
    let Import { module, name, ty, .. } = import;
    match lack {
        Lack::OtherType { provided } => Problem::error(
            file,
            format!("the import \"{module}\" \"{name}\" is declared as {ty}, but it is {provided}"),
        )
        .help("declare it with the type it has"),
        Lack::Unknown { near } => {
            let problem = Problem::error(file, format!("nothing provides the import \"{module}\" \"{name}\" {ty}"));
            problem.help(advice(module, name, *near, is_text))
        }
    }
}

/// What would provide an import, told from the names that toolchains use.
fn advice(module: &str, name: &str, near: Option<&str>, is_text: bool) -> String {
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
        "env" if !is_text => "it is declared `extern` in the program, and nothing defines it: define it, link the library that does, \
                  or, for Emscripten, build with `-sSTANDALONE_WASM`"
            .to_owned(),
        _ => "in a browser, JavaScript would hand it in; here a program prints with `fd_write` of \
              \"wasi_snapshot_preview1\" or gives back a result"
            .to_owned(),
    }
}
