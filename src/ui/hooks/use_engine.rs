//! The engine as the page sees it: verbs that become requests, and events that become state.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use yew::prelude::*;

use super::console_output::ConsoleOutput;
use super::reducers::{CheckContext, ConsoleContext, DebugContext, RunContext, WorkerContext};
use crate::protocol::{
    Breakpoint, CallFilter, CallsWatch, DebugCommand, Entry, Event, FileChange, FileImage, MemoryWatch, Request, RunId,
    RunOptions, Source, ValueChange, Version,
};
use crate::rest;
use crate::ui::platform::dom;
use crate::ui::platform::worker::{WorkerLink, WorkerMessage, missing_part};
use crate::ui::state::check::{CheckAction, CheckState};
use crate::ui::state::console::{ConsoleAction, ConsoleState};
use crate::ui::state::debug::{DebugAction, DebugState};
use crate::ui::state::run::{RunAction, RunState, event_run, is_plain};
use crate::ui::state::worker::{WorkerAction, WorkerState};

/// How long the worker may be silent after Stop or Pause before it is replaced.
const PATIENCE_MS: u32 = 1000;
/// How long it may take to answer although it is not silent: the answer may be queued behind a lot of output.
const LONGEST_PATIENCE_MS: f64 = 5000.0;
/// How long the worker has to be idle after it is ready before the interpreter is warmed up.
const IDLE_MS: u32 = 400;

/// The engine's handle: cheap to clone, and equal to itself for as long as the page is open.
#[derive(Clone)]
pub struct Engine(Rc<EngineInner>);

impl PartialEq for Engine {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// Keeps a callback registered until it is dropped.
pub struct Listener {
    id: u32,
    engine: Weak<EngineInner>,
}

struct EngineInner {
    link: RefCell<Option<WorkerLink>>,
    ready: Cell<bool>,
    /// Requests made before the worker was ready.
    queue: RefCell<Vec<Request>>,
    listeners: RefCell<Vec<(u32, Callback<Rc<Event>>)>>,
    next_listener: Cell<u32>,
    /// The last run, and whether it is active.
    run: Cell<RunId>,
    active: Cell<bool>,
    /// Fires if Stop or Pause is not answered.
    watchdog: RefCell<Option<Timeout>>,
    warm_up: RefCell<Option<Timeout>>,
    /// When the worker's last message arrived, by [`dom::now`].
    last_message: Cell<f64>,
    output: ConsoleOutput,
    /// The highest step that the debugged program has reached.
    furthest: Cell<u64>,
    /// Events that only the rest of the page can show, until it is loaded.
    unshown: RefCell<Vec<Event>>,
    on_rest: RefCell<Option<EventListener>>,
    /// Whether the last worker crashed because it could not fetch a part of itself.
    lacked_part: Cell<bool>,
    slices: Slices,
}

struct Slices {
    worker: UseReducerDispatcher<WorkerState>,
    run: UseReducerDispatcher<RunState>,
    check: UseReducerDispatcher<CheckState>,
    debug: UseReducerDispatcher<DebugState>,
}

/// Starts the engine's worker. Called once, in [`crate::ui::app::App`]; others take [`Engine`] from its context.
#[hook]
pub fn use_engine(
    worker: &WorkerContext,
    run: &RunContext,
    console: &ConsoleContext,
    check: &CheckContext,
    debug: &DebugContext,
) -> Engine {
    let slices = Slices {
        worker: worker.dispatcher(),
        run: run.dispatcher(),
        check: check.dispatcher(),
        debug: debug.dispatcher(),
    };
    let console = console.dispatcher();
    let engine = use_memo((), |()| Engine::new(slices, console));
    {
        let engine = engine.clone();
        use_effect_with((), move |()| engine.start());
    }
    (*engine).clone()
}

/// Calls back with every event while the component is mounted. [`Event::Ready`] arrives again whenever the worker is
/// replaced: send it whatever the worker needs (files, the memory window) each time.
#[hook]
pub fn use_engine_events(on_event: Callback<Rc<Event>>) {
    let engine = use_context::<Engine>().expect("App provides the engine");
    use_effect_with((engine, on_event), |(engine, on_event)| {
        let listener = engine.listen(on_event.clone());
        move || drop(listener)
    });
}

impl Engine {
    fn new(slices: Slices, console: UseReducerDispatcher<ConsoleState>) -> Self {
        Self(Rc::new(EngineInner {
            link: RefCell::new(None),
            ready: Cell::new(false),
            queue: RefCell::default(),
            listeners: RefCell::default(),
            next_listener: Cell::new(0),
            run: Cell::new(0),
            active: Cell::new(false),
            watchdog: RefCell::default(),
            warm_up: RefCell::default(),
            last_message: Cell::new(0.0),
            output: ConsoleOutput::new(console),
            furthest: Cell::new(0),
            unshown: RefCell::default(),
            on_rest: RefCell::default(),
            lacked_part: Cell::new(false),
            slices,
        }))
    }

