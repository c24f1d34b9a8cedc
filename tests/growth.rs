//! Work that grows with its input and not with the square of it: nesting, long lines, many names, deep directories.
#![cfg(not(target_arch = "wasm32"))]

use std::fmt::Write;
use std::rc::Rc;
use std::time::Duration;

use wasmoscope::engine::debugger::{Command, DebugProgress, DebugSession, LineEntries};
use wasmoscope::engine::inspect::{Summary, disassemble, inspect};
use wasmoscope::engine::instrument::{Embedding, Options, Watched, instrument, instrument_with};
use wasmoscope::engine::runtime::{Entry, Limits};
use wasmoscope::engine::source::Source;
use wasmoscope::engine::source_map::{InstructionMap, SourceMap};
use wasmoscope::engine::vfs::Vfs;
use wasmoscope::engine::wasi::{Clock, Random, WasiConfig, WasiCtx, root_preopen};

/// What the work on four times the input may take, as a multiple: linear work takes 4, quadratic work 16.
const MOST: f64 = 8.0;
/// The least of so many runs counts: whatever else the machine does only adds to it.
const RUNS: usize = 2;
/// What takes less than this is too short to be compared: the time of a thread is counted in ticks of a few milliseconds.
const SHORTEST: Duration = Duration::from_millis(40);

/// Asserts that the work on an input of size 4n takes at most [`MOST`] times that of size n. Where it is done too soon to
/// tell, it is done several times.
fn grows_linearly<T>(what: &str, size: usize, make: impl Fn(usize) -> T, work: impl Fn(&T)) {
    let once = make(size);
    let mut times = 1;
    let mut small = time(|| work(&once));
    while small < SHORTEST {
        times *= 2;
        small = time(|| (0..times).for_each(|_| work(&once)));
    }
    let least = |input: &T| (0..RUNS).map(|_| time(|| (0..times).for_each(|_| work(input)))).min().unwrap_or_default();
    let mut ratios = Vec::new();
    let input = make(4 * size);
    // A machine that is busy with something else may make one measurement too long, but not each.
    for _ in 0..3 {
        let ratio = least(&input).as_secs_f64() / least(&once).as_secs_f64();
        if ratio < MOST {
            return;
        }
        ratios.push(ratio);
    }
    panic!("{what}: of {size}, four times the input takes {ratios:.1?} times as long");
}

/// The time that this thread spends on something: of its processor where that is known, else of a clock.
fn time(work: impl FnOnce()) -> Duration {
    let spent = || {
        let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        stat.split(' ').next()?.parse().ok().map(Duration::from_nanos)
    };
    let (start, clock) = (spent(), std::time::Instant::now());
    work();
    match (start, spent()) {
        (Some(start), Some(end)) => end.saturating_sub(start),
        _ => clock.elapsed(),
    }
}

fn wasm(text: &str) -> Rc<[u8]> {
    let inspection = inspect(&Source::new("test.wat", text));
    assert!(inspection.problems.is_empty(), "{}", inspection.problems[0]);
    inspection.wasm.expect("it compiles")
}

fn nested_ifs(depth: usize) -> String {
    let open = "(if (result i32) (i32.const 1) (then ".repeat(depth);
    let close = ") (else (i32.const 0)))".repeat(depth);
    format!("(module (func (export \"main\") (result i32) {open}(i32.const 7){close}))")
}

fn ifs_in_a_row(count: usize) -> String {
    let ifs = " (if (i32.const 1) (then (nop)))".repeat(count);
    format!("(module (func (export \"main\"){ifs}))")
}

fn else_ifs(length: usize) -> String {
    let open = "(if (result i32) (local.get 0) (then (i32.const 1)) (else ".repeat(length);
    let close = "))".repeat(length);
    format!(
        "(module (func $f (param i32) (result i32) {open}(i32.const 7){close}) (func (export \"main\") (result i32) (call $f (i32.const 0))))"
    )
}

fn table_to_all(blocks: usize) -> String {
    let targets: String = (0..blocks).map(|label| format!(" {label}")).collect();
    let (open, close) = ("(block ".repeat(blocks), ")".repeat(blocks));
    format!("(module (func (export \"main\") {open} (br_table{targets} (i32.const 3)) {close}))")
}

/// A table of few labels in each of many blocks, out to the outermost.
fn tables_in_blocks(blocks: usize) -> String {
    let mut text = "(module (func (export \"main\") ".to_owned();
    for depth in 0..blocks {
        let _ = write!(text, "(block (br_if {depth} (i32.const 0)) (br_table 0 {depth} 0 (i32.const 9)) ");
    }
    text + &")".repeat(blocks) + "))"
}

