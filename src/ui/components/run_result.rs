//! How the last run ended, in full, and the resources it used.

use yew::prelude::*;

use super::backtrace::CallsAtFailure;
use super::problems::ProblemItem;
use super::prose::Prose;
use crate::protocol::{Counters, Engine, Outcome, Trap, Value};
use crate::ui::hooks::reducers::{ConsoleContext, DebugContext, RunContext, WorkspaceContext, use_slice};
use crate::ui::hooks::use_run::Launcher;
use crate::ui::selectors::console::end_of_errors;
use crate::ui::selectors::numbers;
use crate::ui::selectors::outcome::{earlier, paused, refused};
use crate::ui::selectors::panic::Panic;
use crate::ui::state::run::{Phase, RunState};

/// The result of a run, also of one that is debugged and is at its end; while it is paused, where; renders nothing
/// while it is active otherwise.
#[component]
pub fn RunResult() -> Html {
    let run = use_slice::<RunContext>();
    let debug = use_slice::<DebugContext>();
    let launcher = use_slice::<Launcher>();
    // A text that was opened since has a console of its own.
    let text = use_slice::<WorkspaceContext>().project.program.text().cloned();
    if let Some(paused) = paused(&run).filter(|_| !debug.is_on()) {
        return html! { <div class="run-result" data-tone="asking"><p><Prose text={paused} /></p></div> };
    }
    let outcome = match (&run.phase, debug.outcome()) {
        (Phase::Finished(outcome), _) => &**outcome,
        (_, Some(outcome)) => outcome,
        _ => return html! {},
    };
    let is_debugged = debug.is_on();
    let is_of_another_text = !is_debugged && launcher.has_run_another(text.as_ref());
    let earlier = earlier(&run, is_of_another_text).filter(|_| !matches!(outcome, Outcome::Stopped));
    html! {
        <div data-earlier={earlier.is_some().then_some("true")}>
            if let Some(earlier) = earlier {
                <p class="run-earlier"><Prose text={earlier} /></p>
            }
            <Card run={(*run).clone()} outcome={outcome.clone()} {is_debugged} />
        </div>
    }
}

#[derive(PartialEq, Properties)]
struct CardProps {
    run: RunState,
    outcome: Outcome,
    /// It is shown in place already.
    is_debugged: bool,
}

#[component]
fn Card(props: &CardProps) -> Html {
    let launcher = use_slice::<Launcher>();
    let CardProps { run, outcome, is_debugged } = props;
    let call = run.call.as_deref();
    let show = Callback::from(move |_: MouseEvent| launcher.debug_again());
    let show_where = |show: Callback<MouseEvent>| {
        html! {
            if !is_debugged {
                <p><button type="button" class="button show-where" onclick={show}>{ "Show me where" }</button></p>
            }
        }
    };
    let refused = || {
        html! {
            if let Some(refused) = refused(run) {
                <div class="run-result" data-tone="asking"><p><Prose text={refused} /></p></div>
            }
        }
    };
    match outcome {
        Outcome::Returned { results } if results.is_empty() => refused(),
        Outcome::Returned { results } => html! {
            <>
                <div class="run-result" data-tone="good"><Results call={call.map(AttrValue::from)} results={results.clone()} /></div>
                { refused() }
            </>
        },
        Outcome::Exited { .. } => refused(),
        Outcome::Stopped => html! {},
        Outcome::Trapped { trap } => html! {
            <div class="run-result" data-tone="bad">
                <TrapHead trap={trap.clone()} cause={html! { <>{ cause(run) }{ show_where(show) }</> }} />
                <CallsAtFailure />
            </div>
        },
        Outcome::LimitReached { limit, message, help, has_place } => html! {
            <div class="run-result" data-tone="bad">
                <h3>{ format!("Limit reached: {limit}") }</h3>
                { cause(run) }
                if *has_place {
                    { show_where(show) }
                }
                <p><Prose text={message.clone()} /></p>
                <p><Prose text={help.clone()} /></p>
                <CallsAtFailure />
            </div>
        },
        Outcome::NotStarted { problems } => html! {
            <div class="run-result" data-tone="bad">
                <h3>{ "The program did not start" }</h3>
                <ul class="problem-list">
                    { for problems.iter().enumerate().map(|(index, problem)| html! {
                        <ProblemItem key={index} problem={problem.clone()} />
                    }) }
                </ul>
            </div>
        },
    }
}

