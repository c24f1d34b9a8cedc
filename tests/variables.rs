//! Values of a program in Rust, told as what they are.
#![cfg(not(target_arch = "wasm32"))]

#[path = "support/guests.rs"]
mod guests;
mod support;

use std::borrow::Cow;
use std::path::Path;

use guests::{SOURCES, guest_with_values, sources};
use support::{RUN, TestWorker};
use wasmoscope::engine::source_map::SourceMap as _;
use wasmoscope::engine::source_map::dwarf::{DebugInfo, State};
use wasmoscope::protocol::{
    Breakpoint, BreakpointKind, BreakpointOptions, ByteForm, DebugCommand, DebugView, Entry, Event, LineCommand,
    Request, RunOptions, Source, SourceVariable, StopReason, ValueChange,
};

const MAIN: &str = "values/src/main.rs";

/// The program, stopped before the line of its main file on which that stands.
fn stopped(piece: &str) -> TestWorker {
    stopped_in(MAIN, piece)
}

fn stopped_in(file: &str, piece: &str) -> TestWorker {
    let bytes = std::fs::read(guest_with_values()).expect("the guest was built");
    let text = std::fs::read_to_string(sources().join(file)).expect("the guest has that source");
    stopped_at(bytes, &text, format!("{SOURCES}/{file}"), piece)
}

/// A program in another language than Rust, stopped before the line that says `STOP`.
fn foreign(name: &str, file: &str) -> TestWorker {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign");
    let bytes = std::fs::read(folder.join(name)).expect("it is beside its source");
    let text = std::fs::read_to_string(folder.join(file)).expect("it is there");
    stopped_at(bytes, &text, format!("/foreign/{file}"), "// STOP")
}

