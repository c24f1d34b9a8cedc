//! Programs of others: fetched from crates.io, compiled for wasm32-wasip1 as they are, and used on files.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

/// A program, in the version that the snapshots are of.
pub struct TestProgram {
    pub package: &'static str,
    pub version: &'static str,
    /// The name of the program in the package.
    pub binary: &'static str,
    /// How it is built, where it would bring something written in C or something that no sandbox has.
    pub flags: &'static [&'static str],
}

/// A JSON processor.
pub const JAQ: TestProgram =
    TestProgram { package: "jaq", version: "2.1.0", binary: "jaq", flags: &["--no-default-features"] };
/// A line counter that goes through directories.
pub const LOC: TestProgram = TestProgram { package: "loc_counter", version: "0.1.0", binary: "loc", flags: &[] };
/// A hex viewer.
pub const HEXYL: TestProgram = TestProgram { package: "hexyl", version: "0.17.0", binary: "hexyl", flags: &[] };
/// A Markdown renderer.
pub const MARKDOWN: TestProgram =
    TestProgram { package: "pulldown-cmark", version: "0.13.6", binary: "pulldown-cmark", flags: &[] };
/// An archive tool.
pub const ASAR: TestProgram = TestProgram { package: "asar-rust", version: "0.1.0", binary: "asar", flags: &[] };
/// A scripting language.
pub const RHAI: TestProgram =
    TestProgram { package: "rhai", version: "1.27.0", binary: "rhai-run", flags: &["--bin", "rhai-run"] };

/// What is done with a program. The files are those of `tests/programs/files`, as `/`.
pub struct Use {
    /// What it shows.
    pub name: &'static str,
    pub program: &'static TestProgram,
    pub arguments: &'static [&'static str],
    pub input: &'static str,
}

const fn of(
    name: &'static str,
    program: &'static TestProgram,
    arguments: &'static [&'static str],
    input: &'static str,
) -> Use {
    Use { name, program, arguments, input }
}

pub const USES: &[Use] = &[
    of("json-from-a-file", &JAQ, &["-c", ".[] | {name, age: (2026 - .born)}", "people.json"], ""),
    of("json-from-the-input", &JAQ, &["map(.a) | add"], "[{\"a\": 1}, {\"a\": 41.5}]"),
    of("json-that-is-none", &JAQ, &[".", "words.txt"], ""),
    of("json-in-place", &JAQ, &["-i", "map(.name)", "people.json"], ""),
    of("lines-of-code", &LOC, &["code"], ""),
    of("hex-of-a-file", &HEXYL, &["--color=never", "bytes.bin"], ""),
    of("hex-of-the-input", &HEXYL, &["--color=always", "--border=ascii"], "größer\n"),
    of("markdown-to-html", &MARKDOWN, &["-T", "article.md"], ""),
    of("archive-packed", &ASAR, &["pack", "code", "code.asar"], ""),
    of("archive-listed", &ASAR, &["list", "greetings.asar"], ""),
    of("archive-extracted", &ASAR, &["extract", "greetings.asar", "greetings"], ""),
    of("script-with-numbers", &RHAI, &["primes.rhai"], ""),
    of("script-that-throws", &RHAI, &["throws.rhai"], ""),
];

/// The program's module, installed into `target/programs` of the project unless it is there.
pub fn installed(root: &Path, program: &TestProgram) -> PathBuf {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = root.join("target/programs");
    let module = folder.join("bin").join(format!("{}.wasm", program.binary));
    let known = std::fs::read_to_string(folder.join(".crates.toml")).unwrap_or_default();
    if known.contains(&format!("\"{} {} ", program.package, program.version)) && module.exists() {
        return module;
    }
    let done = Command::new(env!("CARGO"))
        .args(["install", "--quiet", "--locked"])
        .args(["--target", "wasm32-wasip1", "--root"])
        .arg(&folder)
        .arg("--target-dir")
        .arg(folder.join("build"))
        .arg(format!("{}@{}", program.package, program.version))
        .args(program.flags)
        .current_dir(root)
        .env_remove("RUSTFLAGS")
        // They run for a moment only.
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .status()
        .expect("cargo is there, as it runs this test");
    assert!(done.success(), "{} {} does not build", program.package, program.version);
    module
}
