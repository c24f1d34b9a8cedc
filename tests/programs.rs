//! Programs of others on files: what they print, how they end, and what they change, beside it as a snapshot.
#![cfg(not(target_arch = "wasm32"))]

#[path = "support/programs.rs"]
mod programs;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use programs::{TestProgram, USES, Use, installed};

/// What each file below a folder holds, by its path.
fn files(folder: &Path, prefix: &str, found: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).expect("the folder is there") {
        let entry = entry.expect("the folder can be read");
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            files(&entry.path(), &format!("{name}/"), found);
        } else {
            found.insert(name, std::fs::read(entry.path()).expect("it can be read"));
        }
    }
}

fn listed(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    files(folder, "", &mut found);
    found
}

/// Uses the program on a copy of the files, and tells what came of it: of the program as it is, and of the copy that the
/// debugger runs, of which comes the same.
fn tell(case: &Use) -> String {
    let plain = told(case, &[]);
    assert_eq!(told(case, &["--instrumented"]), plain, "{}, instrumented and plain", case.name);
    plain
}

fn told(case: &Use, flags: &[&str]) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("programs").join(case.name);
    let _ = std::fs::remove_dir_all(&folder);
    let before = listed(&root.join("tests/programs/files"));
    for (name, bytes) in &before {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().expect("it is below a folder")).expect("a folder can be made");
        std::fs::write(path, bytes).expect("a file can be written");
    }
    let mut child = Command::new(env!("CARGO_BIN_EXE_wasmoscope"))
        .args(["run", "--write-back", "--dir", &format!("{}::/", folder.display())])
        .args(flags)
        .arg(installed(root, case.program))
        .args(case.arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command line starts");
    // A program that reads no input may have ended.
    let _ = child.stdin.take().expect("it has an input").write_all(case.input.as_bytes());
    let output = child.wait_with_output().expect("it ends");

    let mut text = format!("exit code {}\n", output.status.code().unwrap_or(-1));
    for (name, bytes) in [("stdout", output.stdout), ("stderr", output.stderr)] {
        if !bytes.is_empty() {
            let shown = String::from_utf8_lossy(&bytes).replace('\u{1b}', "␛");
            write!(text, "--- {name}\n{shown}").expect("a string takes all that is written");
        }
    }
    for (name, bytes) in listed(&folder) {
        if before.get(&name) != Some(&bytes) {
            let shown = String::from_utf8_lossy(&bytes).into_owned();
            let shown = if shown.contains('\0') { format!("{} bytes\n", bytes.len()) } else { shown };
            write!(text, "--- file {name}\n{shown}").expect("a string takes all that is written");
        }
    }
    text
}

fn check(program: &TestProgram) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("programs");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for case in USES.iter().filter(|case| case.program.package == program.package) {
            insta::assert_snapshot!(case.name, tell(case));
        }
    });
}

macro_rules! programs {
    ($($name:ident $program:ident)*) => {
        $(#[test]
        #[ignore = "compiles a program from crates.io first; `./x test` does"]
        fn $name() {
            check(&programs::$program);
        })*
    };
}

programs! {
    a_json_processor JAQ
    a_line_counter LOC
    a_hex_viewer HEXYL
    a_markdown_renderer MARKDOWN
    an_archive_tool ASAR
    a_scripting_language RHAI
}
