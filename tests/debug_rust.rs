//! A program written in Rust under the debugger: its lines, its functions, its inlined calls.
#![cfg(not(target_arch = "wasm32"))]

#[path = "support/guests.rs"]
mod guests;
mod support;

use guests::{SOURCES, guest_with_lines, sources};
use support::{RUN, TestWorker, sentence};
use wasmoscope::protocol::{
    Breakpoint, BreakpointKind, BreakpointOptions, DebugCommand, DebugView, Entry, Event, FileContents, FileImage,
    LineCommand, Outcome, PlacedBreakpoint, Request, RunOptions, Source, SourceFile, StopReason,
};

const COUNT: &str = "wordcount/src/count.rs";
const MAIN: &str = "wordcount/src/main.rs";

fn path(file: &str) -> String {
    format!("{SOURCES}/{file}")
}

/// The line of a guest's source on which a piece of it stands.
fn line_of(file: &str, piece: &str) -> u32 {
    let text = std::fs::read_to_string(sources().join(file)).expect("the guest has that source");
    let index = text.lines().position(|line| line.contains(piece)).expect("the source has that line");
    index as u32 + 1
}

fn wordcount() -> Source {
    let bytes = std::fs::read(guest_with_lines("wordcount")).expect("the guest was built");
    Source { name: "wordcount.wasm".to_owned(), bytes }
}

/// The word counter before its first instruction, with a text to count.
fn debug(breakpoints: Vec<Breakpoint>) -> TestWorker {
    let mut worker = TestWorker::new();
    let contents = FileContents::File { bytes: b"one two two\nthree\n".to_vec() };
    worker.send(Request::SetFiles { files: vec![FileImage { path: "words.txt".to_owned(), contents }] });
    let options = RunOptions { arguments: vec!["words.txt".to_owned()], ..RunOptions::default() };
    worker.send(Request::Debug { run: RUN, source: wordcount(), entry: Entry::Default, options, breakpoints });
    worker
}

fn on_line(file: &str, piece: &str) -> Breakpoint {
    let line = line_of(file, piece);
    let kind = BreakpointKind::Line { file: Some(path(file)), line };
    Breakpoint { id: line, kind, options: BreakpointOptions::default() }
}

fn command(worker: &mut TestWorker, command: DebugCommand) -> DebugView {
    worker.send(Request::DebugCommand { run: RUN, command });
    worker.settle(100_000);
    view(worker)
}

fn line(worker: &mut TestWorker, line: LineCommand) -> DebugView {
    command(worker, DebugCommand::Line(line))
}

fn view(worker: &TestWorker) -> DebugView {
    let views = worker.events.iter().rev().filter_map(|event| match event {
        Event::DebugStopped { view, .. } => Some(view),
        _ => None,
    });
    (**views.into_iter().next().expect("a view was sent")).clone()
}

/// The file and line where the program stands, that of the innermost inlined call.
fn stands(view: &DebugView) -> (String, u32) {
    let frame = &view.frames[0];
    let source = frame.inlined.first().map_or(&frame.source, |inlined| &inlined.source);
    let place = source.as_ref().expect("it stands on a line");
    (place.file.strip_prefix(SOURCES).unwrap_or(&place.file).trim_start_matches('/').to_owned(), place.line)
}

/// The functions on the call stack as a user sees them, those inlined in parentheses.
fn functions(view: &DebugView) -> Vec<String> {
    let names = view.frames.iter().flat_map(|frame| {
        let inlined = frame.inlined.iter().map(|inlined| format!("({})", inlined.function));
        inlined.chain([frame.function.clone()]).collect::<Vec<_>>()
    });
    names.collect()
}

#[test]
fn a_module_lists_its_sources() {
    let mut worker = TestWorker::new();
    worker.send(Request::ListSources { version: 3, source: wordcount() });
    let Some(Event::SourcesListed { version: 3, files, problem: None }) = worker.events.last() else {
        panic!("{:?}", worker.events.last())
    };
    assert!(files.contains(&SourceFile { path: path(COUNT), is_library: false, landmarks: Vec::new() }));
    assert!(files.iter().any(|file| file.is_library));
    let source = support::wat("(module)");
    worker.send(Request::ListSources { version: 4, source });
    let nothing = Event::SourcesListed { version: 4, files: Vec::new(), problem: None };
    assert_eq!(worker.events.last(), Some(&nothing));
}

