//! Files, output and the start of a program: the page's own WASI, and two that run on the browser's engine.

use crate::median;
use crate::worker::Bench;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::process::Command;
use std::time::{Duration, Instant};
use wasmoscope::protocol::{Counters, Entry, Event, Outcome, Request, RunOptions, Source, Stream};

/// Milliseconds of one kind of work; infinite where a host was not waited for.
pub struct Row {
    pub name: &'static str,
    pub page: f64,
    /// npm `@bjorn3/browser_wasi_shim`.
    pub shim: f64,
    /// npm `@runno/wasi`.
    pub runno: f64,
}

const KINDS: [(&str, &str); 5] = [
    ("append", "262,144 appends of 64 bytes"),
    ("create", "create and stat 10,000 files"),
    ("list", "list 10,000 files"),
    ("print", "1,000,000 writes of one byte to stdout"),
    ("print-file", "the same through Rust's `File::write_all`"),
];

/// Two kinds of work, the second the measure of the first.
pub struct Growth {
    pub name: &'static str,
    pub milliseconds: f64,
    pub against: &'static str,
    /// What the second takes, multiplied so that both are as much work.
    pub measure: f64,
    /// How often the measure the first may take; `None` where it is only told.
    pub aim: Option<f64>,
}

/// Both packages as one script.
const PACKAGES: &str = r#"import * as shim from "@bjorn3/browser_wasi_shim"; import * as runno from "@runno/wasi"; globalThis.packages = { shim, runno };"#;

/// Runs in a worker, as the page's interpreter does. Every run has a fresh instance and a fresh tree, as in the page, and
/// gives the exit code and what the program said. Without bytes, what was opened before is run.
const HOST: &str = r#"
self.open = async (bytes) => {
  self.opened = await WebAssembly.compile(bytes);
  return [0, "", 0];
};
self.inShim = async (bytes, args) => {
  const { WASI, File, OpenFile, ConsoleStdout, PreopenDirectory } = packages.shim;
  let said = "";
  let printed = 0;
  const wasi = new WASI(["calls.wasm", ...args], [], [
    new OpenFile(new File([])),
    new ConsoleStdout((buffer) => { printed += buffer.length; }),
    new ConsoleStdout((buffer) => { said += new TextDecoder().decode(buffer); }),
    new PreopenDirectory("/", new Map()),
    // Where nothing is said, it writes each path to the browser's console.
  ], { debug: false });
  const module = bytes ? await WebAssembly.compile(bytes) : self.opened;
  const instance = await WebAssembly.instantiate(module, { wasi_snapshot_preview1: wasi.wasiImport });
  const code = wasi.start(instance);
  return [code, said, printed];
};
self.inRunno = async (bytes, args) => {
  let said = "";
  let printed = 0;
  const wasi = new packages.runno.WASI({
    args: ["calls.wasm", ...args],
    env: {},
    stdin: () => null,
    stdout: (text) => { printed += text.length; },
    stderr: (text) => { said += text; },
    fs: {},
  });
  const imports = wasi.getImportObject();
  const wasm = bytes
    ? await WebAssembly.instantiate(bytes, imports)
    : { module: self.opened, instance: await WebAssembly.instantiate(self.opened, imports) };
  const { exitCode } = wasi.start(wasm);
  return [exitCode, said, printed];
};
self.onmessage = ({ data: [name, bytes, args] }) =>
  self[name](bytes, args).then(postMessage, (error) => postMessage([-1, String(error), 0]));
"#;

/// Runs in the document. The milliseconds are those from there and back, as they are of the page's own worker.
const CLIENT: &str = r#"
window.startHost = (script) => {
  window.hostScript = script || window.hostScript;
  if (window.host) window.host.terminate();
  window.host = new Worker(URL.createObjectURL(new Blob([window.hostScript], { type: "text/javascript" })));
  window.host.onmessage = ({ data }) => { window.ran = [performance.now() - window.hostAsked, ...data]; };
  window.host.onerror = (event) => { window.ran = [0, -1, event.message || "the worker failed", 0]; };
};
window.runInHost = (name, base64, args) => {
  window.ran = null;
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  window.hostAsked = performance.now();
  window.host.postMessage([name, bytes, args], [bytes.buffer]);
};
"#;