/// Why it failed, with the numbers, once they are known: what the user looks for first.
fn cause(run: &RunState) -> Html {
    match run.backtrace.as_deref().map(|backtrace| &backtrace.cause) {
        Some(cause) if !cause.is_empty() => html! { <p class="backtrace-cause"><Prose text={cause.clone()} /></p> },
        _ => html! {},
    }
}

#[derive(PartialEq, Properties)]
struct TrapProps {
    trap: Trap,
    cause: Html,
}

/// What happened. For a Rust panic, its own message and position, because the trap is only how it ends the program.
#[component]
fn TrapHead(props: &TrapProps) -> Html {
    let console = use_slice::<ConsoleContext>();
    let trap = &props.trap;
    let panic = trap.panics.then(|| Panic::find(&end_of_errors(&console))).flatten();
    let head = panic.as_ref().map_or_else(|| format!("Trap: {}", trap.message), Panic::headline);
    html! {
        <>
            <h3 class={panic.is_some().then_some("panic-message")}>{ head }<code class="trap-code">{ &trap.code }</code></h3>
            { props.cause.clone() }
            <p>
                if panic.is_some() { { "A Rust program that panics ends by executing an unreachable instruction." } }
                else { <Prose text={trap.help.clone()} /> }
            </p>
        </>
    }
}

#[derive(PartialEq, Properties)]
struct ResultsProps {
    call: Option<AttrValue>,
    results: Vec<Value>,
}

/// The returned values, in every form that a user may want to read them in.
#[component]
fn Results(props: &ResultsProps) -> Html {
    let form = |form: &Option<String>| form.as_deref().unwrap_or("–").to_owned();
    html! {
        <>
        // Not the table's caption, which would be no wider than the table: a long name has the whole card.
        <h3 id="returned-by" class="returned-by">{ "Returned by " }<code>{ props.call.as_deref().unwrap_or("the call") }</code></h3>
        <table class="values" aria-labelledby="returned-by">
            <thead>
                <tr>
                    <th scope="col">{ "Type" }</th>
                    <th scope="col">{ "Value" }</th>
                    <th scope="col">{ "Unsigned" }</th>
                    <th scope="col">{ "Hex" }</th>
                </tr>
            </thead>
            <tbody>
                { for props.results.iter().map(|value| html! {
                    <tr>
                        <td><code class="type">{ &value.ty }</code></td>
                        <td class="value">{ &value.text }</td>
                        <td>{ form(&value.unsigned) }</td>
                        <td>{ form(&value.hex) }</td>
                    </tr>
                }) }
            </tbody>
        </table>
        </>
    }
}

/// The run's counters.
#[component]
pub fn RunCounters() -> Html {
    let run = use_slice::<RunContext>();
    let Some(counters) = &run.counters else { return html! {} };
    let outcome = match &run.phase {
        Phase::Finished(outcome) => Some(&**outcome),
        _ => None,
    };
    if let Some(Outcome::NotStarted { .. }) = outcome {
        return html! {};
    }
    // A block of instructions is counted as a whole, before it is executed.
    let is_bound = matches!(outcome, Some(Outcome::Trapped { .. }));
    html! {
        <dl class="counters" aria-label="Counters">
            { for rows(counters, run.used.engine, is_bound).into_iter().map(|(name, help, value)| html! {
                <div title={help}><dt>{ name }</dt><dd>{ value }</dd></div>
            }) }
        </dl>
    }
}

fn rows(counters: &Counters, engine: Engine, is_bound: bool) -> [(&'static str, &'static str, String); 7] {
    let (name, work, code) = match engine {
        Engine::Wasmi => (
            "wasmi",
            ("Fuel", "The interpreter's unit of work, about one per instruction"),
            "From the source to code that the interpreter runs",
        ),
        Engine::Browser => (
            "Browser",
            ("Instructions", "How many instructions were executed"),
            "From the source to the instrumented copy that the browser executes",
        ),
    };
    [
        ("Engine", "What executed the program", name.to_owned()),
        ("Time", "Time in the program, excluding waits", numbers::milliseconds(counters.run_ms)),
        (work.0, work.1, format!("{}{}", if is_bound { "at most " } else { "" }, numbers::grouped(counters.fuel))),
        ("Peak memory", "The largest total size of all linear memories", numbers::bytes(counters.peak_memory)),
        ("Host calls", "Calls from the program to host functions", numbers::grouped(counters.host_calls)),
        ("Output", "Bytes printed", numbers::bytes(counters.output)),
        ("Compiled in", code, numbers::milliseconds(counters.compile_ms)),
    ]
}
