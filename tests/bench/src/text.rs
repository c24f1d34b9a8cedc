//! Text to binary in the page's worker, and in npm wabt in the same browser.

use crate::worker::Bench;
use crate::{median, samples};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
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

/// Runs in the document: page and wabt take turns unattended, for a driver that fetches and brings texts in between
/// takes the caches' place, and the browser's time. Each round has a text of its own, by its last digits.
const CLIENT: &str = r"
window.ready = false;
window.WabtModule().then((wabt) => { window.wabt = wabt; window.ready = true; });
window.assemble = (text, validate) => {
  const started = performance.now();
  const module = window.wabt.parseWat('bench.wat', text, { bulk_memory: true, sat_float_to_int: true });
  if (validate) module.validate();
  // With the names, as the page writes them.
  module.toBinary({ write_debug_names: true });
  module.destroy();
  return performance.now() - started;
};
window.build = (request, tag) => new Promise((resolve) => {
  const bytes = request.slice();
  const started = performance.now();
  window.bench.onmessage = ({ data }) => {
    if (new Uint8Array(data, 0, 1)[0] === tag) resolve([performance.now() - started, new Uint8Array(data)]);
  };
  window.bench.postMessage(bytes.buffer, [bytes.buffer]);
});
window.compare = async (base64, place, tag, text, rounds) => {
  window.compared = null;
  const request = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const all = [];
  for (let round = 0; round < rounds; round += 1) {
    const digits = String(round).padStart(5, '0');
    request.set(new TextEncoder().encode(digits), place);
    const [milliseconds, event] = await window.build(request, tag);
    all.push([milliseconds, event, window.assemble(text + digits, true), window.assemble(text + digits, false)]);
    // The browser gets to do what it has put off.
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  window.compared = all;
};
window.told = () => window.compared && window.compared.map(([milliseconds, event, ...wabt]) => {
  let letters = '';
  for (let at = 0; at < event.length; at += 32768) letters += String.fromCharCode(...event.subarray(at, at + 32768));
  return [milliseconds, btoa(letters), ...wabt];
});
";

/// The last line of the text, in which the digits are changed; without its end, which wabt does not need.
const LAST_LINE: &str = ";; 00000";
/// So many rounds are not counted: both are compiled lazily by the browser, and again where it pays.
const UNCOUNTED: usize = 10;

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
            let mut row: [Vec<f64>; 4] = Default::default();
            for round in compare(&bench, &text, UNCOUNTED + 4 * rounds).into_iter().skip(UNCOUNTED) {
                row.iter_mut().zip(round).for_each(|(all, milliseconds)| all.push(milliseconds));
            }
            let [page, way, wabt, wabt_unvalidated] = row.map(median);
            Row { bytes: text.len(), page, way, wabt, wabt_unvalidated }
        })
        .collect()
}

/// For each round: the page's milliseconds, those of the way, wabt's with and without validation.
fn compare(bench: &Bench, text: &str, rounds: usize) -> Vec<[f64; 4]> {
    let source = Source { name: "bench.wat".into(), bytes: format!("{text}{LAST_LINE}").into_bytes() };
    let request = Request::Build { version: 1, source }.encode().expect("every request has bytes");
    let line = request.windows(LAST_LINE.len()).rposition(|bytes| bytes == LAST_LINE.as_bytes());
    let place = line.expect("the text is in the request") + LAST_LINE.len() - 5;
    let answer = Event::Built { version: 1, result: Err(Vec::new()), milliseconds: 0.0 };
    let tag = answer.encode().expect("every event has bytes")[0];
    let text = format!("{text}{}", &LAST_LINE[..LAST_LINE.len() - 5]);
    let arguments = [json!(BASE64_STANDARD.encode(request)), json!(place), json!(tag), json!(text), json!(rounds)];
    bench.script("window.compared = null; compare(...arguments)", &arguments);
    let told = loop {
        std::thread::sleep(std::time::Duration::from_secs(1));
        let told = bench.script("return told()", &[]);
        if !told.is_null() {
            break told;
        }
    };
    told.as_array().into_iter().flatten().map(round).collect()
}

fn round(told: &Value) -> [f64; 4] {
    let number = |index: usize| told[index].as_f64().unwrap_or(f64::NAN);
    let bytes = BASE64_STANDARD.decode(told[1].as_str().unwrap_or_default()).expect("it is base64");
    let event = Event::decode(&bytes).expect("the worker speaks this protocol");
    let Event::Built { result, milliseconds, .. } = event else { unreachable!("only that is waited for") };
    let binary = result.unwrap_or_else(|problems| panic!("the text has problems: {problems:?}"));
    assert!(binary.bytes.starts_with(b"\0asm"), "it is a module");
    [milliseconds, number(0) - milliseconds, number(2), number(3)]
}
