//! The inputs to begin with: the programs of the project's own tests and examples, the modules of the specification's
//! scripts, guests, and messages, links and archives made of them.
//!
//! Everything is in an order of its own, so that a seed stands for the same input as long as the files are the same.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use wasmoscope::protocol::{
    AccessKind, Breakpoint, BreakpointKind, BreakpointOptions, ByteForm, CallFilter, CallsWatch, DebugCommand, Entry,
    Event, FileChange, FileContents, FileImage, LineCommand, MemoryWatch, OutputChunk, Request, RunOptions, Stream,
    ValueChange, WriteTarget,
};
use wasmoscope::ui::platform::archive::{Format, pack};
use wasmoscope::ui::platform::share_url::{Shared, to_fragment};
use wasmoscope::ui::state::call_notes::{CallChange, CallNotes};
use wasmoscope::ui::state::debug_notes::{Bookmark, DebugNotes};
use wasmoscope::ui::state::project::Program;
use wasmoscope::ui::state::project_file::{Packing, ProjectFile};
use wasmoscope::ui::state::sources::SourceText;

use super::SplitMix;
use super::support::{RUN, TestWorker, wat};
use super::targets::step_link;

/// The longest script of the specification whose modules are taken, in bytes; the longer ones are the same many times.
const LONGEST_SCRIPT: usize = 12_000;

#[path = "../../tests/support/guests.rs"]
mod guests;
#[path = "../../tests/support/suite.rs"]
mod suite;

fn root() -> &'static Path {
    let mut folders = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    folders.find(|folder| folder.join("tests/cases").is_dir()).expect("this is below the project")
}

/// The files below a folder with one of these extensions, in order.
fn files(folder: &str, extensions: &[&str]) -> Vec<Vec<u8>> {
    let mut found: Vec<PathBuf> = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        for entry in entries {
            let path = entry.expect("an entry can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extensions.iter().any(|wanted| extension == *wanted)) {
                found.push(path);
            }
        }
    }
    found.sort();
    let read = |path: PathBuf| std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    found.into_iter().map(read).collect()
}

/// Programs as text.
pub fn texts() -> Vec<Vec<u8>> {
    ["tests/cases", "static/examples"].iter().flat_map(|folder| files(folder, &["wat"])).collect()
}

/// Programs as modules: those texts compiled, the specification's, a guest in Rust, and small ones with debug
/// information.
pub fn modules() -> Vec<Vec<u8>> {
    let mut modules: Vec<Vec<u8>> =
        texts().iter().filter_map(|text| wat::parse_bytes(text).ok()).map(|wasm| wasm.into_owned()).collect();
    modules.retain(|wasm| wasm.starts_with(b"\0asm\x01\0\0\0"));
    for script in suite::scripts().iter().filter(|script| script.text.len() < LONGEST_SCRIPT) {
        modules.extend(first_module(&script.text));
    }
    modules.push(std::fs::read(guests::guest("hello")).expect("the guest was built"));
    modules.extend(dwarf());
    modules
}

/// The first module of a script that can be encoded.
fn first_module(script: &str) -> Option<Vec<u8>> {
    let buffer = wast::parser::ParseBuffer::new(script).ok()?;
    let wast = wast::parser::parse::<wast::Wast<'_>>(&buffer).ok()?;
    let mut modules = wast.directives.into_iter().filter_map(|directive| match directive {
        wast::WastDirective::Module(mut module) => module.encode().ok(),
        _ => None,
    });
    modules.find(|wasm| wasm.starts_with(b"\0asm\x01\0\0\0"))
}

/// Everything that can be opened, and what only looks as if.
pub fn sources() -> Vec<Vec<u8>> {
    let mut sources = texts();
    sources.extend(modules());
    sources.extend(files("tests/cases", &["wasm", "bin", "txt", "wast"]));
    sources
}

/// Modules with debug information.
pub fn dwarf() -> Vec<Vec<u8>> {
    files("fuzz/seeds/dwarf", &["wasm"])
}

/// Bytes that stand for choices.
pub fn noise() -> Vec<Vec<u8>> {
    let mut random = SplitMix(1);
    (0..16u64).map(|index| (0..200 + index * 100).flat_map(|_| random.next().to_le_bytes()).collect()).collect()
}

