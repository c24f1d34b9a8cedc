//! The debugger: how fast it records, steps, jumps and pauses.

use crate::median;
use crate::samples::{self, Sample};
use crate::worker::Bench;
use e2e::Page;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use wasmoscope::protocol::{DebugCommand, DebugView, Entry, Event, Outcome, Request, RunOptions, Source, StopReason};

/// Something that was measured, and what it should be.
pub struct Row {
    pub what: String,
    pub measured: f64,
    pub unit: &'static str,
    pub aim: Aim,
}

#[derive(Clone, Copy)]
pub enum Aim {
    AtLeast(f64),
    AtMost(f64),
}

/// How many steps back the last of a run are looked at.
const NEAR: [u64; 4] = [1, 1_000, 50_000, 99_000];
/// Steps at each of them.
const STEPS: usize = 20;
const JUMPS: usize = 8;

pub fn measure(rounds: usize) -> Vec<Row> {
    let bench = Bench::start();
    let mut rows = Vec::new();
    let programs = samples::programs();
    let named = |name: &str| programs.iter().find(|sample| sample.name.starts_with(name)).expect("there is one");
    for sample in [named("counting"), named("fib"), named("memory")] {
        recording(&bench, sample, rounds, &mut rows);
    }
    plain_runs(&bench, named("counting"), rounds, &mut rows);
    for sample in [named("counting"), named("fib"), named("memory")] {
        steps(&bench, sample, &mut rows);
    }
    for sample in [named("counting"), named("memory")] {
        jumps(&bench, sample, &mut rows);
    }
    large_module(&bench, rounds, &mut rows);
    drop(bench);
    in_the_page(rounds, &mut rows);
    rows
}

fn row(what: String, measured: f64, unit: &'static str, aim: Aim) -> Row {
    eprintln!("    {what}: {measured:.2} {unit}");
    Row { what, measured, unit, aim }
}

/// Begins to debug; how long that takes.
pub fn debug(bench: &Bench, sample: &Sample, options: RunOptions) -> f64 {
    let request = Request::Debug {
        run: 1,
        source: Source { name: "bench.wasm".into(), bytes: sample.module.clone() },
        entry: Entry::Export { name: sample.export.into(), arguments: arguments(sample) },
        options,
        breakpoints: Vec::new(),
    };
    bench.ask(&request, |event| matches!(event, Event::DebugStopped { .. })).milliseconds
}

fn arguments(sample: &Sample) -> Vec<String> {
    sample.arguments.iter().map(ToString::to_string).collect()
}

/// Carries out a command; how long it takes until the view is there.
pub fn command(bench: &Bench, command: DebugCommand) -> (f64, DebugView) {
    let request = Request::DebugCommand { run: 1, command };
    let answer = bench.ask(&request, |event| matches!(event, Event::DebugStopped { .. }));
    let Event::DebugStopped { view, .. } = answer.event else { unreachable!("only that is waited for") };
    (answer.milliseconds, *view)
}

/// Runs to the end; how many steps there are.
fn to_the_end(bench: &Bench, sample: &Sample) -> (f64, u64) {
    debug(bench, sample, RunOptions::default());
    let (milliseconds, view) = command(bench, DebugCommand::JumpToEnd);
    assert!(matches!(view.reason, StopReason::Ended { .. }), "{}: {:?}", sample.name, view.reason);
    (milliseconds, view.step)
}

fn recording(bench: &Bench, sample: &Sample, rounds: usize, rows: &mut Vec<Row>) {
    bench.start_worker();
    let runs: Vec<(f64, u64)> = (0..rounds).map(|_| to_the_end(bench, sample)).collect();
    let rates = runs.iter().map(|(milliseconds, steps)| *steps as f64 / milliseconds / 1000.0).collect();
    let steps = runs[0].1 as f64 / 1e6;
    let what = format!("recorded, {}: {steps:.0} million steps", sample.name);
    rows.push(row(what, median(rates), "million steps/s", Aim::AtLeast(20.0)));
}

/// A plain run in a worker that has debugged, against one in a worker that has not.
fn plain_runs(bench: &Bench, sample: &Sample, rounds: usize, rows: &mut Vec<Row>) {
    let run = || {
        // What was debugged before is told to be over, too.
        let request = Request::Run {
            run: 2,
            source: Source { name: "bench.wasm".into(), bytes: sample.module.clone() },
            entry: Entry::Export { name: sample.export.into(), arguments: arguments(sample) },
            options: RunOptions::default(),
        };
        let answer = bench.ask(&request, |event| matches!(event, Event::Finished { run: 2, .. }));
        let Event::Finished { outcome, counters, .. } = answer.event else { unreachable!("only that is waited for") };
        assert!(matches!(outcome, Outcome::Returned { .. }), "{outcome:?}");
        counters.run_ms
    };
    let runs = || {
        run();
        median((0..rounds).map(|_| run()).collect())
    };
    bench.start_worker();
    let before = runs();
    to_the_end(bench, sample);
    let after = runs();
    let what = format!("plain run after debugging / before, {}", sample.name);
    rows.push(row(what, after / before, "", Aim::AtMost(1.1)));
}