#[test]
fn a_breakpoint_on_a_line_stops_there_with_the_functions_named() {
    let breakpoint = on_line(COUNT, "count.words += 1");
    let mut worker = debug(vec![breakpoint.clone()]);
    let placed = worker.events.iter().find_map(|event| match event {
        Event::BreakpointsPlaced { breakpoints, .. } => Some(breakpoints.clone()),
        _ => None,
    });
    let line = line_of(COUNT, "count.words += 1");
    let expected = PlacedBreakpoint { breakpoint, place: None, source_line: Some(line), problem: None };
    assert_eq!(placed, Some(vec![expected]));
    for _ in 0..4 {
        let view = command(&mut worker, DebugCommand::Continue);
        assert_eq!(view.reason, StopReason::Breakpoint { id: line, condition_error: None });
        assert_eq!(stands(&view), (COUNT.to_owned(), line));
        assert_eq!(view.frames[0].function, "<wordcount::count::Count>::of");
        assert!(functions(&view).iter().any(|name| name.contains("wordcount::main")), "{:?}", functions(&view));
        let expected =
            format!("Stopped at a breakpoint, on line {line} of count.rs, in `<wordcount::count::Count>::of`");
        assert_eq!(sentence(&view), expected);
    }
    let end = command(&mut worker, DebugCommand::Continue);
    assert_eq!(end.reason, StopReason::Ended { outcome: Outcome::Exited { code: 0 } });
    let back = command(&mut worker, DebugCommand::BackContinue);
    assert_eq!(stands(&back), (COUNT.to_owned(), line));
}

#[test]
fn a_breakpoint_on_a_missing_line_reports_that() {
    let kind = BreakpointKind::Line { file: Some(path(COUNT)), line: 10_000 };
    let breakpoint = Breakpoint { id: 1, kind, options: BreakpointOptions::default() };
    let worker = debug(vec![breakpoint]);
    let none = |event: &Event| matches!(event, Event::BreakpointsPlaced { breakpoints, .. } if breakpoints[0].source_line.is_none());
    assert!(worker.events.iter().any(none));
}

#[test]
fn a_line_without_source_is_shown_as_one_of_the_disassembly() {
    let view = view(&debug(Vec::new()));
    assert!(sentence(&view).ends_with(" of the disassembly"), "{}", sentence(&view));
}

#[test]
fn from_the_start_a_step_leads_to_the_first_line_of_the_program() {
    let mut worker = debug(Vec::new());
    let view = line(&mut worker, LineCommand::Over);
    assert_eq!(stands(&view).0, MAIN);
    let said = sentence(&view);
    assert!(said.starts_with(&format!("At line {} of main.rs, in `wordcount::", stands(&view).1)), "{said}");
    let mut worker = debug(Vec::new());
    let into = line(&mut worker, LineCommand::Into);
    assert_eq!((stands(&into), into.step), (stands(&view), view.step));
    let end = line(&mut worker, LineCommand::Out);
    assert!(matches!(end.reason, StopReason::Ended { .. }), "{:?}", end.reason);
    assert_eq!(sentence(&end), "Exited with code 0");
}

#[test]
fn a_breakpoint_on_a_line_with_only_an_inlined_call_stops_where_that_begins() {
    let mut worker = debug(vec![on_line(MAIN, "let text = report::render")]);
    let view = command(&mut worker, DebugCommand::Continue);
    let call = view.frames[0].inlined.iter().find(|inlined| inlined.function.starts_with("run<"));
    let place = call.and_then(|run| run.source.as_ref()).expect("it is in `run`");
    assert_eq!((place.file.as_str(), place.line), (path(MAIN).as_str(), line_of(MAIN, "let text = report::render")));
    // Out of what is inlined there, to a line of the program.
    assert!(stands(&line(&mut worker, LineCommand::Out)).0.starts_with("wordcount/src/"));
}

