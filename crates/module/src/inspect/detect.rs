//! Detecting the kind of a source.

use super::summary::Summary;
use crate::compile;
use crate::diagnostic::Problem;
use crate::source::Source;

/// The command that compiles a Rust program to a module that runs here.
const BUILD_FOR_WASI: &str = "cargo build --release --target wasm32-wasip1";

/// The kinds of source that are distinguished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text without a program in it.
    NoProgram,
    /// Text that does not compile.
    BrokenText,
    /// A module that breaks a rule of validation.
    Invalid,
    /// A module that exports `_start`: a program with a `main`.
    Command,
    /// A module that exports `_initialize`: a library with an initialization function.
    Reactor,
    /// A module with plain exports.
    Library,
    /// A module that needs the JavaScript that wasm-bindgen generates.
    WasmBindgen,
    /// A component.
    Component,
    /// A valid module that needs a proposal that the interpreter does not support.
    UnsupportedProposal,
    /// Not WebAssembly.
    NotWebAssembly,
}

/// The detected kind of a source, described for the user who opened it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Which kind.
    pub kind: Kind,
    /// What it is and, if it cannot run here, why.
    pub description: String,
    /// What the user can do about it.
    pub advice: Option<String>,
    /// The exact command that builds a program that runs here.
    pub command: Option<String>,
}

impl Verdict {
    fn plain(kind: Kind, description: &str) -> Self {
        Self { kind, description: description.to_owned(), advice: None, command: None }
    }

    fn stopped(kind: Kind, description: impl Into<String>, advice: &str, command: Option<&str>) -> Self {
        Self {
            kind,
            description: description.into(),
            advice: Some(advice.to_owned()),
            command: command.map(str::to_owned),
        }
    }

    /// The verdict as a problem that prevents a run.
    pub(super) fn problem(&self, file: &str) -> Problem {
        let problem = Problem::error(file, self.description.clone());
        match (&self.advice, &self.command) {
            (Some(advice), Some(command)) => problem.help(format!("{advice}: `{command}`")),
            (Some(advice), None) => problem.help(advice.clone()),
            (None, _) => problem,
        }
    }
}

/// The verdict on text that does not compile.
pub(super) fn no_module(source: &Source) -> Verdict {
    if std::str::from_utf8(&source.bytes).is_err() && compile::looks_binary(&source.bytes) {
        return Verdict::stopped(
            Kind::NotWebAssembly,
            "this is some other kind of data, not WebAssembly",
            "open WebAssembly text (`.wat`) or a module (`.wasm`); to build one, run",
            Some(BUILD_FOR_WASI),
        );
    }
    Verdict::plain(Kind::BrokenText, "WebAssembly text with an error")
}

/// The verdict on a module that does not validate.
pub(super) fn invalid(is_binary: bool) -> Verdict {
    let what = if is_binary { "a module" } else { "WebAssembly text" };
    Verdict::plain(Kind::Invalid, &format!("{what} that breaks a rule of validation, such as the types of operands"))
}

/// The verdict on text that is empty, or contains only comments.
pub(super) fn no_program() -> Verdict {
    Verdict {
        advice: Some("write one, or choose an example; the smallest module is `(module)`".to_owned()),
        ..Verdict::plain(Kind::NoProgram, "there is no program yet")
    }
}

