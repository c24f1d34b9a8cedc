//! Which imports are provided, and advice on unresolved ones.

use wasmoscope_wasi::{self as wasi, NumType};

use super::{Import, Summary};
use crate::diagnostic::Problem;
use crate::words;

/// The modules that WASI preview 1 is imported from, now and in its first snapshot.
const MODULES: [&str; 2] = ["wasi_snapshot_preview1", "wasi_unstable"];

/// The unresolved imports: a problem for each, with the import's offset in the binary. The author of a module in text
/// gets advice for that, not for a compiler.
pub fn missing(file: &str, summary: &Summary, is_text: bool) -> Vec<(u64, Problem)> {
    let imports = summary.imports.iter();
    imports
        .filter_map(|import| {
            mismatch(import).map(|mismatch| (import.offset, problem(file, import, &mismatch, is_text)))
        })
        .collect()
}

/// Every import, and whether it is provided.
pub fn provided(summary: &Summary) -> impl Iterator<Item = (&Import, bool)> {
    summary.imports.iter().map(|import| (import, mismatch(import).is_none()))
}

enum ImportMismatch {
    /// There is no function with that name.
    Unknown { near: Option<&'static str> },
    /// The function exists, but has another type.
    OtherType { provided: String },
}

/// Why an import is not provided; `None` if it is.
fn mismatch(import: &Import) -> Option<ImportMismatch> {
    if !MODULES.contains(&import.module.as_str()) {
        return Some(ImportMismatch::Unknown { near: None });
    }
    match wasi::function(&import.name) {
        Some(function) => {
            let provided = text(function.parameters(), function.results());
            (provided != import.ty).then_some(ImportMismatch::OtherType { provided })
        }
        None => Some(ImportMismatch::Unknown { near: words::nearest(&import.name, wasi::CALLS.iter().copied()) }),
    }
}

fn text(params: &[NumType], results: &[NumType]) -> String {
    let list = |word: &str, types: &[NumType]| match types {
        [] => String::new(),
        types => format!(" ({word} {})", types.iter().map(NumType::to_string).collect::<Vec<_>>().join(" ")),
    };
    format!("(func{}{})", list("param", params), list("result", results))
}

fn problem(file: &str, import: &Import, mismatch: &ImportMismatch, is_text: bool) -> Problem {
    let Import { module, name, ty, .. } = import;
    let (shown_module, shown_name) = (quoted(module), quoted(name));
    match mismatch {
        ImportMismatch::OtherType { provided } => Problem::error(
            file,
            format!("the import {shown_module} {shown_name} is declared as {ty}, but it is {provided}"),
        )
        .help("declare it with that type"),
        ImportMismatch::Unknown { near } => {
            let problem = Problem::error(file, format!("unresolved import {shown_module} {shown_name} {ty}"));
            problem.help(advice(import, *near, is_text))
        }
    }
}

/// A quoted name, as in the text format.
fn quoted(name: &str) -> String {
    match words::name(name) {
        std::borrow::Cow::Borrowed(plain) => format!("\"{plain}\""),
        std::borrow::Cow::Owned(quoted) => quoted,
    }
}

/// Build commands that work here, for languages whose usual build does not.
const GO: &str = "Go's JavaScript glue provides it: build with `GOOS=wasip1 GOARCH=wasm go build`";
const TINYGO: &str = "TinyGo's JavaScript glue provides it: build with `tinygo build -target=wasip1`";
const WASM_BINDGEN: &str = "the JavaScript that wasm-bindgen generates provides it: build the program for WASI, \
                            `cargo build --target wasm32-wasip1`, without wasm-bindgen";
const EMSCRIPTEN: &str = "Emscripten's JavaScript provides it: build with `-sSTANDALONE_WASM`, without browser APIs";
const KOTLIN: &str = "Kotlin's JavaScript glue provides it: build for the target `wasmWasi` instead of `wasmJs`";
const DOTNET: &str = ".NET's JavaScript runtime provides it: build for the runtime identifier `wasi-wasm`";
const ASSEMBLYSCRIPT: &str = "AssemblyScript's JavaScript glue provides it";

/// Advice on how to provide an import, based on the names that toolchains use, and on its type if the name is
/// ambiguous.
fn advice(import: &Import, near: Option<&str>, is_text: bool) -> String {
    let Import { module, name, ty, .. } = import;
    let (module, name, ty) = (module.as_str(), name.as_str(), ty.as_str());
    let takes = |parameters: &str| ty == format!("(func (param {parameters}))");
    let text = match module {
        "wasi_snapshot_preview1" | "wasi_unstable" => match near {
            Some(near) => return format!("WASI preview 1 has no such function; did you mean `{near}`?"),
            None => "WASI preview 1 has no such function; check its name",
        },
        _ if module.starts_with("wasi:") => {
            "WASI 0.2 provides it, and this page runs WASI preview 1: build with `--target wasm32-wasip1`"
        }
        "wasi" if name == "thread-spawn" => {
            "threads are not supported here: build with `--target wasm32-wasip1`, without threads"
        }
        // Go's own functions take one address, where all their arguments are; TinyGo's take the arguments themselves.
        "gojs" if !takes("i32") => TINYGO,
        "env" if name.starts_with("syscall/js.") || name.starts_with("runtime.") => TINYGO,
        "go" | "gojs" => GO,
        "GOT.mem" | "GOT.func" => "a dynamic linker provides it: link the program statically",
        _ if module.starts_with("__wbindgen") || name.starts_with("__wbg_") || name.starts_with("__wbindgen_") => {
            WASM_BINDGEN
        }
        _ if module.starts_with("./") && module.ends_with("_bg.js") => WASM_BINDGEN,
        "js_code" | "intrinsics" | "./js-helper.mjs" => KOTLIN,
        _ if name.starts_with("kotlin.") => KOTLIN,
        _ if name.starts_with("mono_") || name.starts_with("SystemInteropJS_") || name.starts_with("SystemJS_") => {
            DOTNET
        }
        "env" if name == "abort" && takes("i32 i32 i32 i32") => {
            return format!(
                "{ASSEMBLYSCRIPT}: build with `asc --use abort=`, which traps instead, or with \
                 `@assemblyscript/wasi-shim`, which prints the message"
            );
        }
        "env" if name == "seed" && ty == "(func (result f64))" => {
            return format!("{ASSEMBLYSCRIPT}: build with `@assemblyscript/wasi-shim`, whose `Math.random` uses WASI");
        }
        "env" if name == "trace" && ty.starts_with("(func (param i32 i32 f64 f64 f64 f64 f64)") => {
            return format!(
                "{ASSEMBLYSCRIPT}: build with `--use trace=`, which removes its calls, or with \
                 `@assemblyscript/wasi-shim`"
            );
        }
        "env" if matches!(name, "console.log" | "Date.now" | "performance.now" | "process.exit") => {
            return format!(
                "{ASSEMBLYSCRIPT}: build with `@assemblyscript/wasi-shim`, and print with the `console` of WASI"
            );
        }
        "env" if is_of_emscripten(name) => EMSCRIPTEN,
        "env" if name == "memory" => {
            "define the memory in the module instead: `(memory (export \"memory\") 1)`, or leave out the linker \
             option `--import-memory` (`--importMemory` in AssemblyScript)"
        }
        "env" if matches!(name, "table" | "__indirect_function_table") && ty.starts_with("(table") => {
            "define the table in the module instead: `(table (export \"table\") 1 funcref)`, or leave out the linker \
             option `--import-table`"
        }
        "env" if matches!(name, "__memory_base" | "__table_base" | "__stack_pointer") => {
            "a dynamic linker provides it: link the program statically, without `-fPIC -shared`"
        }
        // Emscripten shortens names to one letter when it minifies.
        "a" if name.len() <= 2 && !is_text => EMSCRIPTEN,
        "env" if !is_text => {
            "it is declared `extern` in the program, and nothing defines it: define it, link the library that does, or, for \
             Emscripten, build with `-sSTANDALONE_WASM`"
        }
        "console" | "imports" | "js" | "env"
            if name.starts_with("log") || matches!(name, "imported_func" | "print") =>
        {
            "in a browser, JavaScript would provide it; here a program prints with `fd_write` of \
             \"wasi_snapshot_preview1\" or returns a result"
        }
        _ if ty.starts_with("(memory") => {
            "in a browser, JavaScript would provide it; define the memory in the module instead: \
             `(memory (export \"memory\") 1)`"
        }
        _ if ty.starts_with("(global") => {
            "in a browser, JavaScript would provide it; define the global in the module instead, with its value"
        }
        _ if ty.starts_with("(table") => {
            "in a browser, JavaScript would provide it; define the table in the module instead, with `elem` for its \
             functions"
        }
        _ => {
            "in a browser, JavaScript would provide it; here a program prints with `fd_write` of \
             \"wasi_snapshot_preview1\" or returns a result"
        }
    };
    text.to_owned()
}

/// Names of the functions that Emscripten's own library imports from JavaScript.
fn is_of_emscripten(name: &str) -> bool {
    name.starts_with("emscripten_")
        || name.starts_with("_emscripten_")
        || name.starts_with("__syscall_")
        || name.starts_with("invoke_")
        || name.starts_with("_embind_")
        || name.starts_with("_emval_")
        || name.starts_with("__cxa_")
        || matches!(
            name,
            "abort" | "_abort_js" | "__assert_fail" | "_tzset_js" | "_mmap_js" | "_munmap_js" | "setTempRet0"
        )
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    fn advice_of(module: &str, name: &str, ty: &str, is_text: bool) -> String {
        let (module, name, ty) = (module.to_owned(), name.to_owned(), ty.to_owned());
        advice(&Import { module, name, ty, function: None, offset: 0 }, None, is_text)
    }

    #[test]
    fn a_toolchain_is_recognised_by_its_imports() {
        let function = "(func (param i32))";
        for (module, name, ty, part) in [
            ("env", "abort", "(func (param i32 i32 i32 i32))", "`asc --use abort=`"),
            ("env", "seed", "(func (result f64))", "AssemblyScript"),
            ("env", "trace", "(func (param i32 i32 f64 f64 f64 f64 f64))", "AssemblyScript"),
            ("env", "console.log", function, "AssemblyScript"),
            ("env", "abort", "(func)", "-sSTANDALONE_WASM"),
            ("env", "emscripten_resize_heap", "(func (param i32) (result i32))", "Emscripten's"),
            ("env", "invoke_vi", function, "Emscripten's"),
            ("a", "b", function, "Emscripten's"),
            ("env", "my_function", function, "declared `extern`"),
            ("env", "memory", "(memory 1)", "--import-memory"),
            ("env", "__memory_base", "(global i32)", "statically"),
            ("gojs", "runtime.wasmExit", function, "GOOS=wasip1"),
            ("go", "debug", function, "GOOS=wasip1"),
            ("gojs", "syscall/js.valueGet", function, "GOOS=wasip1"),
            ("gojs", "runtime.ticks", "(func (result f64))", "TinyGo"),
            ("env", "syscall/js.valueGet", function, "TinyGo"),
            ("__wbindgen_placeholder__", "__wbindgen_describe", function, "wasm-bindgen"),
            ("./x_bg.js", "__wbg_log_123", function, "wasm-bindgen"),
            ("js_code", "kotlin.captureStackTrace", function, "wasmWasi"),
            ("env", "mono_wasm_bind_js_import_ST", function, "wasi-wasm"),
            ("env", "SystemInteropJS_InvokeJSImportST", function, "wasi-wasm"),
            ("wasi:cli/environment@0.2.0", "get-environment", function, "wasm32-wasip1"),
            ("wasi", "thread-spawn", function, "threads"),
            ("js", "mem", "(memory 1)", "define the memory"),
            ("js", "global", "(global (mut i32))", "define the global"),
            ("imports", "imported_func", function, "`fd_write`"),
            ("console", "log", function, "`fd_write`"),
        ] {
            let advice = advice_of(module, name, ty, false);
            assert!(advice.contains(part), "{module} {name}: {advice}");
        }
        // The author of a text has no compiler to pass options to.
        assert!(advice_of("env", "print", function, true).contains("`fd_write`"));
        assert!(advice_of("env", "abort", "(func (param i32 i32 i32 i32))", true).contains("AssemblyScript"));
    }
}