    /// Starts a run of `source`; a run that is active ends.
    pub fn run(&self, source: Source, entry: Entry, options: RunOptions) {
        let run = self.begin();
        self.0.slices.debug.dispatch(DebugAction::End);
        self.0.send(Request::Run { run, source, entry, options });
    }

    /// Starts a run of `source` under the debugger; `text` is the editor's text of it, if it is editable.
    pub fn debug(
        &self,
        source: Source,
        entry: Entry,
        options: RunOptions,
        text: Option<Rc<str>>,
        breakpoints: Vec<Breakpoint>,
    ) {
        let run = self.begin_debug(text);
        self.0.send(Request::Debug { run, source, entry, options, breakpoints });
    }

    /// Like [`Engine::debug`], at a step of a run that was recorded elsewhere.
    pub fn debug_at(
        &self,
        source: Source,
        options: RunOptions,
        text: Option<Rc<str>>,
        breakpoints: Vec<Breakpoint>,
        bookmark: Vec<u8>,
    ) {
        let run = self.begin_debug(text);
        self.0.send(Request::DebugAt { run, source, options, breakpoints, bookmark });
    }

    /// Requests everything needed to reach this step again, which arrives as [`Event::Bookmarked`].
    pub fn bookmark(&self) {
        self.0.send_if_active(|run| Request::Bookmark { run });
    }

    /// Repeats the last, finished run under the debugger up to its end.
    pub fn debug_again(&self, text: Option<Rc<str>>, breakpoints: Vec<Breakpoint>) {
        let again = self.0.run.get();
        let run = self.begin_debug(text);
        self.0.slices.run.dispatch(RunAction::Repeat { run });
        self.0.send(Request::DebugAgain { run, again, breakpoints });
    }

    pub fn debug_command(&self, command: DebugCommand) {
        if self.0.active.get() {
            self.0.slices.debug.dispatch(DebugAction::Requested);
            self.0.send(Request::DebugCommand { run: self.0.run.get(), command });
        }
    }

    /// Cancels what the debugger is doing.
    pub fn debug_pause(&self) {
        if self.0.active.get() {
            self.0.send(Request::Pause { run: self.0.run.get() });
            self.expect_answer();
        }
    }

    pub fn set_breakpoints(&self, breakpoints: Vec<Breakpoint>) {
        self.0.send_if_active(|run| Request::SetBreakpoints { run, breakpoints });
    }

    /// Evaluates the watch expressions for the call `frame` levels below the top of the stack.
    pub fn evaluate(&self, frame: u32, expressions: Vec<String>) {
        self.0.send_if_active(|run| Request::Evaluate { run, frame, expressions });
    }

    /// Requests the frames of the call stack from this index on.
    pub fn show_frames(&self, from: u32) {
        self.0.send_if_active(|run| Request::ShowFrames { run, from });
    }

    /// Requests the hover for a position in the text, which arrives as [`Event::Hover`].
    pub fn hover(&self, query: u32, at: u32, word: Option<String>, frame: u32) {
        self.0.send_if_active(|run| Request::Hover { run, query, at, word, frame });
    }

    pub fn change_value(&self, change: ValueChange) {
        self.0.send_if_active(|run| Request::ChangeValue { run, change });
    }

    fn begin_debug(&self, text: Option<Rc<str>>) -> RunId {
        let run = self.begin();
        self.0.output.then(ConsoleAction::Record);
        self.0.slices.debug.dispatch(DebugAction::Begin { run, text });
        run
    }

