//! Whatever is opened is told for what it is: no panic, the same answer twice, and problems that lie within the text.

use wasmoscope::engine::compile;
use wasmoscope::engine::diagnostic::Problem;
use wasmoscope::engine::inspect::{build, inspect};
use wasmoscope::engine::runtime::{Compiled, Limits};
use wasmoscope::engine::source::Source;

const NAMES: [&str; 4] = ["main.wat", "module.wasm", "notes.txt", "größer 日本.wat"];

pub fn run(input: &[u8]) {
    // A module begins with 0, so what the first byte is does not hide it.
    let name = NAMES[usize::from(input.first().copied().unwrap_or(0)) % NAMES.len()];
    let source = Source::new(name, input);
    let inspection = inspect(&source);
    check(&source, &inspection.problems);
    let again = inspect(&source);
    assert_eq!(inspection.verdict, again.verdict);
    assert_eq!(inspection.problems, again.problems);
    assert!(!inspection.verdict.description.is_empty());
    match build(&source) {
        Ok(wasm) => assert_eq!(Some(&wasm[..]), inspection.wasm.as_deref(), "what is built is what is inspected"),
        Err(problems) => {
            check(&source, &problems);
            assert!(!inspection.problems.is_empty(), "it cannot be built, and nothing stands in the way: {problems:?}");
        }
    }
    if inspection.problems.is_empty() {
        let wasm = inspection.wasm.as_deref().expect("what can run is a module");
        assert!(inspection.summary.is_some(), "what can run has a summary");
        // wasmi has limits of its own, and says so.
        let compiled = Compiled::new(&source.name, wasm, &inspection.facts, &Limits::default());
        drop(compiled.map_err(|problem| check(&source, &[*problem])));
    }
}

/// What holds of every problem.
pub fn check(source: &Source, problems: &[Problem]) {
    let text = compile::text(source).unwrap_or_default();
    for problem in problems {
        assert!(!problem.message.trim().is_empty(), "{problem:?}");
        assert!(problem.help.as_ref().is_none_or(|help| !help.trim().is_empty()), "{problem:?}");
        assert_eq!(problem.file, source.name);
        let _ = problem.to_string();
        if let Some(location) = &problem.location {
            assert!(location.start <= location.end && location.end <= text.len(), "{problem:?}");
            assert!(text.is_char_boundary(location.start) && text.is_char_boundary(location.end), "{problem:?}");
            assert!(location.line >= 1 && location.column >= 1, "{problem:?}");
            assert!((location.line, location.column) <= (location.end_line, location.end_column), "{problem:?}");
        }
    }
}