fn many_locals(locals: usize) -> String {
    let mut text = "(module (func (export \"main\")".to_owned();
    text += &" (local i32 externref)".repeat(locals);
    for local in 0..locals {
        let _ = write!(text, " (local.set {} (i32.const 1))", 2 * local);
    }
    text + "))"
}

/// Calls of a function with as many locals as there are calls.
fn calls_of_many_locals(count: usize) -> String {
    let locals = " (local externref i32 funcref)".repeat(count);
    let calls = " (call $f)".repeat(count);
    format!("(module (func $f{locals}) (func (export \"main\"){calls}))")
}

fn deep_operands(count: usize) -> String {
    let (push, drop) = (" i32.const 1".repeat(count), " drop".repeat(count));
    format!("(module (func $f) (func (export \"main\"){push} call $f (if (i32.const 1) (then (nop))) call $f{drop}))")
}

/// A text of that size.
type Make = fn(usize) -> String;

/// Programs that grow, and a size that shows it.
const SHAPES: [(&str, Make, usize); 8] = [
    ("ifs in a row", ifs_in_a_row, 2_000),
    ("nested ifs", nested_ifs, 2_000),
    ("else-if chain", else_ifs, 2_000),
    ("br_table to all blocks around", table_to_all, 2_000),
    ("br_table in each block", tables_in_blocks, 1_000),
    // A function has at most 50,000 locals.
    ("many locals", many_locals, 2_000),
    ("calls of a function with many locals", calls_of_many_locals, 2_000),
    ("deep operand stack", deep_operands, 2_000),
];

#[test]
fn instrumenting_grows_with_the_code() {
    for (what, make, first) in SHAPES {
        grows_linearly(what, first, |size| wasm(&make(size)), |wasm| drop(instrument(wasm).expect("it is valid")));
    }
}

#[test]
fn the_instrumented_module_grows_with_the_code() {
    for (what, make, _) in SHAPES {
        for watched in [Watched::Nothing, Watched::Reads] {
            let options = Options { watched, embedding: Embedding::Portable };
            let size = |size| instrument_with(&wasm(&make(size)), options).expect("it is valid").wasm.len();
            let (small, large) = (size(2_000), size(4_000));
            assert!(large as f64 <= 2.3 * small as f64, "{what}: {small} bytes, and {large} for twice as much");
        }
    }
}

#[test]
fn inspecting_grows_with_the_text() {
    for (what, make, first) in SHAPES {
        grows_linearly(what, first, make, |text| drop(wasm(text)));
    }
}

#[test]
fn the_map_of_instructions_grows_with_the_text() {
    for (what, make, first) in SHAPES {
        let input = |size| {
            let text = make(size);
            let wasm = wasm(&text);
            (text, wasm)
        };
        grows_linearly(what, first, input, |(text, wasm)| {
            let map = InstructionMap::of_text(text, wasm).expect("it has a map");
            let offsets = map.on_line("", 1).expect("it has instructions").1;
            assert!(offsets.iter().all(|offset| map.location(*offset).is_some()));
        });
    }
}

#[test]
fn disassembling_grows_with_the_code() {
    for (what, make, first) in SHAPES {
        grows_linearly(
            what,
            first,
            |size| wasm(&make(size)),
            |wasm| {
                disassemble(wasm).expect("it can be printed");
                InstructionMap::of_disassembly(wasm).expect("it has a map");
            },
        );
    }
}

struct Nothing;

impl Clock for Nothing {
    fn realtime_ns(&mut self) -> u64 {
        0
    }

    fn monotonic_ns(&mut self) -> u64 {
        0
    }
}

impl Random for Nothing {
    fn fill(&mut self, buffer: &mut [u8]) {
        buffer.fill(0);
    }
}

fn session(wasm: &[u8], summary: &Summary) -> DebugSession {
    let wasi = WasiCtx::new(WasiConfig {
        args: Vec::new(),
        env: Vec::new(),
        vfs: Vfs::default(),
        preopens: root_preopen(),
        clock: Box::new(Nothing),
        random: Box::new(Nothing),
        output_limit: None,
    });
    let entry = Entry::Export { name: "main".to_owned(), arguments: Vec::new() };
    match DebugSession::start("test.wat", wasm, summary, &entry, Limits::default(), wasi) {
        Ok(session) => session,
        Err(error) => panic!("{error:?}"),
    }
}

