//! The event loop in a Web Worker: messages in, messages out, slices in between.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use js_sys::{Date, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageChannel, MessageEvent};

use super::waiting::{Parts, Waiting};
use super::{Next, Platform, Service};
use crate::engine::reversible::executor::Executor;
use crate::engine::reversible::executor::js::JsEngine;
use crate::engine::wasi::{Clock, Random};
use crate::protocol::{Event, Request};
use crate::rest;

/// Starts the event loop on this worker, and reports to the page that it is ready.
///
/// # Errors
///
/// If this is not a dedicated worker.
pub fn start() -> Result<(), JsValue> {
    std::panic::set_hook(Box::new(|panic| {
        console_error_panic_hook::hook(panic);
        // The page is informed first; then the worker dies of the panic, and the page starts another.
        if let Ok(scope) = scope() {
            post(&scope, &Event::Fault { message: panic.to_string() });
        }
    }));
    let scope = scope()?;
    let platform = BrowserPlatform { performance: performance(&scope)? };
    let worker = Rc::new(Worker {
        service: RefCell::new(Service::new(platform)),
        channel: MessageChannel::new()?,
        wake: RefCell::new(Wake::Asleep),
        waiting: RefCell::default(),
        queue: RefCell::default(),
        scope,
    });
    worker.listen();
    post(&worker.scope, &Event::Ready);
    Ok(())
}

struct Worker {
    scope: DedicatedWorkerGlobalScope,
    service: RefCell<Service<BrowserPlatform>>,
    /// A message to oneself comes after the messages already queued, and without a timer's delay.
    channel: MessageChannel,
    wake: RefCell<Wake>,
    waiting: RefCell<Waiting>,
    /// The requests to handle, in their order. There are several only where one arrives while another is handled: in
    /// Firefox, a worker that is blocked in a synchronous request (`load_rest` in `xtask/module-split`) receives messages.
    queue: RefCell<VecDeque<Request>>,
}

/// What will call [`Worker::tick`] next.
enum Wake {
    Asleep,
    Message,
    /// The timer is cancelled when dropped.
    Timer {
        _timer: gloo_timers::callback::Timeout,
    },
}

impl Worker {
    fn listen(self: &Rc<Self>) {
        let worker = self.clone();
        let on_request = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| worker.request(&event));
        self.scope.set_onmessage(Some(on_request.as_ref().unchecked_ref()));
        // The worker lives until the page terminates it, and so do its listeners.
        on_request.forget();
        let worker = self.clone();
        let on_tick = Closure::<dyn FnMut()>::new(move || worker.tick());
        self.channel.port1().set_onmessage(Some(on_tick.as_ref().unchecked_ref()));
        on_tick.forget();
        let worker = self.clone();
        gloo_events::EventListener::new(&self.scope, "rest", move |_| worker.rest_changed()).forget();
    }

    fn request(self: &Rc<Self>, event: &MessageEvent) {
        let bytes = Uint8Array::new(&event.data()).to_vec();
        match Request::decode(&bytes) {
            Ok(Request::FetchRest) => rest::retry(),
            Ok(request) => {
                let scope = &self.scope;
                let had_waiting = !self.waiting.borrow().is_empty();
                let request = self.waiting.borrow_mut().pass(request, parts(), &mut |event| post(scope, &event));
                match request {
                    Some(request) => self.handle(request),
                    // The rest is fetched now, or the failure is reported.
                    None if !had_waiting => rest::ask(),
                    None => self.rest_changed(),
                }
            }
            Err(error) => post(&self.scope, &Event::Fault { message: error.to_string() }),
        }
    }

    fn handle(self: &Rc<Self>, request: Request) {
        let starts = matches!(request, Request::Run { .. });
        self.queue.borrow_mut().push_back(request);
        if !self.handle_queued() {
            return;
        }
        if matches!(*self.wake.borrow(), Wake::Message) {
            return;
        }
        // The first slice of a run is short, and most programs finish in it.
        if starts { self.tick() } else { self.wake_up(Next::Now) }
    }

    /// Handles the queued requests, in their order. False while another call is at it, which handles these as well.
    fn handle_queued(&self) -> bool {
        let Ok(mut service) = self.service.try_borrow_mut() else { return false };
        let scope = &self.scope;
        loop {
            let Some(request) = self.queue.borrow_mut().pop_front() else { return true };
            service.handle(request, &mut |event| post(scope, &event));
        }
    }

    /// The rest has been loaded, or could not be fetched, or is being retried.
    fn rest_changed(self: &Rc<Self>) {
        if rest::is_there() {
            let waiting = self.waiting.borrow_mut().take();
            post(&self.scope, &Event::RestArrived);
            waiting.into_iter().for_each(|request| self.handle(request));
            if !matches!(*self.wake.borrow(), Wake::Message) {
                self.wake_up(Next::Now);
            }
        } else if let Some(reason) = rest::failure()
            && !self.waiting.borrow().is_empty()
        {
            post(&self.scope, &Event::RestMissing { reason });
        }
    }

    fn tick(self: &Rc<Self>) {
        self.wake.replace(Wake::Asleep);
        let scope = &self.scope;
        let next = match self.service.try_borrow_mut() {
            Ok(mut service) => service.tick(&mut |event| post(scope, &event)),
            // The call that is active calls this again when it is done.
            Err(_) => return,
        };
        let waits = !self.queue.borrow().is_empty();
        if waits {
            self.handle_queued();
        }
        self.wake_up(if waits { Next::Now } else { next });
    }

    fn wake_up(self: &Rc<Self>, next: Next) {
        let wake = match next {
            Next::Idle => Wake::Asleep,
            Next::Now => match self.channel.port2().post_message(&JsValue::NULL) {
                Ok(()) => Wake::Message,
                Err(error) => wasm_bindgen::throw_val(error),
            },
            Next::After(milliseconds) => {
                let worker = self.clone();
                // A browser's timer takes at most 2^31 milliseconds; a timer that fires too early is set again.
                let milliseconds = milliseconds.clamp(0.0, 1e9).ceil() as u32;
                Wake::Timer { _timer: gloo_timers::callback::Timeout::new(milliseconds, move || worker.tick()) }
            }
        };
        self.wake.replace(wake);
    }
}

