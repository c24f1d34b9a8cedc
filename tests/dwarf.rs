//! What is read of the DWARF of a module that rustc has made, and of a damaged one.
#![cfg(not(target_arch = "wasm32"))]

#[path = "support/guests.rs"]
mod guests;

use std::path::Path;

use guests::{SOURCES, guest_with_lines, guest_with_values, sources};
use proptest::prelude::*;
use wasmoscope::engine::source_map::SourceMap;
use wasmoscope::engine::source_map::dwarf::DebugInfo;

fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).expect("the guest was built")
}

/// The line of a guest's source on which a piece of it stands.
fn line_of(file: &str, piece: &str) -> u32 {
    let text = std::fs::read_to_string(sources().join(file)).expect("the guest has that source");
    let index = text.lines().position(|line| line.contains(piece)).expect("the source has that line");
    index as u32 + 1
}

fn source(file: &str) -> String {
    format!("{SOURCES}/{file}")
}

#[test]
fn files_of_the_program_are_distinguished_from_libraries() {
    let info = DebugInfo::read(&read(&guest_with_lines("wordcount"))).expect("it has DWARF");
    assert_eq!(info.problem(), None);
    let mut own: Vec<&str> =
        info.files().iter().filter(|file| !file.is_library).map(|file| file.path.as_str()).collect();
    own.sort_unstable();
    let expected = ["count.rs", "main.rs", "report.rs"].map(|name| source(&format!("wordcount/src/{name}")));
    assert_eq!(own, expected);
    assert!(info.files().iter().any(|file| file.path.ends_with("/library/core/src/fmt/mod.rs")), "{:?}", info.files());
}

#[test]
fn a_line_is_found_with_its_place() {
    let info = DebugInfo::read(&read(&guest_with_lines("wordcount"))).expect("it has DWARF");
    let line = line_of("wordcount/src/count.rs", "count.words += 1");
    let path = source("wordcount/src/count.rs");
    let (found, offsets) = info.on_line(&path, line).expect("the line has instructions");
    assert_eq!(found, line);
    for offset in offsets {
        let place = info.place(offset).expect("it was found by its place");
        assert_eq!((info.file(place.file).map(|file| file.path.as_str()), place.line), (Some(path.as_str()), line));
        assert!(place.column > 0);
        let frames = info.frames(offset);
        assert_eq!(frames[0].function.as_deref(), Some("of"), "{frames:?}");
        assert!(!frames.last().expect("a function").is_inlined);
    }
}

#[test]
fn a_line_without_instructions_resolves_to_the_next_one_with_some() {
    let info = DebugInfo::read(&read(&guest_with_lines("hello"))).expect("it has DWARF");
    let path = source("hello/src/main.rs");
    let comment = line_of("hello/src/main.rs", "// The prompt has no newline");
    assert!(info.on_line(&path, comment).expect("there is more").0 > comment);
    assert_eq!(info.on_line(&path, 10_000), None);
    assert_eq!(info.on_line("/other.rs", 1), None);
}

#[test]
fn inlined_calls_are_frames_with_their_call_sites() {
    let wasm = read(&guest_with_lines("wordcount"));
    let info = DebugInfo::read(&wasm).expect("it has DWARF");
    let chains: Vec<_> = (0..wasm.len() as u64).map(|offset| info.frames(offset)).filter(|f| f.len() > 2).collect();
    assert!(!chains.is_empty(), "nothing is inlined into anything");
    for frames in chains {
        let (function, inlined) = frames.split_last().expect("there are several");
        assert!(!function.is_inlined && inlined.iter().all(|frame| frame.is_inlined), "{frames:?}");
    }
}

#[test]
fn files_of_one_name_are_distinguished_by_their_functions() {
    let wasm = read(&guest_with_values());
    let info = DebugInfo::read(&wasm).expect("it has DWARF");
    let mut found: Vec<_> = info.landmarks(&wasm).into_iter().collect();
    found.sort_by_key(|(file, _)| info.file(*file).map(|file| file.path.clone()));
    let found: Vec<_> = found
        .into_iter()
        .map(|(file, landmarks)| (info.file(file).expect("it is one of them").path.clone(), landmarks))
        .collect();
    let expected = [("left", "of_left"), ("right", "of_right")].map(|(folder, function)| {
        let file = format!("values/src/{folder}/part.rs");
        (source(&file), vec![(line_of(&file, &format!("pub fn {function}")), function.to_owned())])
    });
    assert_eq!(found, expected);
}

