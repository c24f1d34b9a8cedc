//! Values of a program in Rust, told as what they are.
#![cfg(not(target_arch = "wasm32"))]

#[path = "support/guests.rs"]
mod guests;
mod support;

use guests::{SOURCES, guest_with_values, sources};
use support::{RUN, TestWorker};
use wasmoscope::engine::source_map::dwarf::{DebugInfo, State};
use wasmoscope::protocol::{
    Breakpoint, ByteForm, DebugCommand, DebugReason, DebugView, Entry, Event, LineCommand, Request, RunOptions, Source,
    SourceVariable, ValueChange,
};

const MAIN: &str = "values/src/main.rs";

/// The program, stopped before the line on which that stands.
fn stopped(piece: &str) -> TestWorker {
    let bytes = std::fs::read(guest_with_values()).expect("the guest was built");
    let source = Source { name: "values.wasm".to_owned(), bytes };
    let text = std::fs::read_to_string(sources().join(MAIN)).expect("the guest has that source");
    let line = text.lines().position(|line| line.contains(piece)).expect("the source has that line") as u32 + 1;
    let file = Some(format!("{SOURCES}/{MAIN}"));
    let breakpoints = vec![Breakpoint { id: 1, file, line, condition: None, from_hit: 0, log: None }];
    let mut worker = TestWorker::new();
    let (entry, options) = (Entry::Default, RunOptions::default());
    worker.send(Request::Debug { run: RUN, source, entry, options, breakpoints });
    worker.settle(100);
    let stop = command(&mut worker, DebugCommand::Continue);
    assert_eq!(stop.reason, DebugReason::Breakpoint { id: 1, untold: None });
    worker
}

fn command(worker: &mut TestWorker, command: DebugCommand) -> DebugView {
    worker.send(Request::DebugCommand { run: RUN, command });
    worker.settle(100_000);
    let view = worker.events.iter().rev().find_map(|event| match event {
        Event::DebugStopped { view, .. } => Some(view.as_ref().clone()),
        _ => None,
    });
    view.expect("a view was sent")
}

fn variables(worker: &TestWorker) -> (u32, &[SourceVariable]) {
    let told = worker.events.iter().rev().find_map(|event| match event {
        Event::Variables { frame, variables, .. } => Some((*frame, variables.as_slice())),
        _ => None,
    });
    told.expect("the variables are told")
}

