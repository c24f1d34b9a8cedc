//! The engine's worker: starts it, and sends and receives bytes.

use gloo_events::EventListener;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType};
use yew::Callback;

use super::dom;
use crate::protocol::{CodecError, Event, Request};

/// A message from a worker.
pub enum WorkerMessage {
    Event(Event),
    /// Bytes that are not an event.
    Undecodable(CodecError),
    /// Its script could not be loaded, or it crashed. The worker can no longer be used.
    Crashed {
        reason: String,
    },
}

/// A running worker; dropping it terminates it.
pub struct WorkerLink {
    worker: Worker,
    _listeners: [EventListener; 2],
}

impl WorkerLink {
    /// Starts a worker; `lacked_part` if it replaces one that failed because a part was missing.
    pub fn start(lacked_part: bool, on_message: Callback<WorkerMessage>) -> Result<Self, JsValue> {
        let options = WorkerOptions::new();
        // Read by `worker_loader.js`: such a worker holds back requests that may need that part.
        options.set_name(if lacked_part { "part-missing" } else { "" });
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(&dom::asset("worker", "worker_loader.js"), &options)?;
        let message_listener = {
            let on_message = on_message.clone();
            EventListener::new(&worker, "message", move |event| {
                let Some(message) = event.dyn_ref::<MessageEvent>() else { return };
                on_message.emit(match Event::decode(&Uint8Array::new(&message.data()).to_vec()) {
                    Ok(event) => WorkerMessage::Event(event),
                    Err(error) => WorkerMessage::Undecodable(error),
                });
            })
        };
        let error_listener = EventListener::new(&worker, "error", move |event| {
            let reason = event.dyn_ref::<ErrorEvent>().map(ErrorEvent::message).unwrap_or_default();
            on_message.emit(WorkerMessage::Crashed { reason });
        });
        Ok(Self { worker, _listeners: [message_listener, error_listener] })
    }

    /// Sends a request; its bytes are transferred, not copied.
    pub fn post(&self, request: &Request) -> Result<(), PostError> {
        let bytes = Uint8Array::from(request.encode()?.as_slice());
        let buffer = bytes.buffer();
        self.worker.post_message_with_transfer(&buffer, &Array::of1(&buffer)).map_err(PostError::Refused)
    }
}

impl Drop for WorkerLink {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

/// Why a request was not sent.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    #[error(transparent)]
    Codec(#[from] CodecError),
    #[error("the browser refused to pass a message to the worker: {0:?}")]
    Refused(JsValue),
}
