//! The way to the worker and back.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_timers::future::TimeoutFuture;
use js_sys::Reflect;
use wasm_bindgen_test::wasm_bindgen_test;
use wasmoscope::protocol::{Entry, Event, Outcome, Request, RunOptions, Source};
use wasmoscope::ui::platform::worker::{WorkerLink, WorkerMessage};
use yew::Callback;

use crate::dist;

/// How long an answer may take, in steps of 20 ms.
const PATIENCE: u32 = 1500;

struct Bench {
    link: WorkerLink,
    received: Rc<RefCell<Vec<Event>>>,
}

impl Bench {
    async fn start() -> Self {
        let root = web_sys::window().and_then(|window| window.document()?.document_element()).expect("a document");
        root.set_attribute("data-worker", &dist::address("worker").await).expect("an attribute");
        use_the_browsers_own_worker();
        let received: Rc<RefCell<Vec<Event>>> = Rc::default();
        let on_message = {
            let received = received.clone();
            Callback::from(move |message| match message {
                WorkerMessage::Event(event) => received.borrow_mut().push(event),
                WorkerMessage::Undecodable(error) => panic!("{error}"),
                WorkerMessage::Crashed { reason } => panic!("the worker died: {reason}"),
            })
        };
        let bench = Self { link: WorkerLink::start(false, on_message).expect("the worker starts"), received };
        bench.wait_for(|event| matches!(event, Event::Ready)).await;
        bench
    }

    fn send(&self, request: &Request) {
        self.link.post(request).expect("a request is sent");
    }

    async fn wait_for(&self, wanted: impl Fn(&Event) -> bool) -> Event {
        for _ in 0..PATIENCE {
            if let Some(event) = self.received.borrow().iter().find(|event| wanted(event)) {
                return event.clone();
            }
            TimeoutFuture::new(20).await;
        }
        panic!("the event did not come; heard: {:?}", self.received.borrow());
    }
}

/// The test runner puts a constructor of its own in the place of `Worker`, to catch what workers print; it starts them
/// from another address than the page does. The browser's own is still what the prototype names.
fn use_the_browsers_own_worker() {
    let global = js_sys::global();
    let worker = Reflect::get(&global, &"Worker".into()).expect("browsers have workers");
    let prototype = Reflect::get(&worker, &"prototype".into()).expect("a class has a prototype");
    let own = Reflect::get(&prototype, &"constructor".into()).expect("a prototype has a constructor");
    Reflect::set(&global, &"Worker".into(), &own).expect("a global can be set");
}

fn source(text: &str) -> Source {
    Source { name: "main.wat".into(), bytes: text.as_bytes().to_vec() }
}

#[wasm_bindgen_test]
async fn a_program_is_checked_and_run() {
    let bench = Bench::start().await;
    let program = source("(module (func (export \"main\") (result i32) (i32.const 42)))");
    bench.send(&Request::Check { version: 7, source: program.clone() });
    let checked = bench.wait_for(|event| matches!(event, Event::Checked { version: 7, .. })).await;
    let Event::Checked { checked, .. } = checked else { unreachable!("it was asked for") };
    assert_eq!(checked.problems, []);
    bench.send(&Request::Run { run: 1, source: program, entry: Entry::Default, options: RunOptions::default() });
    let finished = bench.wait_for(|event| matches!(event, Event::Finished { run: 1, .. })).await;
    let Event::Finished { outcome: Outcome::Returned { results }, .. } = finished else {
        panic!("it ended otherwise: {finished:?}")
    };
    assert_eq!(results.iter().map(|value| value.text.as_str()).collect::<Vec<_>>(), ["42"]);
}

#[wasm_bindgen_test]
async fn a_loop_without_end_is_paused_and_stopped() {
    let bench = Bench::start().await;
    let program = source("(module (func (export \"main\") (loop (br 0))))");
    bench.send(&Request::Run { run: 3, source: program, entry: Entry::Default, options: RunOptions::default() });
    bench.wait_for(|event| matches!(event, Event::Started { run: 3, .. })).await;
    bench.send(&Request::Pause { run: 3 });
    bench.wait_for(|event| matches!(event, Event::Paused { run: 3, .. })).await;
    bench.send(&Request::Stop { run: 3 });
    bench.wait_for(|event| matches!(event, Event::Finished { run: 3, outcome: Outcome::Stopped, .. })).await;
}
