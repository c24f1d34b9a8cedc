//! The layers of the design, as a test: which part of `src/` may name what.
#![cfg(not(target_arch = "wasm32"))]

use std::fs;
use std::path::{Path, PathBuf};

/// What the code below a path under `src/` never names.
#[derive(Clone, Copy)]
struct Layer {
    below: &'static str,
    never: &'static [&'static str],
    because: &'static str,
}

/// The browser, by the names of the crates that open it.
const BROWSER: &[&str] = &["web_sys", "js_sys", "wasm_bindgen", "wasm_bindgen_futures", "gloo_events", "gloo_timers"];

/// The host's clock, files, environment and randomness.
const HOST: &[&str] =
    &["std::time", "std::fs", "std::env", "std::net", "std::process", "std::thread", "getrandom", "rand"];

/// The interpreter and what reads and writes modules.
const INTERPRETER: &[&str] = &["wasmi", "wasmparser", "wasmprinter", "wasm_encoder", "wat", "wast"];

/// The sources of the crates, from `src/`. What they name of each other, Cargo checks.
const CRATES: [&str; 7] = [
    "../crates/vfs/src",
    "../crates/wasi/src",
    "../crates/module/src",
    "../crates/runtime/src",
    "../crates/reversible/src",
    "../crates/source-map/src",
    "../crates/debugger/src",
];

const LAYERS: &[Layer] = &[
    Layer { below: "engine", never: BROWSER, because: "the engine runs natively as well as in the page" },
    Layer {
        below: "engine",
        never: HOST,
        because: "a clock, randomness and files come through traits, or a run cannot be replayed",
    },
    Layer {
        below: "engine",
        never: &["crate::ui", "crate::worker", "crate::protocol", "yew"],
        because: "the engine knows nobody above it",
    },
    Layer {
        below: "protocol.rs",
        never: &["crate::ui", "crate::worker", "crate::engine", "yew"],
        because: "the protocol holds types only",
    },
    Layer {
        below: "../crates/module/src/names.rs",
        never: &["crate", "wasmi", "wasmoscope_wasi"],
        because: "the page includes this file without the crate",
    },
    Layer { below: "protocol.rs", never: BROWSER, because: "the protocol holds types only" },
    Layer { below: "protocol.rs", never: INTERPRETER, because: "engine types change freely" },
    Layer { below: "worker", never: &["crate::ui", "yew"], because: "the worker does not know the page" },
    Layer {
        below: "ui",
        never: &["crate::engine", "crate::worker"],
        because: "the page talks to the engine through the protocol",
    },
    Layer { below: "ui", never: INTERPRETER, because: "the page is built without the interpreter" },
    Layer { below: "ui/state", never: BROWSER, because: "state is plain Rust, tested natively" },
    Layer { below: "ui/selectors", never: BROWSER, because: "selectors are pure" },
];

fn layers() -> impl Iterator<Item = Layer> {
    let because = "a clock, randomness and files come from outside, or a run cannot be replayed";
    CRATES.into_iter().map(move |below| Layer { below, never: HOST, because }).chain(LAYERS.iter().copied())
}