#[test]
fn lines_are_stepped_over_and_come_back_by() {
    let mut worker = debug(vec![on_line(MAIN, "print!(\"{text}\")")]);
    let start = command(&mut worker, DebugCommand::Continue);
    assert_eq!((stands(&start).1, start.printed), (line_of(MAIN, "print!(\"{text}\")"), 0));
    let after = line(&mut worker, LineCommand::Over);
    assert!(after.reason == StopReason::Step && after.printed > 0, "the line has printed: {:?}", after.reason);
    let back = line(&mut worker, LineCommand::BackInto);
    assert_eq!((back.step, stands(&back)), (start.step, stands(&start)));
    // The compiler has inlined `run` into `main`: its call is gone back to all the same.
    assert!(functions(&start)[0].starts_with("(run<"), "{:?}", functions(&start));
    let call = line(&mut worker, LineCommand::BackOut);
    assert_eq!(stands(&call), (MAIN.to_owned(), line_of(MAIN, "match run(std::env::args()")));
    assert!(call.frames[0].inlined.is_empty() && call.step < start.step);
}

#[test]
fn the_standard_library_is_not_stepped_into() {
    let mut worker = debug(Vec::new());
    let mut own = 0;
    loop {
        let view = line(&mut worker, LineCommand::Into);
        if view.reason != StopReason::Step {
            assert!(matches!(view.reason, StopReason::Ended { .. }), "{:?}", view.reason);
            break;
        }
        let (file, _) = stands(&view);
        assert!(file.starts_with("wordcount/src/"), "{file}");
        own += 1;
    }
    assert!(own > 20, "{own}");
}

#[test]
fn inlined_calls_are_shown_with_their_call_sites() {
    let mut worker = debug(vec![on_line(COUNT, "count.words += 1")]);
    command(&mut worker, DebugCommand::Continue);
    // Somewhere in this function an iterator of the standard library is inlined.
    let inlined = (0..5_000)
        .map(|_| command(&mut worker, DebugCommand::Over))
        .find(|view| view.frames[0].function.contains("Count>::of") && !view.frames[0].inlined.is_empty());
    let view = inlined.expect("something is inlined");
    let frame = &view.frames[0];
    assert!(frame.inlined[0].source.as_ref().is_some_and(|place| place.file.contains("/library/")), "{frame:?}");
    assert!(frame.source.as_ref().is_some_and(|place| place.file == path(COUNT)), "{frame:?}");
}

#[test]
fn runs_to_a_line() {
    let mut worker = debug(Vec::new());
    let wanted = line_of(COUNT, "count.words += 1");
    let view = command(&mut worker, DebugCommand::RunTo { file: Some(path(COUNT)), line: wanted });
    assert_eq!((stands(&view), view.reason), ((COUNT.to_owned(), wanted), StopReason::Step));
}

/// In which inlined call or function it stands.
fn innermost(view: &DebugView) -> String {
    functions(view).swap_remove(0)
}

#[test]
fn what_is_inlined_is_stepped_over_and_out_of_as_calls_are() {
    // `run` is inlined into `main`.
    let mut worker = debug(vec![on_line(MAIN, "match run(std::env::args()")]);
    assert_eq!(innermost(&command(&mut worker, DebugCommand::Continue)), "wordcount::main");
    let over = line(&mut worker, LineCommand::Over);
    assert_eq!((innermost(&over), over.printed > 0), ("wordcount::main".to_owned(), true));

    // A line on which there is nothing but what is inlined: of the standard library first, then of the program.
    let mut worker = debug(vec![on_line(MAIN, "let text = report::render")]);
    command(&mut worker, DebugCommand::Continue);
    let over = line(&mut worker, LineCommand::Over);
    assert_eq!(stands(&over), (MAIN.to_owned(), line_of(MAIN, "print!(\"{text}\")")));
    assert!(innermost(&over).starts_with("(run<"), "{}", innermost(&over));
    let out = line(&mut worker, LineCommand::Out);
    assert_eq!(innermost(&out), "wordcount::main");

    // Within `render`, which is inlined into `run`: its own lines and those of its callers, whatever else is inlined.
    let mut worker = debug(vec![on_line(MAIN, "let text = report::render")]);
    command(&mut worker, DebugCommand::Continue);
    let inside = (0..20).map(|_| line(&mut worker, LineCommand::Into)).find(|view| innermost(view) == "(render)");
    let mut at = stands(&inside.expect("`render` has lines of its own"));
    let mut lines = 0;
    loop {
        let over = line(&mut worker, LineCommand::Over);
        if innermost(&over) != "(render)" {
            assert!(innermost(&over).starts_with("(run<"), "{}", innermost(&over));
            break;
        }
        assert_ne!(stands(&over), at);
        at = stands(&over);
        lines += 1;
    }
    assert!(lines > 2, "{lines}");
}