/// One instruction forwards and back, near the end of a run.
fn steps(bench: &Bench, sample: &Sample, rows: &mut Vec<Row>) {
    bench.start_worker();
    let (_, end) = to_the_end(bench, sample);
    let (mut back, mut forwards) = (Vec::new(), Vec::new());
    for distance in NEAR {
        command(bench, DebugCommand::JumpTo { step: end - distance });
        back.extend((0..STEPS).map(|_| command(bench, DebugCommand::BackInto).0));
        forwards.extend((0..STEPS).map(|_| command(bench, DebugCommand::Into).0));
    }
    for (name, times) in [("back", back), ("forwards", forwards)] {
        let worst = times.iter().copied().fold(0.0, f64::max);
        let what = |which: &str| format!("one step {name} within the last 100,000, {which}, {}", sample.name);
        rows.push(row(what("median"), median(times), "ms", Aim::AtMost(16.0)));
        rows.push(row(what("slowest"), worst, "ms", Aim::AtMost(16.0)));
    }
}

fn jumps(bench: &Bench, sample: &Sample, rows: &mut Vec<Row>) {
    bench.start_worker();
    for (within, aim) in [(10_000_000, 500.0), (100_000_000, 5_000.0)] {
        debug(bench, sample, RunOptions::default());
        let first = command(bench, DebugCommand::JumpTo { step: within });
        assert_eq!(first.1.step, within, "{} is too short", sample.name);
        let what = |which: &str| format!("jump {which}, {}", sample.name);
        let millions = within / 1_000_000;
        rows.push(row(
            what(&format!("to step {millions} million for the first time")),
            first.0,
            "ms",
            Aim::AtMost(aim),
        ));
        let slowest = (0..JUMPS as u64).map(|jump| {
            // Here and there, by the golden ratio.
            let step = (jump * 618_033_989) % within;
            command(bench, DebugCommand::JumpTo { step }).0
        });
        let slowest = slowest.fold(0.0, f64::max);
        rows.push(row(
            what(&format!("within {millions} million, slowest of {JUMPS}")),
            slowest,
            "ms",
            Aim::AtMost(aim),
        ));
    }
}

fn large_module(bench: &Bench, rounds: usize, rows: &mut Vec<Row>) {
    let sample = samples::large_module();
    bench.start_worker();
    let times = (0..rounds).map(|_| debug(bench, &sample, RunOptions::default())).collect();
    let what = format!("from Debug to the first view, a module of {} KB", sample.module.len() / 1000);
    rows.push(row(what, median(times), "ms", Aim::AtMost(1_000.0)));
}

/// Presses a button in the page, and waits until what has to be true was painted.
const PRESS: &str = r#"
const [name, seen] = arguments;
const button = [...document.querySelectorAll("button")].find((button) =>
  (button.getAttribute("aria-label") || button.textContent).trim() === name);
const told = () => document.querySelector(".step-sentence")?.textContent ?? "";
const before = told();
window.painted = null;
const started = performance.now();
button.click();
const look = () => {
  if (told() === before || !new RegExp(seen, "i").test(told())) return requestAnimationFrame(look);
  // This frame is painted when the next task runs.
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => { window.painted = performance.now() - started; };
  port2.postMessage(null);
};
requestAnimationFrame(look);
"#;

const ENDLESS: &str = r#"(module (memory 1) (func (export "main") (local $i i32)
  (loop $again
    (local.set $i (i32.add (local.get $i) (i32.const 1)))
    (i32.store (i32.and (local.get $i) (i32.const 0xFFFC)) (local.get $i))
    (br $again))))"#;

fn in_the_page(rounds: usize, rows: &mut Vec<Row>) {
    let page = Page::open();
    page.set_source(ENDLESS);
    page.press("Debug");
    page.expect_status("Before the first instruction");
    let press = |name: &str, seen: &str| {
        page.expect_enabled(name);
        page.session().script(PRESS, &[json!(name), json!(seen)]).expect("the script is valid");
        let started = Instant::now();
        loop {
            let painted = page.session().script("return window.painted", &[]).expect("the page runs scripts");
            if painted != Value::Null {
                return painted.as_f64().unwrap_or(f64::NAN);
            }
            assert!(started.elapsed() < Duration::from_secs(60), "{name} does not come to `{seen}`");
            std::thread::sleep(Duration::from_millis(5));
        }
    };
    let (mut pauses, mut steps) = (Vec::new(), Vec::new());
    for _ in 0..3 * rounds {
        page.press("Continue");
        page.expect_enabled("Pause");
        // It has run for a while when the user pauses it.
        std::thread::sleep(Duration::from_millis(300));
        pauses.push(press("Pause", "paused"));
        steps.push(press("Step back", "."));
    }
    rows.push(row("from Pause to painted, in the page".to_owned(), median(pauses), "ms", Aim::AtMost(50.0)));
    rows.push(row("from Step back to painted, in the page".to_owned(), median(steps), "ms", Aim::AtMost(50.0)));
}
