//! The text of a module is whole: it compiles, and to a module with the same text.

use wasmoscope::engine::compile::compile;
use wasmoscope::engine::inspect::disassemble;
use wasmoscope::engine::source::Source;
use wasmoscope::engine::source_map::InstructionMap;
use wasmoscope::engine::validate::{Validity, validate};

pub fn run(input: &[u8]) {
    let printed = disassemble(input);
    let Validity::Valid(_) = validate(input) else { return };
    let printed = printed.unwrap_or_else(|error| panic!("a valid module is printed: {error}"));
    if let Some(map) = InstructionMap::of_disassembly(input) {
        for offset in 0..input.len() as u64 {
            let Some(range) = map.range(offset) else { continue };
            assert!(
                printed.text.get(range.clone()).is_some() || !printed.is_whole,
                "the instruction at {offset} is at {range:?}, outside of the text"
            );
        }
    }
    if !printed.is_whole {
        return;
    }
    let text = Source::new("module.wat", printed.text.as_bytes());
    let again =
        compile(&text).unwrap_or_else(|problem| panic!("the text of a valid module does not compile: {problem}"));
    assert!(matches!(validate(&again), Validity::Valid(_)), "it is valid again: {:?}", validate(&again));
    let printed_again = disassemble(&again).unwrap_or_else(|error| panic!("it is printed again: {error}"));
    let (before, after) = (code(&printed.text), code(&printed_again.text));
    assert!(before == after, "{}\nbecame\n{}", printed.text, printed_again.text);
}

/// The text without custom sections and comments: sections may change places, those that hold debug information are left
/// out, and a comment tells of one that cannot be read.
fn code(text: &str) -> String {
    let mut in_section = false;
    let is_code = |line: &&str| {
        let line = line.trim();
        if line.starts_with("(@") {
            // Such as `(@producers`, whose fields have a line each.
            in_section = !line.ends_with(')');
            return false;
        }
        if in_section {
            in_section = line != ")";
            return false;
        }
        !line.starts_with(";;")
    };
    text.lines().filter(is_code).collect::<Vec<_>>().join("\n")
}