    fn begin(&self) -> RunId {
        let inner = &self.0;
        let run = inner.run.get() + 1;
        inner.furthest.set(0);
        inner.run.set(run);
        inner.active.set(true);
        inner.watchdog.take();
        inner.output.begin(ConsoleAction::Begin { run });
        inner.slices.run.dispatch(RunAction::Begin { run });
        if inner.link.borrow().is_none() {
            // The worker could not be started; the cause may be gone by now.
            inner.slices.worker.dispatch(WorkerAction::Restarted);
            self.start();
        }
        run
    }

    pub fn stop(&self) {
        let inner = &self.0;
        if !inner.active.get() {
            return;
        }
        inner.slices.run.dispatch(RunAction::StopAsked);
        if inner.ready.get() {
            inner.send(Request::Stop { run: inner.run.get() });
            self.expect_answer();
        } else {
            // It has not been sent yet.
            let starts = |request: &Request| {
                matches!(request, Request::Run { .. } | Request::Debug { .. } | Request::DebugAt { .. })
            };
            inner.queue.borrow_mut().retain(|request| !starts(request));
            inner.lose_run();
        }
    }

    /// Another program was opened: stops the last one's run and ignores its further events.
    pub fn forget_run(&self) {
        self.stop();
        self.0.output.begin(ConsoleAction::Forget);
        self.0.slices.run.dispatch(RunAction::Forget);
    }

    pub fn pause(&self) {
        let inner = &self.0;
        if inner.active.get() {
            inner.slices.run.dispatch(RunAction::PauseAsked);
            inner.send(Request::Pause { run: inner.run.get() });
            self.expect_answer();
        }
    }

    /// Continues after a pause; `continue` is a keyword.
    pub fn resume(&self) {
        self.0.send_if_active(|run| Request::Continue { run });
    }

    /// Sends a line to the program's standard input and echoes it where it was typed.
    pub fn stdin_line(&self, line: &str) {
        let text = format!("{line}\n");
        self.0.output.then(ConsoleAction::Typed { text: text.as_str().into() });
        self.0.send_if_active(|run| Request::Stdin { run, bytes: text.into_bytes() });
    }

    pub fn end_of_input(&self) {
        self.0.slices.run.dispatch(RunAction::InputEnded);
        self.0.send_if_active(|run| Request::EndOfInput { run });
    }

    pub fn check(&self, version: Version, source: Source) {
        self.0.slices.check.dispatch(CheckAction::Requested { version });
        // Of several checks that wait for the worker to load, only the last matters.
        self.0.queue.borrow_mut().retain(|request| !matches!(request, Request::Check { .. }));
        self.0.send(Request::Check { version, source });
    }

    /// Requests the binary, which arrives as [`Event::Built`].
    pub fn build(&self, version: Version, source: Source) {
        self.0.send(Request::Build { version, source });
    }

    /// Requests the list of sources that a module names, which arrives as [`Event::SourcesListed`].
    pub fn list_sources(&self, version: Version, source: Source) {
        self.0.send(Request::ListSources { version, source });
    }

    pub fn watch_memory(&self, watch: Option<MemoryWatch>) {
        self.0.send(Request::WatchMemory { watch });
    }

    pub fn watch_calls(&self, watch: Option<CallsWatch>) {
        self.0.send(Request::WatchCalls { watch });
    }

    /// Requests the calls as text, which arrives as [`Event::CallsText`].
    pub fn copy_calls(&self, filter: CallFilter) {
        self.0.send(Request::CopyCalls { filter });
    }

    pub fn set_files(&self, files: Vec<FileImage>) {
        self.0.send(Request::SetFiles { files });
    }

    pub fn change_files(&self, change: FileChange) {
        self.0.send(Request::ChangeFiles { change });
    }

    pub fn read_file(&self, path: String) {
        self.0.send(Request::ReadFile { path });
    }

    pub fn compare_file(&self, path: String) {
        self.0.send(Request::CompareFile { path });
    }

    pub fn read_all_files(&self) {
        self.0.send(Request::ReadAllFiles);
    }

    /// Calls back with every event for as long as the returned listener is kept.
    pub fn listen(&self, on_event: Callback<Rc<Event>>) -> Listener {
        let id = self.0.next_listener.get();
        self.0.next_listener.set(id + 1);
        self.0.listeners.borrow_mut().push((id, on_event));
        Listener { id, engine: Rc::downgrade(&self.0) }
    }