/// Starts the same program in each of the three by turns, unattended, from its bytes and when it has been opened
/// before. Each time its last digits are others, so that nothing that is remembered of it is of use.
///
/// The page gets two requests with the module in them, `[base64, place of the digits, tag of the answer]`: to check it,
/// as the page does with what is opened, and to run it.
const STARTS: &str = r#"
window.host.onmessage = window.bench.onmessage = null;
window.asked = (worker, message, transfer, isAnswer) => new Promise((resolve) => {
  const started = performance.now();
  worker.onmessage = ({ data }) => { if (isAnswer(data)) resolve([performance.now() - started, data]); };
  worker.postMessage(message, transfer);
});
window.starts = async (check, run, module, rounds) => {
  window.started = null;
  for (const each of [check, run, module]) each[0] = Uint8Array.from(atob(each[0]), (letter) => letter.charCodeAt(0));
  const numbered = ([bytes, place], number) => {
    bytes.set(new TextEncoder().encode(String(number).padStart(5, "0")), place);
    return bytes.slice();
  };
  const inPage = async (request, number) => {
    const bytes = numbered(request, number);
    const [milliseconds] = await window.asked(window.bench, bytes.buffer, [bytes.buffer], (data) => new Uint8Array(data)[0] === request[2]);
    // What the page still does with an end is not the next one's.
    await new Promise((resolve) => setTimeout(resolve, 1));
    return milliseconds;
  };
  const inHost = async (name, bytes) => {
    const [milliseconds, [code, said]] = await window.asked(window.host, [name, bytes, []], bytes ? [bytes.buffer] : [], () => true);
    if (code !== 0) throw new Error(`${name} ended with ${code}: ${said}`);
    return milliseconds;
  };
  const all = [];
  for (let round = 0; round < 2 * rounds; round += 2) {
    const row = [await inPage(run, round)];
    for (const name of ["inShim", "inRunno"]) row.push(await inHost(name, numbered(module, round)));
    await inPage(check, round + 1);
    row.push(await inPage(run, round + 1));
    for (const name of ["inShim", "inRunno"]) {
      await inHost("open", numbered(module, round + 1));
      row.push(await inHost(name, null));
    }
    all.push(row);
  }
  window.started = all;
};
"#;

/// A custom section (core specification, section 5.5.3) that is named `r`, with five digits.
const DIGITS: &[u8] = b"\0\x07\x01r00000";

/// A host that takes longer than this is not waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// Whether small pieces, large directories and large trees cost more than they should.
pub fn growth(rounds: usize) -> Vec<Growth> {
    let bench = Bench::start();
    bench.start_worker();
    let (calls, empty) = (guest("calls"), guest("empty"));
    let timed = |kind: &str| median((0..rounds).map(|_| said(&in_page(&bench, &calls, &[kind]).1)).collect());
    let start = || median((0..4 * rounds).map(|_| run_in_page(&bench, &empty, &[]).0).collect());
    bench.ask(&Request::SetFiles { files: Vec::new() }, |event| matches!(event, Event::Tree { .. }));
    let on_nothing = start();
    in_page(&bench, &calls, &["create-many"]);
    let on_many = start();
    let [small, large] = filesystem();
    let told = |name, milliseconds, against, measure| Growth { name, milliseconds, against, measure, aim: None };
    let row = |name, milliseconds, against, measure, aim| Growth {
        aim: Some(aim),
        ..told(name, milliseconds, against, measure)
    };
    vec![
        row("the file system alone: 262,144 appends of 64 bytes", small, "16 appends of 1 MiB", large, 4.0),
        told("a program's 262,144 appends of 64 bytes", timed("append"), "16 appends of 1 MiB", timed("append-large")),
        row("list 100,000 files", timed("list-many"), "ten times: list 10,000 files", 10.0 * timed("list"), 2.0),
        told("100,000 lookups among 100,000 files", timed("look-many"), "among 100 files", timed("look")),
        row("start and end of a program on 100,000 files", on_many, "on none", on_nothing, 2.0),
    ]
}