/// Conditions and watch expressions.
pub fn conditions() -> Vec<Vec<u8>> {
    [
        "local.i == 3 && stack[0] > 0x10",
        "mem32[0x400] != 0",
        "mem32[$other][0x400] + mem8[1][stack[1] - 5]",
        "-(2 + 3) == -5 || 1 / 0",
        "!0 && ~0 == -1",
        "1 << 3 | 1 & 3 ^ 2 >> 63",
        "global.$__stack_pointer + depth * step % 7",
        "memf64[local.long] <= 1.5e+2",
        "local[0] / -1",
        "((((((1))))))",
        "mem64[0xffffffffffffffff] >= -9223372036854775808",
        "local.d * 1e308 == memf32[65532]",
    ]
    .iter()
    .map(|text| text.as_bytes().to_vec())
    .collect()
}

fn file(path: &str, contents: FileContents) -> FileImage {
    FileImage { path: path.to_owned(), contents }
}

fn tree() -> Vec<FileImage> {
    vec![
        file("d", FileContents::Directory),
        file("d/größe.txt", FileContents::File { bytes: b"some text\n".repeat(20) }),
        file("empty", FileContents::File { bytes: Vec::new() }),
        file("link", FileContents::Symlink { target: "d/größe.txt".to_owned() }),
    ]
}

fn project_list() -> Vec<ProjectFile> {
    let plain = ProjectFile {
        name: "A project".into(),
        program: Program::Text("(module (func (export \"main\")))".into()),
        arguments: "--count 3 'two words'".into(),
        environment: "KEY=value".into(),
        sources: Vec::new(),
        kept: true,
        files: tree(),
        debugging: DebugNotes::default(),
    };
    let breakpoint = Breakpoint {
        id: 1,
        kind: BreakpointKind::Line { file: Some("main.rs".into()), line: 7 },
        options: BreakpointOptions {
            condition: Some("local.i > 3".into()),
            hit_count: 2,
            log_message: Some("i is {local.i}".into()),
        },
    };
    let kind = BreakpointKind::Memory { memory: 0, start: 16, length: 4, access: AccessKind::Change };
    let watchpoint = Breakpoint { id: 2, kind, options: BreakpointOptions::default() };
    let debugging = DebugNotes {
        breakpoints: vec![breakpoint, watchpoint],
        expressions: vec!["local.i".into(), "mem8[3]".into()],
        bookmark: Some(Bookmark { step: 5, bytes: b"\x01bytes".to_vec().into() }),
        calls: CallNotes::default().apply(CallChange::Choose(Some("add".into()))).apply(CallChange::Type {
            export: "add".into(),
            index: 1,
            text: "0x2".into(),
        }),
        example: Some("hello".into()),
    };
    let debugged = ProjectFile { debugging, ..plain.clone() };
    let binary = ProjectFile {
        program: Program::Binary { file_name: "a.wasm".into(), bytes: b"\0asm\x01\0\0\0".to_vec().into() },
        sources: vec![SourceText { path: "/src/main.rs".into(), text: "fn main() {}\n".into() }],
        ..debugged.clone()
    };
    vec![plain, debugged, binary]
}

/// What is behind the `#` of links: packed, and as they would be unpacked, so that changes reach what is inside.
pub fn fragments() -> Vec<Vec<u8>> {
    let url = base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let mut fragments = Vec::new();
    for project in project_list() {
        if let Ok(Shared::Fragment(fragment)) = to_fragment(&project) {
            fragments.push(fragment.into_bytes());
        }
        let plain = project.encode(Packing::Plain).expect("a project has bytes");
        fragments.push(format!("#project={}", url.encode(plain)).into_bytes());
    }
    fragments
}

/// Project files, and the bodies in them.
pub fn projects() -> Vec<Vec<u8>> {
    let mut projects = Vec::new();
    for project in project_list() {
        let plain = project.encode(Packing::Plain).expect("a project has bytes");
        projects.push(plain[6..].to_vec());
        projects.push(plain);
        projects.push(project.encode(Packing::Small).expect("a project has bytes"));
    }
    projects
}

/// Archives of each format.
pub fn archives() -> Vec<Vec<u8>> {
    use std::io::Write as _;
    let mut archives = Vec::new();
    for files in [tree(), Vec::new()] {
        for format in [Format::Zip, Format::Tar] {
            archives.push(pack(format, &files).expect("a small tree"));
        }
    }
    let mut zipped = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    zipped.write_all(&archives[1]).expect("memory is written");
    archives.push(zipped.finish().expect("memory is written"));
    archives
}