    /// Makes the worker retry fetching its missing part.
    pub fn fetch_rest(&self) {
        self.0.slices.worker.dispatch(WorkerAction::PartRetried);
        self.0.send(Request::FetchRest);
    }

    /// Whether a worker accepts requests.
    pub fn is_ready(&self) -> bool {
        self.0.ready.get()
    }

    /// Ends the worker, and the run with it, and starts a new worker.
    pub fn restart(&self) {
        let inner = &self.0;
        inner.watchdog.take();
        inner.warm_up.take();
        inner.link.take();
        inner.ready.set(false);
        inner.queue.take();
        inner.lose_run();
        inner.slices.worker.dispatch(WorkerAction::Restarted);
        self.start();
    }

    fn start(&self) {
        let weak = Rc::downgrade(&self.0);
        let on_message = Callback::from(move |message| {
            if let Some(inner) = weak.upgrade() {
                Engine(inner).on_message(message);
            }
        });
        match WorkerLink::start(self.0.lacked_part.get(), on_message) {
            Ok(link) => *self.0.link.borrow_mut() = Some(link),
            Err(error) => self.0.fail(&format!("the browser does not start it ({error:?})")),
        }
    }

    /// Replaces the worker unless it answers soon.
    fn expect_answer(&self) {
        self.watch(dom::now());
    }

    fn watch(&self, requested: f64) {
        let weak = Rc::downgrade(&self.0);
        let timeout = Timeout::new(PATIENCE_MS, move || {
            let Some(engine) = weak.upgrade().map(Engine) else { return };
            let now = dom::now();
            if now - engine.0.last_message.get() < f64::from(PATIENCE_MS) && now - requested < LONGEST_PATIENCE_MS {
                engine.watch(requested);
            } else {
                engine.replace("The interpreter did not respond and was restarted. Your text and files are safe.");
            }
        });
        *self.0.watchdog.borrow_mut() = Some(timeout);
    }

    fn replace(&self, message: &str) {
        self.0.slices.worker.dispatch(WorkerAction::Faulted { message: message.into(), recovered: true });
        self.restart();
    }

    fn on_message(&self, message: WorkerMessage) {
        match message {
            WorkerMessage::Event(event) if !rest::is_there() && !is_plain(&event) => self.show_later(event),
            WorkerMessage::Event(event) => self.on_event(event),
            WorkerMessage::Undecodable(error) => self.0.fault(&error.to_string()),
            WorkerMessage::Crashed { reason } if self.0.ready.get() && missing_part(&reason).is_some() => {
                self.0.lacked_part.set(true);
                self.replace(&format!(
                    "{}. The operation that needed it was cancelled, and the interpreter was restarted. Your text and \
                     files are safe.",
                    missing_part(&reason).unwrap_or_default()
                ));
            }
            WorkerMessage::Crashed { reason } if self.0.ready.get() => {
                self.replace(&format!(
                    "The interpreter crashed and was restarted. Your text and files are safe. The error: {}",
                    if reason.is_empty() { "nothing" } else { &reason }
                ));
            }
            // It never started: retrying immediately would fail the same way.
            WorkerMessage::Crashed { reason } => {
                self.0.link.take();
                self.0.fail(if reason.is_empty() { "its program could not be loaded" } else { &reason });
            }
        }
    }

    /// Queues an event until the rest of the page is loaded.
    fn show_later(&self, event: Event) {
        let inner = &self.0;
        inner.last_message.set(dom::now());
        inner.unshown.borrow_mut().push(event);
        if inner.on_rest.borrow().is_none() {
            let weak = Rc::downgrade(inner);
            let listener = EventListener::new(&dom::window(), "rest", move |_| {
                if let Some(inner) = weak.upgrade().filter(|_| rest::is_there()) {
                    let unshown = inner.unshown.take();
                    let engine = Engine(inner);
                    unshown.into_iter().for_each(|event| engine.on_event(event));
                }
            });
            *inner.on_rest.borrow_mut() = Some(listener);
        }
        rest::ask();
    }

