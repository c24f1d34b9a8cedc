//! A queue of requests that wait until the rest of the interpreter has been fetched (`xtask/module-split`).

use crate::protocol::{Engine, Event, Outcome, Request, RunId};

/// Which parts of the interpreter are loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parts {
    All,
    /// The rest is being fetched for the first time.
    Coming,
    /// The last attempt to fetch the rest failed.
    Missing,
}

/// Waiting requests, in order.
#[derive(Debug, Default)]
pub struct Waiting(Vec<Request>);

impl Waiting {
    /// Returns a request that can be handled now; queues one that has to wait.
    pub fn pass(&mut self, request: Request, parts: Parts, emit: &mut dyn FnMut(Event)) -> Option<Request> {
        if parts == Parts::All {
            return Some(request);
        }
        match &request {
            Request::Stop { run } => {
                if self.drop_run(Some(*run)) {
                    emit(Event::Finished { run: *run, outcome: Outcome::Stopped, counters: Default::default() });
                    return None;
                }
            }
            // It replaces an earlier run that is waiting.
            request if starts(request) => drop(self.drop_run(None)),
            // Only the last one matters.
            Request::Check { .. } => self.0.retain(|waiting| !matches!(waiting, Request::Check { .. })),
            _ => {}
        }
        if needs_rest(&request, parts) || self.0.iter().any(|before| is_before(before, &request)) {
            self.0.push(request);
            return None;
        }
        Some(request)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes all requests: the rest is loaded.
    pub fn take(&mut self) -> Vec<Request> {
        std::mem::take(&mut self.0)
    }

    /// Drops the requests of a run, or of all; returns whether a start of the run was among them.
    fn drop_run(&mut self, run: Option<RunId>) -> bool {
        let before = self.0.iter().filter(|request| starts(request)).count();
        self.0.retain(|request| run_of(request).is_none_or(|of| run.is_some_and(|run| run != of)));
        self.0.iter().filter(|request| starts(request)).count() < before
    }
}

/// Whether a request needs code that is not loaded yet.
fn needs_rest(request: &Request, parts: Parts) -> bool {
    match request {
        // Only a binary, and a program that cannot run, need it. If it is about to arrive, they need not wait.
        Request::Check { .. } | Request::Build { .. } => parts == Parts::Missing,
        // Most programs run without it; the others report it when they need it.
        Request::Run { options, .. } => options.trace || options.engine == Engine::Browser,
        Request::SetFiles { files } => !files.is_empty(),
        Request::Debug { .. }
        | Request::DebugAgain { .. }
        | Request::DebugAt { .. }
        | Request::ChangeFiles { .. }
        | Request::CompareFile { .. }
        | Request::ReadAllFiles
        | Request::ListSources { .. }
        | Request::CopyCalls { .. } => true,
        // These are about a run that has started, and so has waited already.
        Request::Bookmark { .. }
        | Request::DebugCommand { .. }
        | Request::SetBreakpoints { .. }
        | Request::ChangeValue { .. }
        | Request::Evaluate { .. }
        | Request::ShowFrames { .. }
        | Request::Hover { .. }
        | Request::Pause { .. }
        | Request::Continue { .. }
        | Request::Stop { .. }
        | Request::Stdin { .. }
        | Request::EndOfInput { .. }
        | Request::WatchMemory { .. }
        | Request::WatchCalls { .. }
        | Request::ReadFile { .. }
        | Request::FetchRest
        | Request::WarmUp => false,
    }
}

/// Whether a waiting request has to be handled before another.
fn is_before(waiting: &Request, request: &Request) -> bool {
    let same_run = run_of(waiting).is_some() && run_of(waiting) == run_of(request);
    let files = matches!(waiting, Request::SetFiles { .. } | Request::ChangeFiles { .. });
    let needs_files = starts(request) || matches!(request, Request::SetFiles { .. } | Request::ReadFile { .. });
    same_run || (files && needs_files)
}

/// Whether a request starts a run.
pub(super) fn starts(request: &Request) -> bool {
    matches!(
        request,
        Request::Run { .. } | Request::Debug { .. } | Request::DebugAgain { .. } | Request::DebugAt { .. }
    )
}

fn run_of(request: &Request) -> Option<RunId> {
    match request {
        Request::Run { run, .. }
        | Request::Debug { run, .. }
        | Request::DebugAgain { run, .. }
        | Request::DebugAt { run, .. }
        | Request::Bookmark { run }
        | Request::DebugCommand { run, .. }
        | Request::SetBreakpoints { run, .. }
        | Request::ChangeValue { run, .. }
        | Request::Evaluate { run, .. }
        | Request::ShowFrames { run, .. }
        | Request::Hover { run, .. }
        | Request::Pause { run }
        | Request::Continue { run }
        | Request::Stop { run }
        | Request::Stdin { run, .. }
        | Request::EndOfInput { run } => Some(*run),
        Request::Check { .. }
        | Request::Build { .. }
        | Request::SetFiles { .. }
        | Request::ChangeFiles { .. }
        | Request::CompareFile { .. }
        | Request::ReadFile { .. }
        | Request::ReadAllFiles
        | Request::ListSources { .. }
        | Request::WatchMemory { .. }
        | Request::WatchCalls { .. }
        | Request::CopyCalls { .. }
        | Request::FetchRest
        | Request::WarmUp => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Entry, FileContents, FileImage, RunOptions, Source};

    fn source() -> Source {
        Source { name: "a.wat".into(), bytes: b"(module)".to_vec() }
    }

    fn run(run: RunId) -> Request {
        Request::Run { run, source: source(), entry: Entry::Default, options: RunOptions::default() }
    }

    fn debug(run: RunId) -> Request {
        let (entry, options) = (Entry::Default, RunOptions::default());
        Request::Debug { run, source: source(), entry, options, breakpoints: Vec::new() }
    }

    fn files() -> Request {
        let contents = FileContents::File { bytes: Vec::new() };
        Request::SetFiles { files: vec![FileImage { path: "a".into(), contents }] }
    }

    /// What is handled now, what is answered, and what waits.
    fn pass(requests: Vec<Request>, parts: Parts) -> (Vec<Request>, Vec<Event>, Vec<Request>) {
        let mut waiting = Waiting::default();
        let mut events = Vec::new();
        let passed =
            requests.into_iter().filter_map(|request| waiting.pass(request, parts, &mut |event| events.push(event)));
        (passed.collect(), events, waiting.take())
    }

    #[test]
    fn a_plain_run_continues_while_requests_to_the_debugger_wait() {
        let breakpoints = Request::SetBreakpoints { run: 1, breakpoints: Vec::new() };
        assert_eq!(pass(vec![run(1)], Parts::Missing), (vec![run(1)], vec![], vec![]));
        let requested = vec![debug(1), breakpoints.clone()];
        assert_eq!(pass(requested.clone(), Parts::Coming), (vec![], vec![], requested.clone()));
        assert_eq!(pass(requested.clone(), Parts::All), (requested, vec![], vec![]));
    }

    #[test]
    fn a_run_replaces_a_waiting_debug_run() {
        assert_eq!(pass(vec![debug(1), run(2)], Parts::Missing), (vec![run(2)], vec![], vec![]));
        assert_eq!(pass(vec![debug(1), debug(2)], Parts::Missing), (vec![], vec![], vec![debug(2)]));
    }

    #[test]
    fn a_waiting_run_can_be_stopped() {
        let (passed, events, waits) = pass(vec![debug(1), Request::Stop { run: 1 }], Parts::Missing);
        assert!(passed.is_empty() && waits.is_empty());
        assert!(matches!(&events[..], [Event::Finished { run: 1, outcome: Outcome::Stopped, .. }]), "{events:?}");
        // An active run is stopped by the event loop.
        let stop = vec![Request::Stop { run: 1 }];
        assert_eq!(pass(stop.clone(), Parts::Missing), (stop, vec![], vec![]));
    }

    #[test]
    fn a_run_waits_for_its_files() {
        assert_eq!(pass(vec![files(), run(1)], Parts::Missing), (vec![], vec![], vec![files(), run(1)]));
        let none = Request::SetFiles { files: Vec::new() };
        assert_eq!(pass(vec![none.clone(), run(1)], Parts::Missing), (vec![none, run(1)], vec![], vec![]));
    }

    #[test]
    fn only_the_last_waiting_check_is_kept() {
        let check = |version| Request::Check { version, source: source() };
        assert_eq!(pass(vec![check(1), check(2)], Parts::Missing), (vec![], vec![], vec![check(2)]));
        // They do not wait while the rest is being fetched for the first time.
        assert_eq!(pass(vec![check(1)], Parts::Coming), (vec![check(1)], vec![], vec![]));
    }
}