fn stopped_at(commands: &[DebugCommand]) -> TestWorker {
    let mut worker = TestWorker::new();
    worker.send(Request::SetFiles { files: tree() });
    let options = RunOptions { limits: step_link::limits(), ..RunOptions::default() };
    worker.send(Request::Debug {
        run: RUN,
        source: wat(step_link::PROGRAM),
        entry: Entry::Default,
        options,
        breakpoints: Vec::new(),
    });
    worker.send(Request::Stdin { run: RUN, bytes: b"typed\n".to_vec() });
    for command in commands {
        worker.send(Request::DebugCommand { run: RUN, command: command.clone() });
        worker.settle(50);
    }
    worker
}

/// Steps that a project was shared at.
pub fn bookmarks() -> Vec<Vec<u8>> {
    let mut bookmarks = Vec::new();
    let changes = [
        ValueChange::Global { global: 0, text: "77".into() },
        ValueChange::Local { frame: 0, local: 0, text: "3".into() },
        ValueChange::Memory { memory: 0, address: 100, form: ByteForm::Utf8, text: "new.txt".into() },
    ];
    for commands in
        [vec![], vec![DebugCommand::JumpTo { step: 60 }], vec![DebugCommand::JumpToEnd], vec![DebugCommand::Into; 30]]
    {
        for changed in [false, true] {
            let mut worker = stopped_at(&commands);
            for change in changes.iter().filter(|_| changed) {
                worker.send(Request::ChangeValue { run: RUN, change: change.clone() });
            }
            if changed {
                let change = FileChange::Write { files: tree() };
                worker.send(Request::ChangeFiles { change });
            }
            worker.send(Request::Bookmark { run: RUN });
            bookmarks.extend(worker.events.into_iter().filter_map(|event| match event {
                Event::Bookmarked { bytes, .. } => Some(bytes),
                _ => None,
            }));
        }
    }
    assert!(bookmarks.len() >= 6, "the worker makes bookmarks");
    bookmarks
}

fn request_list() -> Vec<Request> {
    let run = RUN;
    let breakpoint = |line, condition: &str, log_message: &str| -> Breakpoint {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Breakpoint {
            id: line,
            kind: BreakpointKind::Line { file: None, line },
            options: BreakpointOptions { condition: text(condition), hit_count: 0, log_message: text(log_message) },
        }
    };
    let other = |id, kind| Breakpoint { id, kind, options: BreakpointOptions::default() };
    let command = |command| Request::DebugCommand { run, command };
    let mut requests = vec![
        Request::SetBreakpoints {
            run,
            breakpoints: vec![breakpoint(17, "local.n == 3", ""), breakpoint(26, "", "n is {local.i} {mem32[200]}")],
        },
        Request::SetBreakpoints {
            run,
            breakpoints: vec![
                breakpoint(17, "local.n == 3", ""),
                other(1, BreakpointKind::Memory { memory: 0, start: 204, length: 8, access: AccessKind::Write }),
                other(2, BreakpointKind::Memory { memory: 0, start: 0, length: 65_536, access: AccessKind::Read }),
                other(3, BreakpointKind::Global { name: "turns".into(), access: AccessKind::Change }),
                other(
                    4,
                    BreakpointKind::Local { function: "step".into(), name: "n".into(), access: AccessKind::Write },
                ),
                other(5, BreakpointKind::Import { name: "fd_write".into() }),
                other(6, BreakpointKind::Function { function: "square".into() }),
                other(7, BreakpointKind::Instruction { line: 18, column: 5 }),
            ],
        },
        Request::ChangeValue { run, change: ValueChange::Operand { frame: 0, operand: 0, text: "1".into() } },
        Request::ChangeValue { run, change: ValueChange::Global { global: 0, text: "-1".into() } },
        Request::ChangeValue {
            run,
            change: ValueChange::Memory { memory: 0, address: 65_530, form: ByteForm::Bytes, text: "00 ff 7".into() },
        },
        Request::Evaluate {
            run,
            frame: 0,
            expressions: vec!["local.i".into(), "stack[0]".into(), "mem64[65532]".into()],
        },
        Request::Hover { run, query: 1, at: 1500, word: Some("turns".into()), frame: 0 },
        Request::WatchMemory { watch: Some(MemoryWatch { memory: 0, offset: 0, length: 512 }) },
        Request::WatchCalls {
            watch: Some(CallsWatch {
                filter: CallFilter { functions: "fd_* path_*".into(), path: "out".into(), failures: false },
                first: 1,
                count: 100,
                follow: true,
            }),
        },
        Request::CopyCalls { filter: CallFilter::default() },
        Request::ChangeFiles { change: FileChange::Rename { from: "d".into(), to: "e/f".into() } },
        Request::ChangeFiles { change: FileChange::Copy { from: "d".into(), to: "d/d".into() } },
        Request::ChangeFiles { change: FileChange::Remove { path: "link".into() } },
        Request::ChangeFiles { change: FileChange::Revert { paths: vec!["out.txt".into(), "d".into()] } },
        Request::SetFiles { files: tree() },
        Request::CompareFile { path: "out.txt".into() },
        Request::ReadFile { path: "d/größe.txt".into() },
        Request::Stdin { run, bytes: b"line\n".to_vec() },
        Request::EndOfInput { run },
        Request::Bookmark { run },
        Request::Pause { run },
        Request::Continue { run },
        Request::Stop { run },
        Request::DebugAgain { run, again: run, breakpoints: vec![breakpoint(20, "", "")] },
        Request::Check { version: 1, source: wat("(module (func (export \"main\")))") },
        Request::ListSources { version: 1, source: wat("(module)") },
    ];
    requests.extend(
        [
            DebugCommand::Continue,
            DebugCommand::Into,
            DebugCommand::Over,
            DebugCommand::Out,
            DebugCommand::BackInto,
            DebugCommand::BackOver,
            DebugCommand::BackOut,
            DebugCommand::BackContinue,
            DebugCommand::NextMark,
            DebugCommand::PreviousMark,
            DebugCommand::JumpToEnd,
            DebugCommand::JumpTo { step: 40 },
            DebugCommand::RunTo { file: None, line: 30 },
            DebugCommand::Line(LineCommand::Over),
            DebugCommand::Line(LineCommand::BackOut),
            DebugCommand::LastWrite { target: WriteTarget::Memory { memory: 0, start: 204, length: 4 } },
            DebugCommand::LastWrite { target: WriteTarget::Global { global: 0 } },
            DebugCommand::LastWrite { target: WriteTarget::Local { frame: 0, local: 0 } },
        ]
        .map(command),
    );
    requests
}