/// Starting to debug, a breakpoint on the line that is all of the program, what is seen at its end, and the way back.
#[test]
fn debugging_grows_with_the_code() {
    for (what, make, first) in SHAPES {
        let input = |size| {
            let text = make(size);
            let inspection = inspect(&Source::new("test.wat", text.as_str()));
            (text, inspection.wasm.expect("it compiles"), inspection.summary.expect("it has a summary"))
        };
        grows_linearly(what, first / 2, input, |(text, wasm, summary)| {
            let mut session = session(wasm, summary);
            let map = InstructionMap::of_text(text, wasm).expect("it has a map");
            LineEntries::find(session.program(), &map, "", 1).expect("it has instructions");
            session.set_source_map(Rc::new(map));
            for command in [Command::JumpToEnd, Command::BackInto, Command::BackContinue] {
                session.ask(command);
                while let DebugProgress::Working { .. } = session.advance(1 << 20) {}
                assert!(!session.state().call_stack(10).is_empty());
            }
        });
    }
}

/// Texts that are no programs: each is refused with a problem at a place, in time that grows with the text.
#[test]
fn refusing_a_text_grows_with_the_text() {
    let texts: [(&str, Make); 14] = [
        ("open parentheses", |size| "(".repeat(size)),
        ("open parentheses on lines", |size| "(\n".repeat(size)),
        ("closing parentheses", |size| ")".repeat(size)),
        ("open comments", |size| "(;".repeat(size)),
        ("quotes", |size| "\"".repeat(size)),
        ("names", |size| (0..size).map(|at| format!("$a{at} ")).collect()),
        ("a long name", |size| format!("(module (func call ${} call ${}b))", "a".repeat(size), "a".repeat(size))),
        ("a long word", |size| format!("(module (func {}))", "a".repeat(size))),
        ("open blocks", |size| format!("(module (func {}", "(block ".repeat(size))),
        ("open modules", |size| "(module ".repeat(size)),
        ("nested annotations", |size| format!("(module (@a {}", "(a ".repeat(size))),
        ("bad lines", |size| format!("(module (func\n{}))", "i32.ad\n".repeat(size))),
        ("unknown names", |size| {
            format!(
                "(module (func {} call $x))",
                (0..size).map(|at| format!("(local $y{at} i32)\n")).collect::<String>()
            )
        }),
        ("functions that are not valid", |size| format!("(module\n{})", "(func (result i32))\n".repeat(size))),
    ];
    for (what, make) in texts {
        grows_linearly(what, 5_000, make, |text| {
            let problems = inspect(&Source::new("test.wat", text.as_str())).problems;
            let problem = problems.first().unwrap_or_else(|| panic!("{what}: it is refused"));
            assert!(problem.location.is_some(), "{what}: {problem}");
        });
    }
}

#[test]
fn unresolved_imports_are_reported_in_linear_time() {
    let imports = |size| -> String {
        let imports: String = (0..size).map(|at| format!("(import \"env\" \"f{at}\" (func))\n")).collect();
        format!("(module\n{imports})")
    };
    grows_linearly("imports", 1_000, imports, |text| {
        let problems = inspect(&Source::new("test.wat", text.as_str())).problems;
        assert!(problems.len() > 100 && problems[99].location.is_some(), "{} problems", problems.len());
    });
}

#[test]
fn a_tree_grows_with_its_files_and_its_depth() {
    grows_linearly(
        "files",
        500,
        |size| size,
        |size| {
            let mut tree = Vfs::default();
            for file in 0..*size {
                tree.write_file(&format!("d{}/f{file}", file % 10), b"x").expect("there is room");
            }
            let bytes = postcard::to_allocvec(&tree).expect("it can be stored");
            let read: Vfs = postcard::from_bytes(&bytes).expect("it can be read");
            assert_eq!(read.entries().len(), tree.entries().len());
            tree.write_file("d0/f0", b"y").expect("there is room");
            assert_eq!(tree.changes_since(&read).written.len(), 1);
        },
    );
}

/// Each directory of a deep path is made on its own, as reading an archive does: as much work as its paths are long.
#[test]
fn deep_directories_take_as_long_as_their_paths() {
    let paths = |depth: usize| -> Vec<String> { (1..=depth).map(|length| vec!["d"; length].join("/")).collect() };
    let deep = |depth: usize| (0..2).map(|_| paths(depth)).collect::<Vec<_>>();
    let work = |all: &Vec<Vec<String>>| {
        for paths in all {
            let mut tree = Vfs::default();
            for path in paths {
                tree.make_directory(path).expect("there is room");
            }
            assert_eq!(tree.entries().len(), paths.len());
        }
    };
    let (small, large) = (deep(250), deep(1_000));
    let least = |input| (0..RUNS).map(|_| time(|| work(input))).min().unwrap_or_default().as_secs_f64();
    let ratio = least(&large) / least(&small);
    // The paths are 16 times as long together; the cube would be 64.
    assert!(ratio < 32.0, "four times as deep takes {ratio:.1} times as long");
}
