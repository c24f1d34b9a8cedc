use std::rc::Rc;

use super::*;
use crate::protocol::{Counters, DebugCommand, Entry, Outcome, RunOptions, Source, StopReason};
use crate::ui::state::call_results::TextId;
use crate::ui::state::check::tests::checked;
use crate::ui::state::debug::tests::view;

fn apply_all(events: impl IntoIterator<Item = LinkEvent>) -> EngineLink {
    events.into_iter().fold(EngineLink::default(), |link, event| link.apply(event).0)
}

/// What the page does about the last of these events.
fn effects_of(events: impl IntoIterator<Item = LinkEvent>, last: LinkEvent) -> Vec<LinkEffect> {
    apply_all(events).apply(last).1
}

fn source(text: &str) -> Source {
    Source { name: "main.wat".into(), bytes: text.into() }
}

fn run_pressed() -> LinkEvent {
    LinkEvent::Begin(Start::Run { source: source("r"), entry: Entry::Default, options: RunOptions::default() })
}

fn debug_pressed() -> LinkEvent {
    LinkEvent::Begin(Start::Debug {
        source: source("d"),
        entry: Entry::Default,
        options: RunOptions::default(),
        text: Some("d".into()),
        breakpoints: Vec::new(),
    })
}

fn received_at(now: f64, event: Event) -> LinkEvent {
    LinkEvent::Received { event, now, page_is_complete: true }
}

fn received(event: Event) -> LinkEvent {
    received_at(0.0, event)
}

fn ready() -> LinkEvent {
    received(Event::Ready)
}

fn stopped(step: u64, furthest: u64) -> Event {
    let view = crate::protocol::DebugView { furthest, ..view(step, StopReason::Step) };
    Event::DebugStopped { run: 1, view: Box::new(view) }
}

fn finished(run: RunId) -> Event {
    Event::Finished { run, outcome: Outcome::Stopped, counters: Counters::default() }
}

fn watchdog_fires(now: f64) -> LinkEvent {
    LinkEvent::TimerFired { timer: Timer::Watchdog, now }
}

fn crashes(reason: &str) -> LinkEvent {
    LinkEvent::Crashed { reason: reason.into() }
}

fn posted(effects: &[LinkEffect]) -> Vec<&Request> {
    let posted = effects.iter().filter_map(|effect| match effect {
        LinkEffect::Post(request) => Some(request),
        _ => None,
    });
    posted.collect()
}

/// The messages that the page shows, and whether each says that another worker was started.
fn faults(effects: &[LinkEffect]) -> Vec<(&str, bool)> {
    let fault = |effect| match effect {
        &LinkEffect::Worker(WorkerAction::Faulted { ref message, recovered }) => Some((&**message, recovered)),
        LinkEffect::Worker(WorkerAction::Failed { message }) => Some((&**message, false)),
        _ => None,
    };
    effects.iter().filter_map(fault).collect()
}

fn starts_another(effects: &[LinkEffect]) -> bool {
    let terminated = effects.iter().position(|effect| *effect == LinkEffect::TerminateWorker);
    let started = effects.iter().position(|effect| matches!(effect, LinkEffect::StartWorker { .. }));
    terminated.is_some_and(|terminated| started.is_some_and(|started| terminated < started))
}

fn loses_the_run(effects: &[LinkEffect]) -> bool {
    effects.contains(&LinkEffect::Run(RunAction::Lost))
}

#[test]
fn requests_wait_until_the_worker_is_ready_and_are_sent_in_their_order() {
    let waiting = [LinkEvent::Opened, LinkEvent::Send(Request::SetFiles { files: Vec::new() }), run_pressed()];
    assert!(!apply_all(waiting.clone()).is_ready());
    let effects = effects_of(waiting.clone(), ready());
    let sent = posted(&effects);
    assert!(matches!(sent[..], [Request::SetFiles { .. }, Request::Run { run: 1, .. }]), "{sent:?}");
    let at = |wanted: &LinkEffect| effects.iter().position(|effect| effect == wanted);
    assert!(at(&LinkEffect::Worker(WorkerAction::Ready)) < at(&LinkEffect::SetTimer(Timer::WarmUp)));
    assert_eq!(effects.last(), Some(&LinkEffect::Emit(Event::Ready.into())), "listeners make more requests");
    let link = apply_all(waiting).apply(ready()).0;
    assert!(link.is_ready());
    assert_eq!(posted(&link.apply(LinkEvent::Send(Request::ReadAllFiles)).1), [&Request::ReadAllFiles]);
}

