//! The worker as its owner drives it: the event loop, and the warm-up in its idle time.

use super::event_loop::{EventLoop, Next};
use super::warm_up::WarmUp;
use super::{Platform, waiting};
use crate::protocol::{Event, Request};

/// Handles requests, and owns the idle time between them.
pub struct Service<M> {
    platform: M,
    event_loop: EventLoop<M>,
    warm_up: Option<WarmUp<M>>,
}

impl<M: Platform> Service<M> {
    /// A service without a run, on an empty tree.
    pub fn new(platform: M) -> Self {
        Self { event_loop: EventLoop::new(platform.clone()), platform, warm_up: None }
    }

    /// Handles a request. A run ends the warm-up.
    pub fn handle(&mut self, request: Request, emit: &mut dyn FnMut(Event)) {
        if waiting::starts(&request) {
            self.warm_up = None;
        }
        match request {
            Request::WarmUp if self.event_loop.is_running() => {}
            Request::WarmUp => self.warm_up = WarmUp::new(self.platform.clone()),
            request => self.event_loop.handle(request, emit),
        }
    }

    /// Continues with a slice of the program or of other work; if there is none, of the warm-up.
    pub fn tick(&mut self, emit: &mut dyn FnMut(Event)) -> Next {
        match (self.event_loop.tick(emit), &mut self.warm_up) {
            (Next::Idle, Some(warm_up)) if !self.event_loop.is_running() => {
                if !warm_up.slice() {
                    emit(Event::Warm { milliseconds: warm_up.milliseconds() });
                    self.warm_up = None;
                }
                Next::Now
            }
            (next, _) => next,
        }
    }
}
