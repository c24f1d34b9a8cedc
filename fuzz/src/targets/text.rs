//! WebAssembly text compiles to a module whose instructions are found in the text again, or its problems lie in it.

use std::borrow::Cow;

use wasmoscope::engine::compile::compile;
use wasmoscope::engine::compile::locate;
use wasmoscope::engine::inspect::inspect;
use wasmoscope::engine::source::Source;
use wasmoscope::engine::source_map::{InstructionMap, SourceMap};

use super::detect::check;

pub fn run(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let source = Source::new("main.wat", text.as_bytes());
    let inspection = inspect(&source);
    check(&source, &inspection.problems);
    if source.is_binary() {
        return;
    }
    let Ok(Cow::Owned(wasm)) = compile(&source) else {
        return assert!(!inspection.problems.is_empty(), "it does not compile, and nothing is said about it");
    };
    assert_eq!(inspection.wasm.as_deref().unwrap_or(&wasm), &wasm[..], "the same text compiles to the same");
    if let Some(map) = InstructionMap::of_text(&text, &wasm) {
        for offset in 0..wasm.len() as u64 {
            let Some(range) = map.range(offset) else { continue };
            assert!(range.start <= range.end, "{range:?}");
            assert!(
                text.get(range.clone()).is_some(),
                "the instruction at {offset} is at {range:?}, outside of the text"
            );
            let location = map.location(offset).expect("it has a range");
            assert!(location.line >= 1 && location.column >= 1);
            assert_eq!(map.line(offset).map(|line| line.line as usize), Some(location.line));
        }
    }
    // What a message points at: a place in the text for any byte of the module, or none.
    let offsets: Vec<u64> = (0..wasm.len() as u64).step_by(wasm.len() / 20 + 1).collect();
    for (offset, range) in offsets.iter().zip(locate(&text, &wasm, &offsets)) {
        if let Some(range) = range {
            assert!(text.get(range.clone()).is_some(), "byte {offset} is at {range:?}, outside of the text");
        }
    }
}
