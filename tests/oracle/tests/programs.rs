//! Programs of others, used on files as `tests/programs.rs` does.

#[path = "../../support/programs.rs"]
mod programs;

use oracle::{Run, differences};
use programs::{TestProgram, USES, installed};

fn check(program: &TestProgram) {
    for case in USES.iter().filter(|case| case.program.package == program.package) {
        differences::check(&Run {
            name: case.name.to_owned(),
            wasm: installed(oracle::root(), program),
            arguments: case.arguments.iter().map(|argument| argument.to_string()).collect(),
            input: case.input.into(),
            files: Some(oracle::root().join("tests/programs/files")),
            ..Run::default()
        });
    }
}

macro_rules! programs {
    ($($name:ident $program:ident)*) => {
        $(#[test]
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
