//! Debug information is read as far as it goes, whatever is wrong with it, and variables are shown wherever a program
//! stands.

use std::borrow::Cow;

use wasmoscope::engine::source_map::SourceMap;
use wasmoscope::engine::source_map::dwarf::{DebugInfo, State};

/// A program in a state that no compiler would leave it in.
struct Hostile {
    memory: Vec<u8>,
    bits: u64,
}

impl State for Hostile {
    fn memory_size(&self) -> u64 {
        self.memory.len() as u64
    }

    fn memory(&self, address: u64, length: u64) -> Option<Cow<'_, [u8]>> {
        let start = usize::try_from(address).ok()?;
        self.memory.get(start..start.checked_add(usize::try_from(length).ok()?)?).map(Cow::Borrowed)
    }

    fn local(&self, index: u32) -> Option<u64> {
        (index < 50).then(|| self.bits.wrapping_mul(u64::from(index) + 1) % 70_000)
    }

    fn global(&self, index: u32) -> Option<u64> {
        (index < 3).then_some(0x8000)
    }
}

pub fn run(input: &[u8]) {
    let Some(info) = DebugInfo::read(input) else { return };
    if let Some(problem) = info.problem() {
        assert!(!problem.trim().is_empty());
    }
    for file in info.files().iter().take(50) {
        let _ = info.on_line(&file.path, 1);
    }
    let noise = (0..65_536u32).map(|at| (at.wrapping_mul(0x9E37_79B1) >> 13) as u8 & 0x8F).collect();
    let states = [Hostile { memory: vec![0; 65_536], bits: 0 }, Hostile { memory: noise, bits: 0x1357 }];
    for offset in (0..input.len() as u64).step_by(input.len() / 40 + 1) {
        let frames = info.frames(offset);
        let _ = (info.place(offset), info.line(offset), info.line_around(offset));
        for state in &states {
            let variables = info.variables(input, offset, state);
            assert_eq!(variables.len(), frames.len(), "variables for each frame at {offset}");
            for variable in variables.iter().flatten() {
                let value = variable.value.as_deref().unwrap_or_default();
                assert!(value.len() < 100_000, "{} has a value of {} bytes", variable.name, value.len());
            }
        }
    }
}
