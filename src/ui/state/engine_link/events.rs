//! What happens to the connection to the worker, and what the page does about it.

use std::rc::Rc;

use crate::protocol::{Breakpoint, DebugCommand, Entry, Event, Request, RunOptions, Source, Version};
use crate::ui::state::call_results::TextId;
use crate::ui::state::check::CheckAction;
use crate::ui::state::console::ConsoleAction;
use crate::ui::state::debug::DebugAction;
use crate::ui::state::run::RunAction;
use crate::ui::state::worker::WorkerAction;

/// How long the worker may be silent after Stop or Pause before it is replaced.
pub(super) const PATIENCE_MS: u32 = 1000;
/// How long the worker has to be idle after it is ready before the interpreter is warmed up.
const IDLE_MS: u32 = 400;

/// How a run starts. `text` is the editor's text of the program, if it is editable.
#[derive(Debug, Clone, PartialEq)]
pub enum Start {
    Run {
        source: Source,
        entry: Entry,
        options: RunOptions,
    },
    Debug {
        source: Source,
        entry: Entry,
        options: RunOptions,
        text: Option<Rc<str>>,
        breakpoints: Vec<Breakpoint>,
    },
    /// Under the debugger, at a step of a run that was recorded elsewhere.
    DebugAt {
        source: Source,
        options: RunOptions,
        text: Option<Rc<str>>,
        breakpoints: Vec<Breakpoint>,
        bookmark: Vec<u8>,
    },
    /// The last, finished run again, under the debugger, up to its end.
    DebugAgain {
        text: Option<Rc<str>>,
        breakpoints: Vec<Breakpoint>,
    },
}

impl Start {
    /// The text that it runs; of a run that is repeated, the result is listed already.
    pub fn text_id(&self) -> TextId {
        match self {
            Self::Run { source, .. } | Self::Debug { source, .. } | Self::DebugAt { source, .. } => {
                TextId::of(&source.bytes)
            }
            Self::DebugAgain { .. } => TextId::default(),
        }
    }
}

/// What happens to the connection. `now` is the page's clock, in milliseconds.
#[derive(Debug, Clone, PartialEq)]
pub enum LinkEvent {
    /// The page was opened.
    Opened,
    /// A run starts; an active one ends.
    Begin(Start),
    Stop {
        now: f64,
    },
    Pause {
        now: f64,
    },
    /// Cancels what the debugger is doing.
    PauseDebugger {
        now: f64,
    },
    /// Another program was opened: the last run ends, and its further events are ignored.
    Forget {
        now: f64,
    },
    Command(DebugCommand),
    /// The user sent a line of standard input.
    Typed {
        line: String,
    },
    /// The user ended standard input.
    EndOfInput,
    Check {
        version: Version,
        source: Source,
    },
    /// The user has the worker try again to fetch its missing part.
    FetchRest,
    /// A request that changes nothing here.
    Send(Request),
    /// The user restarts the worker.
    Restart,
    /// From the worker. `page_is_complete`: whether the rest of the page is loaded.
    Received {
        event: Event,
        now: f64,
        page_is_complete: bool,
    },
    /// The rest of the page is loaded.
    PageComplete,
    /// The worker sent bytes that are not an event.
    Undecodable {
        error: String,
    },
    /// The worker's script could not be loaded, or it crashed.
    Crashed {
        reason: String,
    },
    /// The browser does not start a worker.
    StartFailed {
        error: String,
    },
    /// A request was not sent.
    PostFailed {
        error: String,
    },
    TimerFired {
        timer: Timer,
        now: f64,
    },
}

/// What the page does about an event, in this order.
#[derive(Debug, Clone, PartialEq)]
pub enum LinkEffect {
    /// Sends a request to the worker.
    Post(Request),
    /// Starts a worker; `lacked_part` if it replaces one that failed because a part was missing.
    StartWorker {
        lacked_part: bool,
    },
    TerminateWorker,
    /// Sets a timer; one that is already set starts again.
    SetTimer(Timer),
    ClearTimer(Timer),
    Worker(WorkerAction),
    Run(RunAction),
    Check(CheckAction),
    Debug(DebugAction),
    /// Happens to the console after what the program has printed so far.
    Console(ConsoleAction),
    /// Like [`LinkEffect::Console`]; what has not been shown yet is dropped.
    BeginConsole(ConsoleAction),
    /// Shows what the program has printed so far.
    AdvanceConsole,
    /// Prints the output in an [`Event::Output`].
    Print(Rc<Event>),
    /// Loads the rest of the page, and reports it with [`LinkEvent::PageComplete`].
    AskForRest,
    /// Handles an event that had to wait as [`LinkEvent::Received`].
    Receive(Event),
    /// Calls the listeners. Always the last effect, as listeners make requests.
    Emit(Rc<Event>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timer {
    /// Fires if the worker does not answer.
    Watchdog,
    /// Fires when the worker has been idle for a while after its start.
    WarmUp,
}

impl Timer {
    pub fn milliseconds(self) -> u32 {
        match self {
            Self::Watchdog => PATIENCE_MS,
            Self::WarmUp => IDLE_MS,
        }
    }
}