/// Detects other file formats by their first bytes.
pub(super) fn foreign(source: &Source) -> Option<Verdict> {
    let bytes = source.bytes.as_slice();
    let compiled = |what: &str| {
        Some(Verdict::stopped(
            Kind::NotWebAssembly,
            format!("this is {what}, not WebAssembly"),
            "compile the program to WebAssembly and open the resulting .wasm",
            Some(BUILD_FOR_WASI),
        ))
    };
    let other = |what: &str, advice: &str| {
        Some(Verdict::stopped(
            Kind::NotWebAssembly,
            format!("this is {what}, not WebAssembly"),
            advice,
            Some(BUILD_FOR_WASI),
        ))
    };
    if bytes.is_empty() && source.name.ends_with(".wasm") {
        return Some(Verdict::stopped(
            Kind::NotWebAssembly,
            "the file is empty: a module has at least 8 bytes",
            "the file may have been cut short: copy, download or build it again",
            Some(BUILD_FOR_WASI),
        ));
    }
    if is_html(bytes) {
        return Some(Verdict::stopped(
            Kind::NotWebAssembly,
            "this is an HTML page, not WebAssembly",
            "servers often send one instead of a missing file: open the address in a browser to check it, and \
             download the file again",
            None,
        ));
    }
    match bytes {
        [0x7F, b'E', b'L', b'F', ..] => return compiled("an executable for Linux (ELF)"),
        [b'M', b'Z', ..] => return compiled("an executable for Windows"),
        [0xCF | 0xCE, 0xFA, 0xED, 0xFE, ..] | [0xCA, 0xFE, 0xBA, 0xBE, ..] => {
            return compiled("an executable for macOS, or Java bytecode");
        }
        [b'!', b'<', b'a', b'r', b'c', b'h', b'>', ..] => {
            return other("a static library", "link it, and open the .wasm that the linker produces");
        }
        [b'P', b'K', 3, 4, ..] => {
            return other(
                "a zip archive",
                "unpack it, or drop it on Files to add its contents to the program's files; to build a program, run",
            );
        }
        [0x1F, 0x8B, ..] => {
            return other("gzip data", "unpack it first and open the .wasm inside; to build a program, run");
        }
        [0x89, b'P', b'N', b'G', ..] | [0xFF, 0xD8, 0xFF, ..] | [b'G', b'I', b'F', b'8', ..] => {
            return other("a picture", "drop it on Files to add it to the program's files; to build a program, run");
        }
        _ => {}
    }
    if let Some(verdict) = component(source) {
        return Some(verdict);
    }
    if source.is_binary() {
        return match bytes.get(4..8) {
            Some([1, 0, 0, 0]) => None,
            Some(version) => Some(Verdict::stopped(
                Kind::NotWebAssembly,
                format!(
                    "the module's header has version {}, but WebAssembly modules have version 1",
                    u32::from_le_bytes([version[0], version[1], version[2], version[3]])
                ),
                "the file may be damaged, or from before 2017: build it again",
                Some(BUILD_FOR_WASI),
            )),
            None => Some(Verdict::stopped(
                Kind::NotWebAssembly,
                "the module ends within its first 8 bytes",
                "the file may be cut short: copy or build it again",
                Some(BUILD_FOR_WASI),
            )),
        };
    }
    // A text has no control characters.
    let is_data = bytes.iter().take(16).any(|byte| byte.is_ascii_control() && !byte.is_ascii_whitespace());
    if source.name.ends_with(".wasm") && is_data {
        return Some(Verdict::stopped(
            Kind::NotWebAssembly,
            "this is not WebAssembly: a module begins with the bytes 00 61 73 6D",
            "the file may be damaged, or something else with the name of a module: build it again",
            Some(BUILD_FOR_WASI),
        ));
    }
    other_language(std::str::from_utf8(bytes).ok()?)
}

/// Whether the bytes start like an HTML page.
fn is_html(bytes: &[u8]) -> bool {
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
    let begins = |start: &str| text.get(..start.len()).is_some_and(|part| part.eq_ignore_ascii_case(start.as_bytes()));
    begins("<!doctype html") || begins("<html")
}

/// Detects source code of another language by words that do not start a line of WebAssembly text.
fn other_language(text: &str) -> Option<Verdict> {
    let opens_like_wat = |text: &str| text.trim_start().starts_with(['(', ';']);
    if opens_like_wat(text) {
        return None;
    }
    let has_line =
        |starts: &[&str]| text.lines().any(|line| starts.iter().any(|start| line.trim_start().starts_with(start)));
    let (language, command) = if has_line(&["fn main(", "pub fn ", "use std::", "#![no_std]"]) {
        ("Rust", "rustc --target wasm32-wasip1 -O FILE.rs")
    } else if has_line(&["#include <", "#include \"", "int main("]) {
        ("C or C++", "clang --target=wasm32-wasip1 -O2 -o FILE.wasm FILE.c")
    } else if has_line(&["package main"]) {
        ("Go", "GOOS=wasip1 GOARCH=wasm go build -o FILE.wasm")
    } else {
        return None;
    };
    Some(Verdict::stopped(
        Kind::NotWebAssembly,
        format!("this is {language} source code, not WebAssembly"),
        "there is no compiler for it here: build it for WASI preview 1 and open the .wasm",
        Some(command),
    ))
}