fn stopped_at(bytes: Vec<u8>, text: &str, path: String, piece: &str) -> TestWorker {
    let source = Source { name: "values.wasm".to_owned(), bytes };
    let line = text.lines().position(|line| line.contains(piece)).expect("the source has that line") as u32 + 1;
    let file = Some(path);
    let kind = BreakpointKind::Line { file, line };
    let breakpoints = vec![Breakpoint { id: 1, kind, options: BreakpointOptions::default() }];
    let mut worker = TestWorker::new();
    let (entry, options) = (Entry::Default, RunOptions::default());
    worker.send(Request::Debug { run: RUN, source, entry, options, breakpoints });
    worker.settle(100);
    let stop = command(&mut worker, DebugCommand::Continue);
    assert_eq!(stop.reason, StopReason::Breakpoint { id: 1, condition_error: None });
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
fn values_are_formatted_by_their_types() {
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
    map: BTreeMap<i32, char> = {1: 'a'}
    wide: i128 = -170141183460469231731687303715884105728
    total: i32 = 2
    "#);
}

/// The values of all variables where a program stands.
fn told_in(worker: &TestWorker) -> String {
    told(variables(worker).1)
}

#[test]
fn an_enum_is_shown_as_the_variant_of_its_tag() {
    let worker = stopped_in("values/src/enums.rs", "// ENUMS");
    insta::assert_snapshot!(told_in(&worker), @r#"
    given: Answer = Given(4)
    err: Result<Infallible, u8> = Err(7)
    no_one: Option<Infallible> = None
    ok: Result<u8, Infallible> = Ok(9)
    gaps: [Gap; 3] = [Empty, Flag(true), Flag(false)]
    wide: Option<u128> = Some(1)
    negative: Result<i128, i128> = Err(-2)
    list: Vec<Option<i128>> = [Some(1), None]
    ids: [Id; 2] = [Unknown, Known { id: 5 }]
    signed: [Signed; 2] = [Below, Above]
    loaded: [Loaded; 2] = [Below(1), Above(2)]
    deep: [Deep; 5] = [Flag(None), Flag(Some(None)), Flag(Some(Some(true))), Left, Right]
    nested: Option<Option<Option<u8>>> = Some(Some(None))
    order: Ordering = Less
    asked: Result<u8, String> = Err("bad 3")
    "#);
}

#[test]
fn the_error_that_a_question_mark_hands_on_is_shown() {
    let mut worker = stopped_in("values/src/enums.rs", "let got = fails()?;");
    let mut values = Vec::new();
    for _ in 0..200 {
        let view = command(&mut worker, DebugCommand::Over);
        if view.frames[0].function != "values::enums::asks" {
            break;
        }
        let (_, found) = variables(&worker);
        let residual = found.iter().find(|found| found.name == "residual");
        values.extend(residual.map(|found| (found.ty.clone(), found.value.clone())));
    }
    let expected = ("Result<Infallible, String>".to_owned(), Some("Err(\"bad 3\")".to_owned()));
    assert!(values.contains(&expected), "{values:?}");
}

#[test]
fn unsized_references_and_owners_are_followed() {
    let worker = stopped_in("values/src/owners.rs", "// OWNERS");
    // The linker orders the table by the paths of the build, so its indices differ from folder to folder.
    let values = told_in(&worker);
    let (before, pointer) = values.split_once("fn(i32) -> i32 = 0x").unwrap();
    let (_, after) = pointer.split_once(' ').unwrap();
    let values = format!("{before}fn(i32) -> i32 = [table index] {after}");
    insta::assert_snapshot!(values, @r#"
    path: &Path = "/a/b"
    os: &OsStr = "os"
    c: &CStr = "abc"
    boxed: Box<Path> = "/a/b"
    owned: (PathBuf, OsString, CString) = ("/p", "o", "c")
    tail: &Tail<[u16]> = &Tail { n: 7, rest: [1, 2, 3] }
    object_tail: &Tail<dyn Area> = &Tail { n: 8, rest: Aligned(9) }
    cows: [Cow<str>; 2] = [Borrowed("lent"), Owned("owned")]
    object: &dyn Area = &Square { side: 3 }
    objects: Vec<Box<dyn Area>> = [Square { side: 2 }, Aligned(5)]
    failed: Result<(), Box<dyn Error>> = Err(Failed(3))
    rc: Rc<Square> = Square { side: 4 }
    weak: Weak<Square> = (Weak) Square { side: 4 }
    never: Weak<u8> = (Weak, of nothing)
    dropped: Weak<u8> = (Weak, dropped)
    rc_text: Rc<str> = "counted"
    rc_bytes: Rc<[u8]> = [104, 105]
    rc_path: Rc<Path> = "/a/b"
    rc_object: Rc<dyn Area> = Aligned(6)
    arc: Arc<String> = "shared"
    cell: Cell<i32> = Cell { value: 5 }
    free: RefCell<Vec<i32>> = RefCell { value: [1] }
    lent: Rc<RefCell<i32>> = RefCell { value: 2, mutably borrowed }
    guard: RefMut<i32> = 2
    atomic: Atomic<i32> = -5
    nonzero: (Option<NonZero<u16>>, Option<NonZero<u16>>) = (Some(7), None)
    pinned: Pin<Box<i32>> = 5
    text_box: Box<str> = "boxed"
    slice_box: Box<[u8]> = [1, 2]
    texts: &[&str] = ["a", "b"]
    either: Either = Either { number: 1065353216, float: 1.0 }
    function: fn(i32) -> i32 = [table index] (values::owners::twice)
    captured: String = "captured"
    closure: {closure_env#0} = {closure_env#0} { _ref__captured: &"captured" }
    "#);
}

#[test]
fn types_of_the_library_are_known_by_their_whole_paths() {
    let worker = stopped_in("values/src/named.rs", "// NAMED");
    insta::assert_snapshot!(told_in(&worker), @r#"
    map: HashMap = HashMap { items: 2, other: 3 }
    tree: BTreeMap<char> = BTreeMap { length: 1, key: 'k' }
    vec: Vec<u8> = Vec { buf: 1, len: 2 }
    text: String = String { vec: 1 }
    boxed: Box<u8> = Box(2)
    counted: Rc = Rc { ptr: 3 }
    cell: Cell = Cell { value: 4 }
    marked: Marked<u8> = Marked { _marker_count: 6, __0: 7, data_ptr: 8, length: 9 }
    "#);
}

#[test]
fn collections_are_shown_by_what_is_in_them() {
    let worker = stopped_in("values/src/collections.rs", "// COLLECTIONS");
    let (_, found) = variables(&worker);
    let many = found.iter().find(|found| found.name == "many").and_then(|found| found.value.as_deref());
    assert!(many.is_some_and(|many| many.ends_with(", … (1000 elements)}")), "{many:?}");
    let others: Vec<_> = found.iter().filter(|found| found.name != "many").cloned().collect();
    insta::assert_snapshot!(told(&others), @r#"
    table: HashMap<i32, &str, RandomState> = {1: "one"}
    texts: HashMap<String, Vec<u8>, RandomState> = {"two": [2]}
    none_yet: HashMap<u8, u8, RandomState> = {}
    set: HashSet<&str, RandomState> = {"member"}
    tree: BTreeMap<u8, char> = {0: 'a', 1: 'b', 2: 'c', 3: 'd', 4: 'e', 5: 'f', 6: 'g', 7: 'h', 8: 'i', 9: 'j', 10: 'k', 11: 'l', 12: 'm', 13: 'n', 14: 'o', 15: 'p', 16: 'q', 17: 'r', 18: 's', 19: 't', … (26 elements)}
    empty: BTreeMap<u8, u8> = {}
    tree_set: BTreeSet<i32> = {1, 2, 3}
    ring: VecDeque<u8> = [2, 3, 4, 5]
    heap: BinaryHeap<i32> = [5, 1, 2]
    "#);
}

#[test]
fn values_of_c_are_shown_in_the_form_of_c() {
    insta::assert_snapshot!(told_in(&foreign("c.wasm", "c.c")), @r#"
    count: int = 2
    grid: int [2][3] = [[1, 2, 3], [4, 5, 6]]
    cube: int [2][1][2] = [[[1, 2]], [[3, 4]]]
    buf: char [8] = "hi\n"
    words: char [2][4] = ["one", "two"]
    full: char [2] = "ab"
    text: const char * = 0x100046 "hello"
    bad: const char * = 0xfffffff0
    names: const char *[2] = [0x100044 "x", 0x100042 "y"]
    b: byte = 200
    sc: signed char = -5
    c: char = 65 'A'
    sh: short = -300
    l: long = -4
    ll: long long = 1099511627776
    ull: unsigned long long = 18446744073709551615
    huge: __int128 = 1267650600228229401496703205376
    wider: unsigned _BitInt(100) = 5
    f: float = 1.5
    d: double = -0.0
    ld: long double = 2.5
    tenth: long double = 0.1
    half: __fp16 = 1.5
    cf: complex = 1.0+2.0i
    cd: complex = 3.0-4.0i
    yes: _Bool = true
    col: enum color = BLUE
    col2: enum color = GREEN
    odd: enum color = 7
    high: enum big = HIGH
    u: union num = { i: 1065353216, f: 1.0 }
    bt: struct bits = { a: 5, b: 17, c: -3, d: 99 }
    wb: struct wide_bits = { low: 100, middle: -5, high: 70000, flag: true, e: BLUE }
    m: struct mixed = { tag: 109 'm', { whole: 131073, half: [1, 2] }, at: { x: 3, y: 4 } }
    flex: struct flexible = { n: 2, rest: (of unknown length) }
    n2: node = { value: 2, next: 0x0 (null) }
    n1: node = { value: 1, next: 0xffec0 }
    p: node * = 0xffeb8
    fn: int (*)(const int *, int) = 0x1 (sum)
    table: int (*[2])(void) = [0x2 (two), 0x0 (null)]
    row: int (*)[3] = 0xfffec
    vp: void * = 0xfffe0
    cv: const volatile int = 9
    fixed: int *const = 0x10008c
    s: int = 0
    vla: int [3] = [11, 12, 13]
    vla2: short [2][2] = [[0, 0], [1, -1]]
    "#);
}

#[test]
fn bit_fields_of_old_debug_information_are_shown_alike() {
    let [new, old] = ["c.wasm", "c-dwarf2.wasm"].map(|name| told_in(&foreign(name, "c.c")));
    assert!(new.contains("bt: struct bits = { a: 5, b: 17, c: -3, d: 99 }"), "{new}");
    assert_eq!(new, old);
}

#[test]
fn values_of_cpp_are_shown_with_their_base_classes_and_through_references() {
    insta::assert_snapshot!(told_in(&foreign("cpp.wasm", "cpp.cpp")), @r#"
    n: int = 7
    rect: geo::Rect = { geo::Base: { id: 4 }, w: 3, h: 4 }
    ref: geo::Base & = { id: 4 }
    ptr: geo::Base * = 0xfffec
    both: geo::Both = { geo::Rect: { geo::Base: { id: 4 }, w: 1, h: 2 }, geo::Named: { name: 0x10003c "n" }, last: 122 'z' }
    inner: geo::Hidden::Inner = { deep: 1 }
    level: geo::Level = Low
    diamond: Diamond = { Left: { Top: { top: 1 }, left: 2 }, Right: { Top: { top: 1 }, right: 3 }, bottom: 5 }
    rv: int && = 5
    nref: int & = 7
    cref: const int & = 7
    grid: int [2][2] = [[1, 2], [3, 4]]
    whole: int (&)[2][2] = [[1, 2], [3, 4]]
    box: Box<double, 2> = { items: [1.5, 2.5] }
    m: Mode = On
    b: bool = true
    c16: char16_t = 'é'
    c32: char32_t = '😀'
    wc: wchar_t = 120 'x'
    null: decltype(nullptr) = nullptr
    lam: (unnamed class) = { n: 7, b: true }
    mem: int geo::Rect::* = 12 (offset in the object)
    mf: int (geo::Base::*)() = 8 (offset in the virtual functions)
    plain: int (Counter::*)(int) = 0x1 (Counter::add(int))
    fn: int (*)(int) = 0x2 (twice(int))
    counter: Counter = { count: 1 }
    big: __int128 = 1267650600228229401496703205376
    small: std::string = "hi"
    longer: std::string = "longer than eleven"
    numbers: int [3] = [1, 2, 3]
    list: std::vector<int> = [1, 2, 3]
    wrong: std::vector<int> = { __begin_: 0xffee4, __end_: 0xffed8, { __cap_: 0x0 (null), __alloc_: {} } }
    other: own::vector<int> = { __begin_: 0x0 (null), __end_: 0x0 (null), more: 1 }
    unique: std::unique_ptr<int> = 2
    none: std::unique_ptr<int> = nullptr
    some: std::optional<int> = 3
    nothing: std::optional<int> = nullopt
    array: std::array<short, 2U> = [4, 5]
    map: std::map<int, int> = (1 element)
    sum: int = 0
    "#);
}

#[test]
fn values_of_zig_are_shown() {
    insta::assert_snapshot!(told_in(&foreign("zig.wasm", "zig.zig")), @r#"
    x: i32 = 1
    half: f16 = 1.5
    quad: f128 = 2.5
    extended: f80 = -0.1
    text: []const u8 = "hello zig"
    arr: [3]i32 = [1, 2, 3]
    ints: []i32 = [1, 2, 3]
    some: ?i32 = 5
    none: ?i32 = null
    pointer: ?*i32 = 0xffec8
    color: zig.Color = green
    square: zig.Shape = square: { w: 2, h: 3 }
    circle: zig.Shape = circle: 1.5
    nothing: zig.Shape = none
    bad: error{Bad,Worse}!i32 = error.Worse
    good: error{Bad,Worse}!i32 = 4
    big: u128 = 1267650600228229401496703205376
    odd: i5 = -9
    mat: [2][3]u8 = [[1, 2, 3], [4, 5, 6]]
    sum: i32 = 0
    "#);
}

#[test]
fn parameters_and_variables_of_callers_are_listed() {
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
fn only_variables_in_scope_are_listed_and_inner_ones_shadow() {
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
    fn memory_size(&self) -> u64 {
        self.0.len() as u64
    }

    fn memory(&self, address: u64, length: u64) -> Option<Cow<'_, [u8]>> {
        let start = usize::try_from(address).ok()?;
        self.0.get(start..start.checked_add(usize::try_from(length).ok()?)?).map(Cow::Borrowed)
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

#[test]
fn damaged_debug_information_of_other_languages_ends_and_does_no_harm() {
    let mut random = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random as usize
    };
    for (name, file) in [("c.wasm", "c.c"), ("cpp.wasm", "cpp.cpp"), ("zig.wasm", "zig.zig")] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign");
        let whole = std::fs::read(path.join(name)).expect("it is beside its source");
        let info = DebugInfo::read(&whole).expect("it has debug information");
        let text = std::fs::read_to_string(path.join(file)).expect("it is there");
        let line = text.lines().position(|line| line.contains("// STOP")).expect("it has that line") as u32 + 1;
        let (_, offsets) = info.on_line(&format!("/foreign/{file}"), line).expect("the line has instructions");
        let found = |section: &[u8]| whole.windows(section.len()).position(|window| window == section);
        let start = found(b".debug_").expect("it has debug sections");
        let mut told = 0;
        for round in 0..200 {
            let mut damaged = whole.clone();
            for _ in 0..=round % 40 {
                let at = start + next() % (whole.len() - start);
                damaged[at] = next() as u8;
            }
            let state = Same(vec![[0, 1, 8, 0xFF][round % 4]; 1 << 16]);
            // What is read of it at first, and what is looked up later, may each be damaged.
            for info in [Some(&info), DebugInfo::read(&damaged).as_ref()].into_iter().flatten() {
                told += info.variables(&damaged, offsets[0], &state).iter().flatten().count();
                let _ = info.landmarks(&damaged);
            }
        }
        assert!(told > 100, "{name}: something was still read: {told}");
    }
}