fn told(variables: &[SourceVariable]) -> String {
    let line = |variable: &SourceVariable| {
        let value = variable.value.as_deref().unwrap_or("not known here");
        format!("{}: {} = {value}", variable.name, variable.ty)
    };
    variables.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn values_are_told_as_what_they_are() {
    let worker = stopped("show(&hello, &shapes, total);");
    let (frame, variables) = variables(&worker);
    assert_eq!(frame, 0);
    insta::assert_snapshot!(told(variables), @r#"
    numbers: (u8, i16, u64, f32, f64) = (7, -300, 18446744073709551615, 2.5, -0.125)
    truth: bool = true
    letter: char = 'ß'
    unit: () = ()
    hello: String = "hello, \"world\"\n"
    slice: &str = "\"world\"\n"
    empty: String = ""
    long: String = "012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"… (500 bytes)
    list: Vec<i32> = [1, 2, 3]
    many: Vec<u32> = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, … (1000 elements)]
    words: Vec<String> = ["one", "two"]
    part: &[u32] = [10, 11, 12]
    array: [[u8; 2]; 2] = [[1, 2], [3, 4]]
    point: Point = Point { x: -1, y: 0.5 }
    metres: Metres = Metres(12)
    marker: Marker = Marker
    colours: [Colour; 2] = [Red, Green]
    shapes: Vec<Shape> = [Nothing, Circle { radius: 3, colour: Green }, Line(Point { x: 1, y: 2.0 }, Point { x: 3, y: 4.0 }), Named("star")]
    some: Option<u32> = Some(5)
    none: Option<u32> = None
    maybe_text: Option<&str> = Some("text")
    maybe_box: Option<Box<i32>> = None
    fine: Result<u8, String> = Ok(1)
    failed: Result<u8, String> = Err("no")
    boxed: Box<Point> = Point { x: 9, y: 9.5 }
    reference: &Point = &Point { x: -1, y: 0.5 }
    node: Node = Node { value: 1, next: Some(Node { value: 2, next: None }) }
    map: BTreeMap<i32, char> = BTreeMap (1 entry)
    wide: i128 = -170141183460469231731687303715884105728
    total: i32 = 2
    "#);
}

#[test]
fn parameters_and_the_variables_of_callers_are_told() {
    let mut worker = stopped("show(&hello, &shapes, total);");
    command(&mut worker, DebugCommand::Line(LineCommand::Into));
    command(&mut worker, DebugCommand::Line(LineCommand::Over));
    let view = command(&mut worker, DebugCommand::Line(LineCommand::Over));
    assert_eq!(view.frames[0].function, "values::show");
    let (_, inner) = variables(&worker);
    let names: Vec<&str> = inner.iter().map(|variable| variable.name.as_str()).collect();
    assert_eq!(names, ["text", "shapes", "total", "length"]);
    let values: Vec<_> = inner.iter().filter_map(|variable| variable.value.as_deref()).collect();
    let shapes = r#"[Nothing, Circle { radius: 3, colour: Green }, Line(Point { x: 1, y: 2.0 }, Point { x: 3, y: 4.0 }), Named("star")]"#;
    assert_eq!(values, [r#""hello, \"world\"\n""#, shapes, "2", "19"]);
    worker.send(Request::Evaluate { run: RUN, frame: 1, expressions: Vec::new() });
    let (frame, outer) = variables(&worker);
    assert_eq!((frame, outer[0].name.as_str()), (1, "numbers"));
}

#[test]
fn only_what_is_in_scope_is_told_and_an_inner_one_hides_an_outer_one() {
    let worker = stopped("let twice = index * 2;");
    let (_, found) = variables(&worker);
    let value = |name: &str| found.iter().find(|variable| variable.name == name).map(|found| found.value.clone());
    assert_eq!(value("index"), Some(Some("0".to_owned())));
    assert_eq!((value("twice"), value("length")), (None, None));
    assert_eq!(value("total"), Some(Some("0".to_owned())));
}

#[test]
fn a_pointer_to_nowhere_and_a_length_that_cannot_be_are_not_followed() {
    let mut worker = stopped("show(&hello, &shapes, total);");
    let place = |worker: &TestWorker, name: &str| {
        let (_, found) = variables(worker);
        found.iter().find(|variable| variable.name == name).and_then(|variable| variable.address).expect(name)
    };
    for (name, offset, bytes) in [
        ("reference", 0, vec![0xFF; 4]),
        ("many", 8, vec![0xFF; 4]),
        ("hello", 8, vec![0xF0, 0xFF, 0xFF, 0x7F]),
        ("slice", 0, vec![0xFF; 4]),
        ("letter", 0, vec![0xFF; 4]),
        ("truth", 0, vec![7]),
    ] {
        let address = place(&worker, name) + offset;
        let text = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let change = ValueChange::Memory { memory: 0, address, form: ByteForm::Bytes, text };
        worker.send(Request::ChangeValue { run: RUN, change });
    }
    let (_, found) = variables(&worker);
    let value = |name: &str| found.iter().find(|found| found.name == name).and_then(|found| found.value.clone());
    let outside = "(outside the memory)";
    assert_eq!(value("reference"), Some(format!("&{outside}")));
    assert_eq!(["many", "hello", "slice"].map(value), [outside; 3].map(|told| Some(told.to_owned())));
    assert_eq!(value("letter"), Some("0xffffffff (not a character)".to_owned()));
    assert_eq!(value("truth"), Some("7".to_owned()));
}

/// A memory of the same byte everywhere, and locals that are addresses in it.
struct Same(Vec<u8>);

impl State for Same {
    fn memory(&self, address: u64, length: u64) -> Option<&[u8]> {
        self.0.get(address as usize..(address as usize).checked_add(length as usize)?)
    }

    fn local(&self, _: u32) -> Option<u64> {
        Some(1024)
    }

    fn global(&self, _: u32) -> Option<u64> {
        Some(2048)
    }
}

#[test]
fn damaged_debug_information_ends_and_does_no_harm() {
    let worker = stopped("show(&hello, &shapes, total);");
    let view = worker.events.iter().rev().find_map(|event| match event {
        Event::DebugStopped { view, .. } => Some(view),
        _ => None,
    });
    let offset = view.expect("it stands").frames[0].offset;
    let whole = std::fs::read(guest_with_values()).expect("the guest was built");
    let info = DebugInfo::read(&whole).expect("it has debug information");
    let section =
        |name: &[u8]| whole.windows(name.len()).position(|window| window == name).expect("it has the section");
    let (start, end) = (section(b".debug_info"), section(b".debug_str"));
    let mut random = 0x2545_F491_4F6C_DD1D_u64;
    let mut next = || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random as usize
    };
    let mut told = 0;
    for fill in [0, 1, 8, 0xFF] {
        let state = Same(vec![fill; 1 << 16]);
        for _ in 0..10 {
            let mut damaged = whole.clone();
            for _ in 0..100 {
                let at = start + 16 + next() % (end.abs_diff(start) - 16).max(1);
                damaged[at] = next() as u8;
            }
            told += info.variables(&damaged, offset, &state).iter().flatten().count();
        }
        told += info.variables(&whole[..start + 40_000], offset, &state).iter().flatten().count();
    }
    assert!(told > 100, "something was still read: {told}");
}