#[test]
fn of_several_checks_that_wait_only_the_last_is_sent() {
    let check = |version| LinkEvent::Check { version, source: source("c") };
    let effects = effects_of([LinkEvent::Opened, check(1), run_pressed(), check(2)], ready());
    assert!(matches!(posted(&effects)[..], [Request::Run { .. }, Request::Check { version: 2, .. }]), "{effects:?}");
    let answer = received(Event::Checked { version: 2, checked: checked(None) });
    assert!(matches!(effects_of([ready()], answer)[..], [LinkEffect::Check(CheckAction::Answered { .. })]));
}

#[test]
fn a_run_is_stopped_before_it_was_sent() {
    let again = LinkEvent::Begin(Start::DebugAgain { text: None, breakpoints: Vec::new() });
    for pressed in [run_pressed(), debug_pressed(), again] {
        let link = apply_all([LinkEvent::Opened, pressed, LinkEvent::Send(Request::ReadAllFiles)]);
        let (link, effects) = link.apply(LinkEvent::Stop { now: 0.0 });
        assert!(loses_the_run(&effects) && effects.contains(&LinkEffect::Debug(DebugAction::End)));
        assert!(!effects.contains(&LinkEffect::SetTimer(Timer::Watchdog)), "there is nothing to answer");
        assert_eq!(posted(&link.apply(ready()).1), [&Request::ReadAllFiles]);
    }
}

#[test]
fn a_worker_that_answers_stop_stays() {
    let stopping = [LinkEvent::Opened, ready(), run_pressed(), LinkEvent::Stop { now: 0.0 }];
    let effects = effects_of(stopping[..3].iter().cloned(), stopping[3].clone());
    let expected = [
        LinkEffect::Run(RunAction::StopAsked),
        LinkEffect::Post(Request::Stop { run: 1 }),
        LinkEffect::SetTimer(Timer::Watchdog),
    ];
    assert_eq!(effects, expected);
    let (link, effects) = apply_all(stopping).apply(received_at(500.0, finished(1)));
    assert!(effects.contains(&LinkEffect::ClearTimer(Timer::Watchdog)));
    assert_eq!(link.active_run(), None);
    assert_eq!(link.apply(watchdog_fires(1000.0)).1, []);
}

#[test]
fn a_worker_that_is_silent_after_stop_is_replaced() {
    let stopping = [LinkEvent::Opened, ready(), run_pressed(), LinkEvent::Stop { now: 2000.0 }];
    let (link, effects) = apply_all(stopping).apply(watchdog_fires(3000.0));
    assert!(starts_another(&effects) && loses_the_run(&effects));
    let [(message, true)] = faults(&effects)[..] else { panic!("{effects:?}") };
    assert!(message.contains("did not respond"));
    assert!(!link.is_ready());
    assert_eq!(link.active_run(), None);
}

#[test]
fn an_answer_may_be_queued_behind_output_but_not_for_long() {
    let output = |now| received_at(now, Event::Output { run: 1, chunks: Vec::new() });
    let pausing = [LinkEvent::Opened, ready(), run_pressed(), LinkEvent::Pause { now: 0.0 }, output(900.0)];
    assert_eq!(effects_of(pausing.clone(), watchdog_fires(1000.0)), [LinkEffect::SetTimer(Timer::Watchdog)]);
    let for_long = pausing.into_iter().chain([watchdog_fires(1000.0), output(4900.0)]);
    assert!(starts_another(&effects_of(for_long, watchdog_fires(5000.0))));
}

#[test]
fn a_new_run_does_not_owe_the_answer_of_the_last_one() {
    let again = [LinkEvent::Opened, ready(), run_pressed(), LinkEvent::Stop { now: 0.0 }, run_pressed()];
    let (_, effects) = apply_all(again[..4].iter().cloned()).apply(run_pressed());
    assert_eq!(effects.first(), Some(&LinkEffect::ClearTimer(Timer::Watchdog)));
    let (link, effects) = apply_all(again).apply(received(finished(1)));
    assert_eq!((link.active_run(), effects), (Some(2), Vec::new()), "the end of the last run is stale");
    assert_eq!(link.apply(watchdog_fires(1000.0)).1, []);
}

