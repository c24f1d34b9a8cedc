//! Text to binary in the page's worker, and in npm wabt in the same browser.

use crate::worker::Bench;
use crate::{median, samples};
use serde_json::json;
use wasmoscope::protocol::{Event, Request, Source};

/// Milliseconds from text to a validated module.
pub struct Row {
    pub bytes: usize,
    pub page: f64,
    /// The messages to the worker and back.
    pub way: f64,
    /// wabt: parse, validate, write.
    pub wabt: f64,
    /// wabt: parse, write.
    pub wabt_unvalidated: f64,
}

const CLIENT: &str = r"
window.ready = false;
window.WabtModule().then((wabt) => { window.wabt = wabt; window.ready = true; });
window.assemble = (text, validate) => {
  const started = performance.now();
  const module = window.wabt.parseWat('bench.wat', text, { bulk_memory: true, sat_float_to_int: true });
  if (validate) module.validate();
  const { buffer } = module.toBinary({});
  module.destroy();
  return [performance.now() - started, buffer.length];
};
";

pub fn measure(rounds: usize) -> Vec<Row> {
    let bench = Bench::start();
    let script =
        std::fs::read_to_string(e2e::root().join("node_modules/wabt/index.js")).expect("npm wabt is installed");
    bench.script("(0, eval)(arguments[0])", &[json!(script)]);
    bench.script(CLIENT, &[]);
    while bench.script("return window.ready", &[]) != json!(true) {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    bench.start_worker();
    [10_000, 200_000, 2_000_000]
        .into_iter()
        .map(|size| {
            let text = samples::text_of(size);
            eprintln!("    {} bytes", text.len());
            // Both are compiled lazily by the browser: neither is measured cold.
            for round in 0..3 {
                in_page(&bench, &text, round);
                in_wabt(&bench, &text, true);
            }
            let mut row: [Vec<f64>; 4] = Default::default();
            for round in 0..rounds {
                let [page, way] = in_page(&bench, &text, 100 + round);
                row[0].push(page);
                row[1].push(way);
                row[2].push(in_wabt(&bench, &text, true));
                row[3].push(in_wabt(&bench, &text, false));
            }
            let [page, way, wabt, wabt_unvalidated] = row.map(median);
            Row { bytes: text.len(), page, way, wabt, wabt_unvalidated }
        })
        .collect()
}

/// Every round has a text of its own, so that nothing the worker remembers is measured.
fn in_page(bench: &Bench, text: &str, round: usize) -> [f64; 2] {
    let source = Source { name: "bench.wat".into(), bytes: format!("{text};; {round}\n").into_bytes() };
    let answer = bench.ask(&Request::Build { version: 1, source }, |event| matches!(event, Event::Built { .. }));
    let Event::Built { result, milliseconds, .. } = answer.event else { unreachable!("only that is waited for") };
    let binary = result.unwrap_or_else(|problems| panic!("the text has problems: {problems:?}"));
    assert!(binary.bytes.starts_with(b"\0asm"), "it is a module");
    [milliseconds, answer.milliseconds - milliseconds]
}

fn in_wabt(bench: &Bench, text: &str, validate: bool) -> f64 {
    bench.script("return assemble(arguments[0], arguments[1])", &[json!(text), json!(validate)])[0]
        .as_f64()
        .unwrap_or(f64::NAN)
}