    fn on_event(&self, event: Event) {
        let inner = &self.0;
        inner.last_message.set(dom::now());
        // Memory and calls outlive their run, and a new worker knows of none.
        let outlives = matches!(event, Event::Memory { .. } | Event::Calls { .. } | Event::CallsText { .. });
        if !outlives && event_run(&event).is_some_and(|run| run != inner.run.get()) {
            return;
        }
        if let Event::Checked { version, checked } = event {
            inner.slices.check.dispatch(CheckAction::answered(version, checked));
            return;
        }
        let event = Rc::new(event);
        if !outlives && !matches!(*event, Event::Output { .. } | Event::Progress { .. }) {
            // The prompt has to appear before its answer is requested, and the last line before the end.
            inner.output.advance();
        }
        match &*event {
            Event::Ready => self.hear_ready(),
            Event::Paused { .. } => drop(inner.watchdog.take()),
            Event::DebugStopped { view, .. } => {
                inner.watchdog.take();
                let (step, printed) = (view.step, view.printed);
                // It shrinks only if execution diverges from the record.
                if inner.furthest.replace(view.furthest) > view.furthest {
                    inner.output.then(ConsoleAction::Fork { step, printed });
                }
                let logged = view.log.as_slice().into();
                inner.output.then(ConsoleAction::ShowAt { step, printed, logged });
            }
            Event::Finished { run, .. } => {
                inner.watchdog.take();
                inner.active.set(false);
                inner.output.then(ConsoleAction::End { run: *run });
            }
            Event::Output { chunks, .. } => inner.output.print(inner.run.get(), chunks),
            Event::Fault { message } => inner.fault(message),
            Event::RestMissing { reason } => {
                inner.slices.worker.dispatch(WorkerAction::PartMissing { reason: reason.as_str().into() });
            }
            Event::RestArrived => {
                inner.lacked_part.set(false);
                inner.slices.worker.dispatch(WorkerAction::PartDone);
            }
            _ => {}
        }
        if event_run(&event).is_some() && !outlives && !matches!(&*event, Event::Output { .. }) {
            inner.slices.run.dispatch(RunAction::Received(event.clone()));
            inner.slices.debug.dispatch(DebugAction::Received(event.clone()));
        }
        // A copy, because a listener may add or remove listeners.
        let listeners: Vec<_> = inner.listeners.borrow().iter().map(|(_, listener)| listener.clone()).collect();
        listeners.iter().for_each(|listener| listener.emit(event.clone()));
    }

    fn hear_ready(&self) {
        let inner = &self.0;
        inner.ready.set(true);
        inner.slices.worker.dispatch(WorkerAction::Ready);
        let queue = inner.queue.take();
        queue.into_iter().for_each(|request| inner.send(request));
        let weak = Rc::downgrade(&self.0);
        let warm_up = Timeout::new(IDLE_MS, move || {
            if let Some(inner) = weak.upgrade()
                && !inner.active.get()
            {
                inner.send(Request::WarmUp);
            }
        });
        *inner.warm_up.borrow_mut() = Some(warm_up);
    }
}

impl EngineInner {
    fn send(&self, request: Request) {
        if !self.ready.get() {
            self.queue.borrow_mut().push(request);
            return;
        }
        let result = self.link.borrow().as_ref().map_or(Ok(()), |link| link.post(&request));
        if let Err(error) = result {
            self.fault(&error.to_string());
        }
    }

    fn send_if_active(&self, request: impl FnOnce(RunId) -> Request) {
        if self.active.get() {
            self.send(request(self.run.get()));
        }
    }

    fn lose_run(self: &Rc<Self>) {
        if self.active.replace(false) {
            self.slices.run.dispatch(RunAction::Lost);
            self.slices.debug.dispatch(DebugAction::End);
            self.output.then(ConsoleAction::End { run: self.run.get() });
        }
    }

    fn fault(&self, message: &str) {
        self.slices.worker.dispatch(WorkerAction::Faulted { message: message.into(), recovered: false });
    }

    fn fail(self: &Rc<Self>, reason: &str) {
        self.lose_run();
        self.queue.take();
        let message = format!("The interpreter could not be started: {reason}. Your text and files are safe.");
        self.slices.worker.dispatch(WorkerAction::Failed { message: message.into() });
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Some(engine) = self.engine.upgrade() {
            engine.listeners.borrow_mut().retain(|(id, _)| *id != self.id);
        }
    }
}