#[test]
fn a_worker_that_crashes_is_replaced_and_what_waited_for_it_is_not_sent_again() {
    let running = [LinkEvent::Opened, ready(), run_pressed()];
    let (link, effects) = apply_all(running).apply(crashes("unreachable"));
    assert!(starts_another(&effects) && loses_the_run(&effects));
    let [(message, true)] = faults(&effects)[..] else { panic!("{effects:?}") };
    assert!(message.ends_with("The error: unreachable"));
    let (link, _) = link.apply(LinkEvent::Send(Request::ReadAllFiles));
    let (link, _) = link.apply(LinkEvent::Restart);
    assert_eq!(posted(&link.apply(ready()).1), Vec::<&Request>::new(), "listeners of Ready send what it needs");
}

#[test]
fn a_worker_that_lacked_a_part_is_followed_by_one_that_waits_for_it() {
    let reason = "Uncaught Error: A part of the interpreter could not be fetched: status 503";
    let (link, effects) = apply_all([LinkEvent::Opened, ready()]).apply(crashes(reason));
    assert!(effects.contains(&LinkEffect::StartWorker { lacked_part: true }));
    assert!(faults(&effects)[0].0.starts_with("A part of the interpreter could not be fetched: status 503. The op"));
    let (link, effects) = link.apply(ready()).0.apply(received(Event::RestArrived));
    assert!(effects.contains(&LinkEffect::Worker(WorkerAction::PartDone)));
    assert!(link.apply(LinkEvent::Restart).1.contains(&LinkEffect::StartWorker { lacked_part: false }));
}

#[test]
fn a_worker_that_never_started_is_tried_again_only_with_the_next_run() {
    let (link, effects) = apply_all([LinkEvent::Opened, run_pressed()]).apply(crashes(""));
    assert!(!starts_another(&effects) && loses_the_run(&effects));
    let [(message, false)] = faults(&effects)[..] else { panic!("{effects:?}") };
    assert!(message.contains("its program could not be loaded"));
    let (link, effects) = link.apply(run_pressed());
    let restarted = LinkEffect::Worker(WorkerAction::Restarted);
    assert_eq!(effects[effects.len() - 2..], [restarted, LinkEffect::StartWorker { lacked_part: false }]);
    assert!(matches!(posted(&link.apply(ready()).1)[..], [Request::Run { run: 2, .. }]));
}

#[test]
fn a_debug_run_ends_if_the_browser_starts_no_worker() {
    let failed = LinkEvent::StartFailed { error: "SecurityError".into() };
    let link = apply_all([LinkEvent::Opened, failed.clone(), debug_pressed()]);
    let (link, effects) = link.apply(failed);
    assert!(loses_the_run(&effects) && effects.contains(&LinkEffect::Debug(DebugAction::End)));
    assert!(faults(&effects)[0].0.contains("the browser does not start it (SecurityError)"));
    let (link, _) = link.apply(LinkEvent::Opened);
    assert_eq!(posted(&link.apply(ready()).1), Vec::<&Request>::new(), "the run is not started later");
}

#[test]
fn a_message_that_is_lost_is_reported_and_the_worker_stays() {
    for lost in [LinkEvent::Undecodable { error: "x".into() }, LinkEvent::PostFailed { error: "x".into() }] {
        let (link, effects) = apply_all([LinkEvent::Opened, ready()]).apply(lost);
        assert_eq!(faults(&effects), [("x", false)]);
        assert!(link.is_ready() && effects.len() == 1);
    }
}

#[test]
fn the_interpreter_is_warmed_up_unless_a_program_runs() {
    let idle = LinkEvent::TimerFired { timer: Timer::WarmUp, now: 400.0 };
    assert_eq!(effects_of([LinkEvent::Opened, ready()], idle.clone()), [LinkEffect::Post(Request::WarmUp)]);
    assert_eq!(effects_of([LinkEvent::Opened, ready(), run_pressed()], idle), []);
}