/// Milliseconds of `tests/bench/filesystem.rs`, a program of its own: the engine's features would make the native wasmi
/// that is measured here dispatch as the page's does.
fn filesystem() -> [f64; 2] {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut bench = Command::new(cargo);
    bench.args(["bench", "--quiet", "--locked", "--package", "wasmoscope", "--bench", "filesystem"]);
    let output = bench.current_dir(e2e::root()).output().expect("cargo is there");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let numbers: Vec<f64> = printed.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    numbers.try_into().unwrap_or_else(|_| panic!("{printed}{}", String::from_utf8_lossy(&output.stderr)))
}

pub fn measure(rounds: usize) -> Vec<Row> {
    let bench = Bench::start();
    bench.script(CLIENT, &[]);
    bench.script("startHost(arguments[0])", &[json!(packages() + HOST)]);
    bench.start_worker();
    let (calls, empty) = (guest("calls"), guest("empty"));
    let mut rows = Vec::new();
    for (kind, name) in KINDS {
        eprintln!("    {name}");
        rows.push(row(name, rounds, |engine| said(&engine.run(&bench, &calls, &[kind]).1)));
    }
    eprintln!("    start of an empty program");
    rows.extend(starts(&bench, &empty, 20 * rounds));
    rows
}

fn starts(bench: &Bench, module: &[u8], rounds: usize) -> [Row; 2] {
    // Once each, to see that it works.
    for engine in [Engine::Page, Engine::Shim, Engine::Runno] {
        engine.run(bench, module, &[]);
    }
    let module = [module, DIGITS].concat();
    let base64 = |bytes: &[u8]| {
        let place = bytes.windows(DIGITS.len()).rposition(|part| part == DIGITS).map(|at| at + 4);
        (BASE64_STANDARD.encode(bytes), place.expect("the module is in it"))
    };
    let request = |request: &Request, answer: &Event| {
        let (text, place) = base64(&request.encode().expect("every request has bytes"));
        json!([text, place, answer.encode().expect("every event has bytes")[0]])
    };
    let run = run_request(&module, &[]);
    let Request::Run { source, .. } = run.clone() else { unreachable!("that is what it is") };
    let end = Event::Finished { run: 1, outcome: Outcome::Exited { code: 0 }, counters: Counters::default() };
    let check = Request::Check { version: 1, source };
    let checked = bench.ask(&check, |event| matches!(event, Event::Checked { .. })).event;
    bench.script(STARTS, &[]);
    bench.script(
        "starts(...arguments).catch((error) => { window.started = String(error); })",
        &[request(&check, &checked), request(&run, &end), json!(base64(&module)), json!(rounds)],
    );
    let told = loop {
        std::thread::sleep(Duration::from_secs(1));
        let told = bench.script("return window.started", &[]);
        if !told.is_null() {
            break told;
        }
    };
    let told = told.as_array().unwrap_or_else(|| panic!("{told}"));
    let row = |name, first: usize| {
        let [page, shim, runno] = [0, 1, 2].map(|host| {
            // What the browser optimises, it has optimised by then.
            let counted = told.iter().skip(rounds / 4);
            middle_mean(counted.map(|round| round[first + host].as_f64().unwrap_or(f64::NAN)).collect())
        });
        Row { name, page, shim, runno }
    };
    [
        row("start and end of an empty Rust program, from its bytes", 0),
        row("the same when it has been opened before", 3),
    ]
}

/// Of the middle half: a median of numbers in tenths can be no finer than they are.
fn middle_mean(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    let quarter = numbers.len() / 4;
    let middle = &numbers[quarter..numbers.len() - quarter];
    middle.iter().sum::<f64>() / middle.len() as f64
}

fn row(name: &'static str, rounds: usize, measure: impl Fn(Engine) -> f64) -> Row {
    // Once without being counted: what the browser optimises, it has optimised.
    let [page, shim, runno] = [Engine::Page, Engine::Shim, Engine::Runno].map(|engine| {
        if measure(engine).is_infinite() {
            return f64::INFINITY;
        }
        median((0..rounds).map(|_| measure(engine)).collect())
    });
    Row { name, page, shim, runno }
}