fn parts() -> Parts {
    match rest::is_there() {
        true => Parts::All,
        false if rest::has_failed() => Parts::Missing,
        false => Parts::Coming,
    }
}

/// Posts an event to the page; its bytes are transferred, not copied.
fn post(scope: &DedicatedWorkerGlobalScope, event: &Event) {
    let Ok(bytes) = event.encode() else { return };
    let buffer = Uint8Array::from(bytes.as_slice()).buffer();
    if let Err(error) = scope.post_message_with_transfer(&buffer, &js_sys::Array::of1(&buffer)) {
        web_sys::console::error_1(&error);
    }
}

fn scope() -> Result<DedicatedWorkerGlobalScope, JsValue> {
    js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>().map_err(JsValue::from)
}

fn performance(scope: &DedicatedWorkerGlobalScope) -> Result<web_sys::Performance, JsValue> {
    scope.performance().ok_or_else(|| JsValue::from_str("this browser gives a worker no clock"))
}

#[derive(Clone)]
struct BrowserPlatform {
    performance: web_sys::Performance,
}

impl Platform for BrowserPlatform {
    fn now_ms(&self) -> f64 {
        self.performance.now()
    }

    fn clock(&self) -> Box<dyn Clock> {
        Box::new(BrowserClock { performance: self.performance.clone() })
    }

    fn random(&self) -> Box<dyn Random> {
        Box::new(BrowserRandom)
    }

    fn browser_engine(&self) -> Option<Rc<dyn Executor>> {
        Some(Rc::new(JsEngine))
    }

    fn has_all_parts(&self) -> bool {
        rest::is_there()
    }
}

struct BrowserClock {
    performance: web_sys::Performance,
}

impl Clock for BrowserClock {
    fn realtime_ns(&mut self) -> u64 {
        (Date::now() * 1e6) as u64
    }

    fn monotonic_ns(&mut self) -> u64 {
        (self.performance.now() * 1e6) as u64
    }
}

struct BrowserRandom;

/// The maximum number of bytes that a browser returns per call.
const RANDOM_AT_ONCE: usize = 65_536;

impl Random for BrowserRandom {
    fn fill(&mut self, bytes: &mut [u8]) {
        let crypto = scope().and_then(|scope| scope.crypto());
        for piece in bytes.chunks_mut(RANDOM_AT_ONCE) {
            let filled = crypto.as_ref().is_ok_and(|crypto| crypto.get_random_values_with_u8_array(piece).is_ok());
            if !filled {
                // Every browser that runs this has it in workers; even without it, a program gets varying bytes.
                piece.iter_mut().for_each(|byte| *byte = (js_sys::Math::random() * 256.0) as u8);
            }
        }
    }
}