#[test]
fn what_only_the_whole_page_can_show_waits_for_it() {
    let early = LinkEvent::Received { event: stopped(3, 3), now: 0.0, page_is_complete: false };
    let debugging = [LinkEvent::Opened, ready(), debug_pressed()];
    assert_eq!(effects_of(debugging.clone(), early.clone()), [LinkEffect::AskForRest]);
    let effects = effects_of(debugging.into_iter().chain([early]), LinkEvent::PageComplete);
    assert_eq!(effects, [LinkEffect::Receive(stopped(3, 3))]);
    let plain = LinkEvent::Received { event: Event::Ready, now: 0.0, page_is_complete: false };
    assert!(apply_all([LinkEvent::Opened, plain]).is_ready());
}

#[test]
fn the_console_goes_with_the_debugger_and_forks_where_execution_diverges() {
    let console = |effects: Vec<LinkEffect>| -> Vec<ConsoleAction> {
        let action = |effect| if let LinkEffect::Console(action) = effect { Some(action) } else { None };
        effects.into_iter().filter_map(action).collect()
    };
    let show_at = |step| ConsoleAction::ShowAt { step, printed: 0, logged: Rc::new([]) };
    let debugging = [LinkEvent::Opened, ready(), debug_pressed(), received(stopped(9, 9))];
    assert_eq!(console(effects_of(debugging.clone(), received(stopped(4, 9)))), [show_at(4)]);
    let fork = ConsoleAction::Fork { step: 4, printed: 0 };
    assert_eq!(console(effects_of(debugging, received(stopped(4, 4)))), [fork, show_at(4)]);
}

#[test]
fn the_prompt_is_shown_before_its_answer_is_requested() {
    let waits = Event::WaitingForInput { run: 1 };
    let effects = effects_of([LinkEvent::Opened, ready(), run_pressed()], received(waits.clone()));
    let waits = Rc::new(waits);
    let expected = [
        LinkEffect::AdvanceConsole,
        LinkEffect::Run(RunAction::Received(waits.clone())),
        LinkEffect::Debug(DebugAction::Received(waits.clone())),
        LinkEffect::Emit(waits),
    ];
    assert_eq!(effects, expected);
    let output = Event::Output { run: 1, chunks: Vec::new() };
    let effects = effects_of([LinkEvent::Opened, ready(), run_pressed()], received(output.clone()));
    let output = Rc::new(output);
    assert_eq!(effects, [LinkEffect::Print(output.clone()), LinkEffect::Emit(output)]);
}

#[test]
fn without_a_run_only_the_line_is_echoed() {
    let typed = LinkEvent::Typed { line: "hi".into() };
    let echo = LinkEffect::Console(ConsoleAction::Typed { text: "hi\n".into() });
    let effects = effects_of([LinkEvent::Opened, ready()], typed.clone());
    assert_eq!(effects, std::slice::from_ref(&echo));
    let stdin = LinkEffect::Post(Request::Stdin { run: 1, bytes: b"hi\n".to_vec() });
    assert_eq!(effects_of([LinkEvent::Opened, ready(), run_pressed()], typed), [echo, stdin]);
    assert_eq!(effects_of([ready()], LinkEvent::Command(DebugCommand::Into)), []);
    assert_eq!(effects_of([ready()], LinkEvent::Stop { now: 0.0 }), []);
}

#[test]
fn the_last_run_is_repeated_under_the_debugger() {
    let over = [LinkEvent::Opened, ready(), run_pressed(), received(finished(1))];
    let again = LinkEvent::Begin(Start::DebugAgain { text: None, breakpoints: Vec::new() });
    let effects = effects_of(over, again);
    let expected = [
        LinkEffect::BeginConsole(ConsoleAction::Begin { run: 2 }),
        LinkEffect::Run(RunAction::Begin { run: 2, text: TextId::default() }),
        LinkEffect::Console(ConsoleAction::Record),
        LinkEffect::Debug(DebugAction::Begin { run: 2, text: None }),
        LinkEffect::Run(RunAction::Repeat { run: 2 }),
        LinkEffect::Post(Request::DebugAgain { run: 2, again: 1, breakpoints: Vec::new() }),
    ];
    assert_eq!(effects, expected);
}
