//! The same calls in the page's interpreter, in native wasmi, and in the browser's own engine.

use crate::debugger;
use crate::median;
use crate::samples::{Sample, programs};
use crate::worker::Bench;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;
use std::time::Instant;
use wasmi::{CompilationMode, Config, Engine, Linker, Module, Store, Val};
use wasmoscope::protocol::{self, DebugCommand, Entry, Event, Outcome, Request, RunOptions, Source};

/// Milliseconds of one program, in each engine.
pub struct Row {
    pub name: &'static str,
    /// In a worker that has only been warmed up.
    pub first: f64,
    pub warm: f64,
    /// Native wasmi, metered as in the page.
    pub native: f64,
    /// Native wasmi that counts nothing.
    pub unmetered: f64,
    pub browser: f64,
    /// The copy on the browser's own engine: in a fresh worker, and warm.
    pub copy_first: f64,
    pub copy: f64,
    /// The same recorded, in million steps a second.
    pub recorded: f64,
}

pub fn measure(rounds: usize) -> Vec<Row> {
    let bench = Bench::start();
    programs()
        .iter()
        .map(|sample| {
            eprintln!("    {}", sample.name);
            let expected = native(sample, true).1;
            let mut row: [Vec<f64>; 8] = Default::default();
            for round in 0..rounds {
                // A fresh worker has a first run of its own; three of them are enough for a median.
                if round < 3 {
                    bench.start_worker();
                    row[0].push(in_page(&bench, sample, &expected, protocol::Engine::Wasmi));
                    in_page(&bench, sample, &expected, protocol::Engine::Wasmi);
                    row[5].push(in_page(&bench, sample, &expected, protocol::Engine::Browser));
                    // The browser compiles again what has run often.
                    for _ in 0..3 {
                        in_page(&bench, sample, &expected, protocol::Engine::Browser);
                    }
                }
                row[1].push(in_page(&bench, sample, &expected, protocol::Engine::Wasmi));
                row[6].push(in_page(&bench, sample, &expected, protocol::Engine::Browser));
                row[7].push(recorded(&bench, sample));
                row[2].push(native(sample, true).0);
                row[3].push(native(sample, false).0);
                row[4].push(in_browser(&bench, sample, &expected));
            }
            let [first, warm, native, unmetered, browser, copy_first, copy, recorded] = row.map(median);
            Row { name: sample.name, first, warm, native, unmetered, browser, copy_first, copy, recorded }
        })
        .collect()
}

fn in_page(bench: &Bench, sample: &Sample, expected: &str, engine: protocol::Engine) -> f64 {
    let request = Request::Run {
        run: 1,
        source: Source { name: "bench.wasm".into(), bytes: sample.module.clone() },
        entry: Entry::Export {
            name: sample.export.into(),
            arguments: sample.arguments.iter().map(ToString::to_string).collect(),
        },
        options: RunOptions { engine, ..RunOptions::default() },
    };
    let answer = bench.ask(&request, |event| matches!(event, Event::Finished { .. }));
    let Event::Finished { outcome, counters, .. } = answer.event else { unreachable!("only that is waited for") };
    let Outcome::Returned { results } = outcome else { panic!("{} did not return: {outcome:?}", sample.name) };
    assert_eq!(results[0].text, expected, "{} in the page", sample.name);
    counters.run_ms
}

/// How fast the browser's engine records: from the request to the view of the end, in million steps a second.
fn recorded(bench: &Bench, sample: &Sample) -> f64 {
    let options = RunOptions { engine: protocol::Engine::Browser, ..RunOptions::default() };
    debugger::debug(bench, sample, options);
    let (milliseconds, view) = debugger::command(bench, DebugCommand::JumpToEnd);
    view.step as f64 / milliseconds / 1000.0
}

/// The time, and the result as signed decimal.
fn native(sample: &Sample, metered: bool) -> (f64, String) {
    let mut config = Config::default();
    config.consume_fuel(metered).compilation_mode(CompilationMode::Eager);
    let engine = Engine::new(&config);
    let module = Module::new(&engine, &sample.module).expect("the sample is valid");
    let mut store = Store::new(&engine, ());
    if metered {
        store.set_fuel(u64::MAX).expect("the engine meters");
    }
    let instance = Linker::new(&engine).instantiate_and_start(&mut store, &module).expect("the sample has no imports");
    let function = instance.get_func(&store, sample.export).expect("the sample has the export");
    let mut results = [if sample.is_wide { Val::I64(0) } else { Val::I32(0) }];
    let started = Instant::now();
    let arguments: Vec<Val> = sample.arguments.iter().copied().map(Val::I32).collect();
    function.call(&mut store, &arguments, &mut results).expect("the sample does not trap");
    let milliseconds = started.elapsed().as_secs_f64() * 1000.0;
    let text = match &results[0] {
        Val::I32(number) => number.to_string(),
        Val::I64(number) => number.to_string(),
        other => panic!("{} returned {other:?}", sample.name),
    };
    (milliseconds, text)
}

/// Once to let the browser optimise the module, and once, in a fresh instance, to measure it.
fn in_browser(bench: &Bench, sample: &Sample, expected: &str) -> f64 {
    let body = "const bytes = Uint8Array.from(atob(arguments[0]), (letter) => letter.charCodeAt(0)); \
         const module = new WebAssembly.Module(bytes); \
         new WebAssembly.Instance(module).exports[arguments[1]](...arguments[2]); \
         const { exports } = new WebAssembly.Instance(module); \
         const started = performance.now(); const result = exports[arguments[1]](...arguments[2]); \
         return [performance.now() - started, String(result)]";
    let module = json!(BASE64_STANDARD.encode(&sample.module));
    let answer = bench.script(body, &[module, json!(sample.export), json!(sample.arguments)]);
    assert_eq!(answer[1], expected, "{} in the browser's engine", sample.name);
    answer[0].as_f64().unwrap_or(f64::NAN)
}
