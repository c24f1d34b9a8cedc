//! Driving the built page's own worker from a bare document of the same origin, without the page around it.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use e2e::{Browser, Server};
use serde_json::{Value, json};
use wasmoscope::protocol::{Event, Request};

/// A browser on a document that is empty but for what is measured.
pub struct Bench {
    pub browser: Browser,
    worker: String,
    _server: Server,
}

/// An answer of the worker.
pub struct Answer {
    pub event: Event,
    /// From the request to this answer, in milliseconds.
    pub milliseconds: f64,
}

/// What runs in the document: a worker, and a way to send it bytes and wait for one of the answers.
const CLIENT: &str = r#"
window.startWorker = (url) => {
  if (window.bench) window.bench.terminate();
  window.bench = new Worker(url, { type: "module" });
  window.answers = [];
  window.bench.onmessage = ({ data }) => window.answers.push([performance.now(), new Uint8Array(data)]);
  window.bench.onerror = (event) => { window.broken = event.message || "the worker failed"; };
};
window.send = (base64) => {
  window.answers = [];
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  window.sent = performance.now();
  window.bench.postMessage(bytes.buffer, [bytes.buffer]);
};
window.received = (from) => window.answers.slice(from).map(([time, bytes]) => {
  let text = "";
  for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return [time - (window.sent || 0), btoa(text)];
});
"#;

impl Bench {
    pub fn start() -> Self {
        let server = Server::start(&e2e::dist());
        let browser = Browser::start();
        let html = std::fs::read_to_string(e2e::dist().join("index.html")).expect("the page is text");
        let worker = html.split_once("data-worker=\"./").and_then(|(_, rest)| rest.split_once('"'));
        let worker = format!("{}/{}", server.origin(), worker.expect("the page names its worker").0);
        // A document without the page's policy, for wabt is a script that evaluates another.
        browser.session.go(&format!("{}/examples/index.json", server.origin()));
        browser.session.script(CLIENT, &[]).expect("the client is valid JavaScript");
        Self { browser, worker, _server: server }
    }

    /// A fresh worker, optimised by the browser as it is when a user has looked at the page for a moment.
    pub fn start_worker(&self) {
        self.script("startWorker(arguments[0])", &[json!(self.worker)]);
        self.wait_for(|event| matches!(event, Event::Ready));
        self.ask(&Request::WarmUp, |event| matches!(event, Event::Warm { .. }));
    }

    /// Sends the request and waits for an answer of the kind.
    pub fn ask(&self, request: &Request, is_answer: impl Fn(&Event) -> bool) -> Answer {
        let bytes = request.encode().expect("every request has bytes");
        self.script("send(arguments[0])", &[json!(BASE64_STANDARD.encode(bytes))]);
        self.wait_for(is_answer)
    }

    fn wait_for(&self, is_answer: impl Fn(&Event) -> bool) -> Answer {
        let mut seen = 0;
        let started = std::time::Instant::now();
        // To look for an answer takes the document's time too: what comes soon comes undisturbed.
        std::thread::sleep(std::time::Duration::from_millis(20));
        loop {
            let answers = self.script("return received(arguments[0])", &[json!(seen)]);
            for answer in answers.as_array().into_iter().flatten() {
                seen += 1;
                let bytes = BASE64_STANDARD.decode(answer[1].as_str().unwrap_or_default()).expect("it is base64");
                let event = Event::decode(&bytes).expect("the worker speaks this protocol");
                if is_answer(&event) {
                    return Answer { event, milliseconds: answer[0].as_f64().unwrap_or(f64::NAN) };
                }
            }
            let broken = self.script("return window.broken || null", &[]);
            assert!(broken.is_null(), "the worker broke off: {broken}");
            assert!(started.elapsed().as_secs() < 120, "the worker does not answer");
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }

    /// Runs a script in the document.
    pub fn script(&self, body: &str, arguments: &[Value]) -> Value {
        self.browser.session.script(body, arguments).unwrap_or_else(|failure| panic!("a script failed: {failure}"))
    }
}
