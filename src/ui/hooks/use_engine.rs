//! The engine as the page sees it: verbs that become requests, and events that become state. What happens between
//! them is in `state/engine_link`; here are the worker, the timers and the listeners.

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
use crate::ui::platform::worker::{WorkerLink, WorkerMessage};
use crate::ui::state::check::CheckState;
use crate::ui::state::console::ConsoleState;
use crate::ui::state::debug::DebugState;
use crate::ui::state::engine_link::{EngineLink, LinkEffect, LinkEvent, Start, Timer};
use crate::ui::state::run::RunState;
use crate::ui::state::worker::WorkerState;

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
    state: RefCell<EngineLink>,
    worker: RefCell<Option<WorkerLink>>,
    watchdog: RefCell<Option<Timeout>>,
    warm_up: RefCell<Option<Timeout>>,
    listeners: RefCell<Vec<(u32, Callback<Rc<Event>>)>>,
    next_listener: Cell<u32>,
    output: ConsoleOutput,
    on_rest: RefCell<Option<EventListener>>,
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
        use_effect_with((), move |()| engine.apply(LinkEvent::Opened));
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
            state: RefCell::default(),
            worker: RefCell::default(),
            watchdog: RefCell::default(),
            warm_up: RefCell::default(),
            listeners: RefCell::default(),
            next_listener: Cell::new(0),
            output: ConsoleOutput::new(console),
            on_rest: RefCell::default(),
            slices,
        }))
    }

    /// Starts a run of `source`; a run that is active ends.
    pub fn run(&self, source: Source, entry: Entry, options: RunOptions) {
        self.apply(LinkEvent::Begin(Start::Run { source, entry, options }));
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
        self.apply(LinkEvent::Begin(Start::Debug { source, entry, options, text, breakpoints }));
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
        self.apply(LinkEvent::Begin(Start::DebugAt { source, options, text, breakpoints, bookmark }));
    }

    /// Requests everything needed to reach this step again, which arrives as [`Event::Bookmarked`].
    pub fn bookmark(&self) {
        self.send_if_active(|run| Request::Bookmark { run });
    }

    /// Repeats the last, finished run under the debugger up to its end.
    pub fn debug_again(&self, text: Option<Rc<str>>, breakpoints: Vec<Breakpoint>) {
        self.apply(LinkEvent::Begin(Start::DebugAgain { text, breakpoints }));
    }

    pub fn debug_command(&self, command: DebugCommand) {
        self.apply(LinkEvent::Command(command));
    }

    /// Cancels what the debugger is doing.
    pub fn debug_pause(&self) {
        self.apply(LinkEvent::PauseDebugger { now: dom::now() });
    }

    pub fn set_breakpoints(&self, breakpoints: Vec<Breakpoint>) {
        self.send_if_active(|run| Request::SetBreakpoints { run, breakpoints });
    }

    /// Evaluates the watch expressions for the call `frame` levels below the top of the stack.
    pub fn evaluate(&self, frame: u32, expressions: Vec<String>) {
        self.send_if_active(|run| Request::Evaluate { run, frame, expressions });
    }

    /// Requests the frames of the call stack from this index on.
    pub fn show_frames(&self, from: u32) {
        self.send_if_active(|run| Request::ShowFrames { run, from });
    }

    /// Requests the hover for a position in the text, which arrives as [`Event::Hover`].
    pub fn hover(&self, query: u32, at: u32, word: Option<String>, frame: u32) {
        self.send_if_active(|run| Request::Hover { run, query, at, word, frame });
    }

    pub fn change_value(&self, change: ValueChange) {
        self.send_if_active(|run| Request::ChangeValue { run, change });
    }

    pub fn stop(&self) {
        self.apply(LinkEvent::Stop { now: dom::now() });
    }

    /// Another program was opened: stops the last one's run and ignores its further events.
    pub fn forget_run(&self) {
        self.apply(LinkEvent::Forget { now: dom::now() });
    }

    pub fn pause(&self) {
        self.apply(LinkEvent::Pause { now: dom::now() });
    }

    /// Continues after a pause; `continue` is a keyword.
    pub fn resume(&self) {
        self.send_if_active(|run| Request::Continue { run });
    }

    /// Sends a line to the program's standard input and echoes it where it was typed.
    pub fn stdin_line(&self, line: &str) {
        self.apply(LinkEvent::Typed { line: line.to_owned() });
    }

    pub fn end_of_input(&self) {
        self.apply(LinkEvent::EndOfInput);
    }

    pub fn check(&self, version: Version, source: Source) {
        self.apply(LinkEvent::Check { version, source });
    }

    /// Requests the binary, which arrives as [`Event::Built`].
    pub fn build(&self, version: Version, source: Source) {
        self.send(Request::Build { version, source });
    }

    /// Requests the list of sources that a module names, which arrives as [`Event::SourcesListed`].
    pub fn list_sources(&self, version: Version, source: Source) {
        self.send(Request::ListSources { version, source });
    }

    pub fn watch_memory(&self, watch: Option<MemoryWatch>) {
        self.send(Request::WatchMemory { watch });
    }

    pub fn watch_calls(&self, watch: Option<CallsWatch>) {
        self.send(Request::WatchCalls { watch });
    }

    /// Requests the calls as text, which arrives as [`Event::CallsText`].
    pub fn copy_calls(&self, filter: CallFilter) {
        self.send(Request::CopyCalls { filter });
    }

    pub fn set_files(&self, files: Vec<FileImage>) {
        self.send(Request::SetFiles { files });
    }

    pub fn change_files(&self, change: FileChange) {
        self.send(Request::ChangeFiles { change });
    }

    pub fn read_file(&self, path: String) {
        self.send(Request::ReadFile { path });
    }

    pub fn compare_file(&self, path: String) {
        self.send(Request::CompareFile { path });
    }

    pub fn read_all_files(&self) {
        self.send(Request::ReadAllFiles);
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
        self.apply(LinkEvent::FetchRest);
    }

    /// Whether a worker accepts requests.
    pub fn is_ready(&self) -> bool {
        self.0.state.borrow().is_ready()
    }

    /// Ends the worker, and the run with it, and starts a new worker.
    pub fn restart(&self) {
        self.apply(LinkEvent::Restart);
    }

    fn send(&self, request: Request) {
        self.apply(LinkEvent::Send(request));
    }

    fn send_if_active(&self, request: impl FnOnce(RunId) -> Request) {
        let run = self.0.state.borrow().active_run();
        if let Some(run) = run {
            self.send(request(run));
        }
    }

    fn apply(&self, event: LinkEvent) {
        let (next, effects) = self.0.state.take().apply(event);
        // Before the effects: a listener makes further requests.
        self.0.state.replace(next);
        effects.into_iter().for_each(|effect| self.perform(effect));
    }

    fn perform(&self, effect: LinkEffect) {
        let inner = &self.0;
        match effect {
            LinkEffect::Post(request) => {
                let result = inner.worker.borrow().as_ref().map_or(Ok(()), |worker| worker.post(&request));
                if let Err(error) = result {
                    self.apply(LinkEvent::PostFailed { error: error.to_string() });
                }
            }
            LinkEffect::StartWorker { lacked_part } => self.start_worker(lacked_part),
            LinkEffect::TerminateWorker => drop(inner.worker.take()),
            LinkEffect::SetTimer(timer) => self.set_timer(timer),
            LinkEffect::ClearTimer(timer) => drop(inner.timer(timer).take()),
            LinkEffect::Worker(action) => inner.slices.worker.dispatch(action),
            LinkEffect::Run(action) => inner.slices.run.dispatch(action),
            LinkEffect::Check(action) => inner.slices.check.dispatch(action),
            LinkEffect::Debug(action) => inner.slices.debug.dispatch(action),
            LinkEffect::Console(action) => inner.output.then(action),
            LinkEffect::BeginConsole(action) => inner.output.begin(action),
            LinkEffect::AdvanceConsole => inner.output.advance(),
            LinkEffect::Print(event) => {
                if let Event::Output { run, chunks } = &*event {
                    inner.output.print(*run, chunks);
                }
            }
            LinkEffect::AskForRest => self.ask_for_rest(),
            LinkEffect::Receive(event) => self.receive(event),
            LinkEffect::Emit(event) => {
                // A copy, because a listener may add or remove listeners.
                let listeners: Vec<_> = inner.listeners.borrow().iter().map(|(_, listener)| listener.clone()).collect();
                listeners.iter().for_each(|listener| listener.emit(event.clone()));
            }
        }
    }

    fn receive(&self, event: Event) {
        self.apply(LinkEvent::Received { event, now: dom::now(), page_is_complete: rest::is_there() });
    }

    fn start_worker(&self, lacked_part: bool) {
        let weak = Rc::downgrade(&self.0);
        let on_message = Callback::from(move |message| {
            let Some(engine) = weak.upgrade().map(Engine) else { return };
            match message {
                WorkerMessage::Event(event) => engine.receive(event),
                WorkerMessage::Undecodable(error) => engine.apply(LinkEvent::Undecodable { error: error.to_string() }),
                WorkerMessage::Crashed { reason } => engine.apply(LinkEvent::Crashed { reason }),
            }
        });
        match WorkerLink::start(lacked_part, on_message) {
            Ok(worker) => *self.0.worker.borrow_mut() = Some(worker),
            Err(error) => self.apply(LinkEvent::StartFailed { error: format!("{error:?}") }),
        }
    }

    fn set_timer(&self, timer: Timer) {
        let weak = Rc::downgrade(&self.0);
        let timeout = Timeout::new(timer.milliseconds(), move || {
            if let Some(engine) = weak.upgrade().map(Engine) {
                engine.apply(LinkEvent::TimerFired { timer, now: dom::now() });
            }
        });
        self.0.timer(timer).replace(Some(timeout));
    }

    fn ask_for_rest(&self) {
        if self.0.on_rest.borrow().is_none() {
            let weak = Rc::downgrade(&self.0);
            let listener = EventListener::new(&dom::window(), "rest", move |_| {
                if let Some(engine) = weak.upgrade().map(Engine).filter(|_| rest::is_there()) {
                    engine.apply(LinkEvent::PageComplete);
                }
            });
            *self.0.on_rest.borrow_mut() = Some(listener);
        }
        rest::ask();
    }
}

impl EngineInner {
    fn timer(&self, timer: Timer) -> &RefCell<Option<Timeout>> {
        match timer {
            Timer::Watchdog => &self.watchdog,
            Timer::WarmUp => &self.warm_up,
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Some(engine) = self.engine.upgrade() {
            engine.listeners.borrow_mut().retain(|(id, _)| *id != self.id);
        }
    }
}