/// A component, in binary (layer 1: <https://github.com/WebAssembly/component-model>, Binary.md) or in text.
fn component(source: &Source) -> Option<Verdict> {
    let is_component = match source.is_binary() {
        true => source.bytes.get(6..8) == Some(&[1, 0]),
        false => std::str::from_utf8(&source.bytes).is_ok_and(compile::is_component),
    };
    is_component.then(|| {
        Verdict::stopped(
            Kind::Component,
            "this is a component (WASI 0.2 or later), but the interpreter runs core modules",
            "build the program for WASI preview 1 instead",
            Some(BUILD_FOR_WASI),
        )
    })
}

pub(super) fn needs_proposals(proposals: &[&str], binary: bool) -> Verdict {
    let description = match proposals {
        [] => "valid WebAssembly, but it combines proposals that this interpreter does not run yet".to_owned(),
        [one] => format!("valid WebAssembly, but this interpreter does not run the {one} proposal yet"),
        several => {
            format!("valid WebAssembly, but this interpreter does not run these proposals yet: {}", several.join(", "))
        }
    };
    let (advice, command) = match proposals.first() {
        Some(&"threads") => ("build without threads", BUILD_FOR_WASI),
        Some(&"exception-handling" | &"legacy exception-handling") => (
            "build with panics that abort instead of unwinding",
            "RUSTFLAGS=\"-C panic=abort\" cargo build --release --target wasm32-wasip1",
        ),
        _ => ("build without that proposal; for Rust, run", BUILD_FOR_WASI),
    };
    if binary {
        Verdict::stopped(Kind::UnsupportedProposal, description, advice, Some(command))
    } else {
        Verdict::stopped(Kind::UnsupportedProposal, description, "write it without the features of the proposal", None)
    }
}

pub(super) fn unreadable() -> Verdict {
    Verdict::stopped(
        Kind::NotWebAssembly,
        "the file starts like a WebAssembly module, but the rest is malformed",
        "it may be damaged or cut short: copy or build it again",
        Some(BUILD_FOR_WASI),
    )
}

/// The kind of a core module.
pub(super) fn core_module(summary: &Summary) -> Verdict {
    let bindgen = summary.custom_sections.iter().any(|name| name == "__wasm_bindgen_unstable")
        || summary.imports.iter().any(|import| {
            import.module.starts_with("__wbindgen")
                || import.name.starts_with("__wbg_")
                || import.name.starts_with("__wbindgen_")
        });
    let exports_function = |name: &str| summary.function_export(name).is_some();
    if bindgen {
        Verdict::stopped(
            Kind::WasmBindgen,
            "this module was built for wasm-bindgen: it calls JavaScript that is not in it",
            "build the program for WASI instead, without wasm-bindgen",
            Some(BUILD_FOR_WASI),
        )
    } else if exports_function("_start") {
        Verdict::plain(Kind::Command, "a program: Run calls its `_start`")
    } else if exports_function("_initialize") {
        Verdict::plain(Kind::Reactor, "a library: `_initialize` runs before any of its functions")
    } else if summary.has_start && summary.default_entry().is_none() {
        Verdict::plain(Kind::Library, "a module with a start function: Run runs it")
    } else if summary.function_exports().next().is_none() {
        let advice = "export a function to call it: `(func (export \"main\") ...)`";
        Verdict {
            advice: Some(advice.to_owned()),
            ..Verdict::plain(Kind::Library, "a module that exports no function, so there is nothing to call")
        }
    } else {
        Verdict::plain(Kind::Library, "a module with functions to call")
    }
}