#[test]
fn a_module_without_debug_information_has_none() {
    let stripped = wat::parse_str("(module (func nop))").expect("it compiles");
    assert!(DebugInfo::read(&stripped).is_none());
    assert!(DebugInfo::read(b"").is_none());
}

#[test]
fn external_debug_information_is_reported() {
    let mut module = wat::parse_str("(module)").expect("it compiles");
    let name = b"\x13external_debug_info";
    let url = b"\x0awords.dwarf";
    module.extend([0, (name.len() + url.len()) as u8]);
    module.extend_from_slice(name);
    module.extend_from_slice(url);
    let info = DebugInfo::read(&module).expect("it says where");
    assert!(info.problem().is_some_and(|problem| problem.contains("words.dwarf")), "{:?}", info.problem());
}

/// Asks everything that can be asked.
fn look(info: &DebugInfo, wasm: &[u8]) {
    for offset in (0..wasm.len() as u64).step_by(97) {
        let _ = (info.place(offset), info.frames(offset), info.line(offset));
    }
    for file in info.files().iter().take(20) {
        let _ = info.on_line(&file.path, 1);
    }
}

/// Where the debug sections are: everything behind the code is custom.
fn debug_start(wasm: &[u8]) -> usize {
    wasm.windows(7).position(|window| window == b".debug_").expect("it has DWARF")
}

#[test]
fn debug_information_that_is_cut_short_is_read_as_far_as_it_goes() {
    let wasm = read(&guest_with_lines("hello"));
    let start = debug_start(&wasm);
    for part in 0..40 {
        let cut = &wasm[..start + (wasm.len() - start) * part / 40];
        if let Some(info) = DebugInfo::read(cut) {
            look(&info, cut);
        }
    }
}

/// The module with the contents of one section cut to a length.
fn with_section(wasm: &[u8], wanted: &str, change: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    use wasmparser::{Parser, Payload};
    let mut module = b"\0asm\x01\0\0\0".to_vec();
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload.expect("it is valid");
        match &payload {
            Payload::CustomSection(section) => {
                let data = if section.name() == wanted { change(section.data()) } else { section.data().to_vec() };
                let mut contents = leb128(section.name().len());
                contents.extend_from_slice(section.name().as_bytes());
                contents.extend(data);
                module.push(0);
                module.extend(leb128(contents.len()));
                module.extend(contents);
            }
            other => {
                if let Some((id, range)) = other.as_section() {
                    module.push(id);
                    module.extend(leb128((range.end - range.start) as usize));
                    module.extend_from_slice(&wasm[range.start as usize..range.end as usize]);
                }
            }
        }
    }
    module
}

fn leb128(mut value: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let byte = (value & 0x7f) as u8;
        value >>= 7;
        if value == 0 {
            bytes.push(byte);
            return bytes;
        }
        bytes.push(byte | 0x80);
    }
}

#[test]
fn damaged_debug_information_is_reported() {
    let wasm = read(&guest_with_lines("hello"));
    let damaged = with_section(&wasm, ".debug_abbrev", |_| Vec::new());
    let info = DebugInfo::read(&damaged).expect("there are sections");
    assert!(!info.has_own_lines());
    assert!(info.problem().is_some_and(|problem| problem.contains("cannot be read")), "{:?}", info.problem());
    let half = with_section(&wasm, ".debug_line", |data| data[..data.len() / 2].to_vec());
    assert!(DebugInfo::read(&half).expect("there are sections").problem().is_some());
}

/// Very many units that all name the same line tables.
#[test]
fn debug_information_made_to_take_for_ever_is_given_up() {
    let wasm = read(&guest_with_lines("hello"));
    let again = with_section(&wasm, ".debug_info", |data| data.repeat(300));
    let info = DebugInfo::read(&again).expect("there are sections");
    assert!(info.problem().is_some_and(|problem| problem.contains("it is too large")), "{:?}", info.problem());
}

const SECTIONS: [&str; 5] = [".debug_info", ".debug_abbrev", ".debug_line", ".debug_str", ".debug_ranges"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn damaged_debug_information_does_no_harm(
        section in prop::sample::select(&SECTIONS[..]),
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..30),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let wasm = read(&guest_with_lines("hello"));
        let damaged = with_section(&wasm, section, |data| {
            let mut data = data.to_vec();
            for (index, byte) in &flips {
                let index = index.index(data.len());
                data[index] = *byte;
            }
            if let Some(cut) = &cut {
                data.truncate(cut.index(data.len()));
            }
            data
        });
        if let Some(info) = DebugInfo::read(&damaged) {
            look(&info, &damaged);
        }
    }
}