#[test]
fn no_layer_names_what_it_must_not() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut broken = Vec::new();
    for layer in layers() {
        for file in rust_files(&source.join(layer.below)) {
            let text = fs::read_to_string(&file).expect("a source file is text");
            // A module's own tests may read a file or ask the time.
            let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
            for (name, line) in named(code, layer.never) {
                let file = file.strip_prefix(&source).unwrap_or(&file).display();
                broken.push(format!("src/{file}:{line} names `{name}`: {}", layer.because));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_layer_of_the_table_is_there() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for layer in layers() {
        assert!(!rust_files(&source.join(layer.below)).is_empty(), "there is no src/{}", layer.below);
    }
}

#[test]
fn a_forbidden_name_is_found_anywhere() {
    let never = ["web_sys", "crate::ui"];
    assert_eq!(named("use web_sys::Window;", &never), [("web_sys", 1)]);
    assert_eq!(named("use crate::{ui::app, protocol};", &never), [("crate::ui", 1)]);
    assert_eq!(named("use crate::{\n    protocol,\n    ui::app,\n};", &never), [("crate::ui", 3)]);
    assert_eq!(named("fn f() {\n    let x = crate::ui::f();\n}", &never), [("crate::ui", 2)]);
    assert_eq!(named("fn f(x: web_sys::Node) {}", &never), [("web_sys", 1)]);
}

#[test]
fn comments_and_longer_names_do_not_match() {
    let never = ["wat", "crate::ui"];
    assert!(
        named("// as crate::ui does\n/// see wat::parse_bytes\nuse wat_service::x;\nlet ui = water::y();", &never)
            .is_empty()
    );
    assert!(named("use crate::{uiless::a, protocol::ui};", &never).is_empty());
    assert!(named("let wat = 1; f(\"wat\");", &never).is_empty());
}

#[test]
fn what_a_build_writes_does_not_begin_the_next() {
    let trunk = fs::read_to_string("Trunk.toml").expect("it is there");
    let watch =
        trunk.split("[watch]").nth(1).and_then(|rest| rest.split("\n[").next()).expect("it says what is watched");
    // Patterns, not prefixes: a folder's name alone says nothing of what is in it.
    for written in ["dist", "generated", "node_modules", "target"] {
        for pattern in [format!("\"{written}\","), format!("\"{written}/**\",")] {
            assert!(watch.contains(&pattern), "{pattern} is not left out: {watch}");
        }
    }
}

/// Names and texts of others are in what the command line prints, so all of it goes through one place that escapes
/// control characters.
#[test]
fn the_command_line_prints_in_one_place() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cli");
    let mut printing = Vec::new();
    for file in rust_files(&folder).into_iter().filter(|file| !file.ends_with("terminal.rs")) {
        let text = fs::read_to_string(&file).expect("a source file is text");
        for (index, line) in text.lines().enumerate() {
            // Asking whether it is a terminal prints nothing.
            let code = line.replace("stdout().is_terminal()", "").replace("stderr().is_terminal()", "");
            if ["println!", "print!", "stdout()", "stderr()", "dbg!"].iter().any(|name| code.contains(name)) {
                printing.push(format!("{}:{}: {}", file.display(), index + 1, line.trim()));
            }
        }
    }
    assert!(printing.is_empty(), "print with `out!`, `err!` or `terminal::`:\n{}", printing.join("\n"));
}

fn rust_files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_path_buf()];
    }
    let entries = fs::read_dir(path).into_iter().flatten().filter_map(Result::ok);
    let mut files: Vec<_> = entries
        .flat_map(|entry| {
            let path = entry.path();
            if path.is_dir() || path.extension().is_some_and(|extension| extension == "rs") {
                rust_files(&path)
            } else {
                Vec::new()
            }
        })
        .collect();
    files.sort();
    files
}

/// Which of `never` the code names as a path, and in which line.
fn named<'a>(text: &str, never: &[&'a str]) -> Vec<(&'a str, usize)> {
    let mut found = Vec::new();
    let mut group = String::new();
    for (index, line) in text.lines().enumerate() {
        let code = line.split("//").next().unwrap_or_default();
        // `use std::{fs, time};` is two paths, also over several lines.
        if let Some(start) = code
            .find("use ")
            .filter(|start| code[..*start].trim().is_empty() || code[..*start].trim().starts_with("pub"))
        {
            group = code[start + 4..].split('{').next().unwrap_or_default().trim().to_string();
        }
        let names = |path: &str| {
            let (first, rest) = path.split_once("::").unwrap_or((path, ""));
            let is_grouped = !rest.is_empty() && group.trim_end_matches("::") == first;
            has_path(code, path, true) || (is_grouped && has_path(code, rest, false))
        };
        found.extend(never.iter().filter(|path| names(path)).map(|path| (*path, index + 1)));
        if code.contains(';') {
            group.clear();
        }
    }
    found
}

/// Whether `path` stands in `code` as a path of its own: at the start of one when `first`, or within a group.
fn has_path(code: &str, path: &str, first: bool) -> bool {
    let is_name = |letter: char| letter.is_alphanumeric() || letter == '_';
    code.match_indices(path).any(|(at, _)| {
        let (before, after) = (&code[..at], &code[at + path.len()..]);
        let starts = !before.ends_with(is_name) && !before.ends_with("::");
        let is_used = before.trim_end().ends_with("use") || after.starts_with("::");
        let in_group = before.trim_end().ends_with(['{', ',']) || before.trim().is_empty();
        let ends = !after.starts_with(is_name);
        starts && ends && if first { is_used || path.contains("::") } else { in_group }
    })
}