/// Rows of requests, as the target `requests` reads them.
pub fn requests() -> Vec<Vec<u8>> {
    let encoded: Vec<Vec<u8>> = request_list()
        .iter()
        .map(|request| {
            let bytes = request.encode().expect("a request has bytes");
            [&(bytes.len() as u16).to_le_bytes(), bytes.as_slice()].concat()
        })
        .collect();
    let mut random = SplitMix(2);
    let mut rows = Vec::new();
    for _ in 0..60 {
        let length = 3 + random.next() % 12;
        rows.push((0..length).flat_map(|_| encoded[random.next() as usize % encoded.len()].clone()).collect());
    }
    rows
}

/// Messages of both directions.
pub fn messages() -> Vec<Vec<u8>> {
    let mut messages: Vec<Vec<u8>> =
        request_list().iter().map(|request| request.encode().expect("a request has bytes")).collect();
    let worker = stopped_at(&[DebugCommand::JumpTo { step: 60 }, DebugCommand::JumpToEnd]);
    messages.extend(worker.events.iter().map(|event| event.encode().expect("an event has bytes")));
    let chunks = vec![OutputChunk { stream: Stream::Stdout, bytes: b"hi".to_vec(), dropped: 3 }];
    messages.push(Event::Output { run: RUN, chunks }.encode().expect("an event has bytes"));
    messages
}

/// What programs print, with the escape sequences that they colour it by.
pub fn terminal() -> Vec<Vec<u8>> {
    [
        "plain text\nof two lines\n",
        "\x1b[1;31mred\x1b[0m \x1b[38;5;9mbright\x1b[m \x1b[48;2;1;2;3mtrue colour\x1b[39;49m\n",
        "progress 10%\rprogress 20%\r\ndone\x07\n",
        "\x1b]8;;https://example.com\x1b\\link\x1b]8;;\x1b\\ \x1b[2K\x1b[1A",
        "größe 日本 🙂 \u{202e}rtl\u{202c} \u{9b}31m",
    ]
    .iter()
    .map(|text| text.as_bytes().to_vec())
    .chain([b"\xff\xfe \xc3( \xe2\x82 \xf0\x9f\x98".to_vec()])
    .collect()
}