#[derive(Debug, Clone, Copy)]
enum Engine {
    Page,
    Shim,
    Runno,
}

impl Engine {
    /// From the bytes of the module to the end of the program, and what it wrote to standard error.
    fn run(self, bench: &Bench, module: &[u8], arguments: &[&str]) -> (f64, String) {
        match self {
            Self::Page => in_page(bench, module, arguments),
            Self::Shim => in_browser(bench, "inShim", module, arguments),
            Self::Runno => in_browser(bench, "inRunno", module, arguments),
        }
    }
}

fn in_page(bench: &Bench, module: &[u8], arguments: &[&str]) -> (f64, String) {
    bench.ask(&Request::SetFiles { files: Vec::new() }, |event| matches!(event, Event::Tree { .. }));
    run_in_page(bench, module, arguments)
}

/// On the files that are there.
fn run_in_page(bench: &Bench, module: &[u8], arguments: &[&str]) -> (f64, String) {
    let request = run_request(module, arguments);
    let said = RefCell::new(Vec::new());
    let answer = bench.ask(&request, |event| {
        if let Event::Output { chunks, .. } = event {
            let errors = chunks.iter().filter(|chunk| chunk.stream == Stream::Stderr);
            errors.for_each(|chunk| said.borrow_mut().extend_from_slice(&chunk.bytes));
        }
        matches!(event, Event::Finished { .. })
    });
    let said = String::from_utf8_lossy(&said.into_inner()).into_owned();
    let Event::Finished { outcome, .. } = answer.event else { unreachable!("only that is waited for") };
    assert_eq!(outcome, Outcome::Exited { code: 0 }, "{arguments:?} in the page said {said}");
    (answer.milliseconds, said)
}

fn run_request(module: &[u8], arguments: &[&str]) -> Request {
    Request::Run {
        run: 1,
        source: Source { name: "calls.wasm".into(), bytes: module.to_vec() },
        entry: Entry::Default,
        options: RunOptions { arguments: arguments.iter().map(ToString::to_string).collect(), ..RunOptions::default() },
    }
}

fn in_browser(bench: &Bench, function: &str, module: &[u8], arguments: &[&str]) -> (f64, String) {
    let started = Instant::now();
    bench.script(
        "runInHost(arguments[0], arguments[1], arguments[2])",
        &[json!(function), json!(BASE64_STANDARD.encode(module)), json!(arguments)],
    );
    // As in the page, what comes soon comes undisturbed.
    std::thread::sleep(Duration::from_millis(20));
    let ran = loop {
        let ran = bench.script("return window.ran", &[]);
        if ran != Value::Null {
            break ran;
        }
        if started.elapsed() > PATIENCE {
            bench.script("startHost()", &[]);
            return (f64::INFINITY, "inf".to_string());
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    assert_eq!(ran[1], json!(0), "{function} {arguments:?}: {ran}");
    (ran[0].as_f64().unwrap_or(f64::NAN), ran[2].as_str().unwrap_or_default().to_string())
}

/// The milliseconds that the program counted.
fn said(text: &str) -> f64 {
    text.trim().parse().unwrap_or_else(|_| panic!("the program should say milliseconds, and says {text:?}"))
}

fn guest(name: &str) -> Vec<u8> {
    let path = e2e::root().join(format!("target/guests/wasm32-wasip1/release/{name}.wasm"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}; run `cargo xtask bench`", path.display()))
}

fn packages() -> String {
    let root = e2e::root();
    let output = Command::new(root.join("node_modules/.bin/esbuild"))
        .args(["--bundle", "--format=iife", "--log-level=warning"])
        .arg(entry(root))
        .output()
        .expect("npm esbuild is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("a bundle is text")
}

/// A file beside `node_modules`, for that is where the packages are looked for.
fn entry(root: &std::path::Path) -> std::path::PathBuf {
    let path = root.join("generated/bench-packages.js");
    std::fs::write(&path, PACKAGES).expect("the build has made `generated`");
    path
}
