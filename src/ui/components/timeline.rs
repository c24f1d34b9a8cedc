//! The timeline of a debugged program, which can be traversed in both directions.

use gloo_timers::callback::Timeout;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::icon::{Icon, Picture};
use super::timeline_marks::{MarksLegend, TimelineMarks};
use crate::protocol::DebugCommand;
use crate::ui::hooks::reducers::{DebugContext, use_slice};
use crate::ui::hooks::use_debugger::Debugger;
use crate::ui::selectors::numbers;
use crate::ui::selectors::timeline::{at_step, knows_end};
use crate::ui::state::debug::{DebugPhase, Direction};

/// The available playback speeds, in steps per second.
const PACES: [u32; 5] = [1, 2, 5, 10, 30];

/// Renders nothing unless a program is being debugged.
#[component]
pub fn Timeline() -> Html {
    let debug = use_slice::<DebugContext>();
    let pace = use_state_eq(|| PACES[1]);
    use_playing(*pace);
    if debug.view().is_none() {
        return html! {};
    }
    html! { <Bar {pace} /> }
}

#[derive(PartialEq, Properties)]
struct BarProps {
    /// Steps per second when playing.
    pace: UseStateHandle<u32>,
}

#[component]
fn Bar(props: &BarProps) -> Html {
    let debug = use_slice::<DebugContext>();
    let debugger = use_slice::<Debugger>();
    let pace = &props.pace;
    let Some(view) = debug.view() else { return html! {} };
    // A program that has not stopped yet has come further than the last view says.
    let reached = match &debug.phase {
        DebugPhase::Working { progress: Some((at, _)), .. } => *at,
        _ => view.step,
    };
    let (step, furthest) = (view.step, view.furthest.max(view.step).max(reached));

    let command = |command: DebugCommand| {
        let debugger = debugger.clone();
        Callback::from(move |_: MouseEvent| debugger.press(command.clone()))
    };
    let play = |direction: Direction| {
        let (debugger, playing) = (debugger.clone(), debug.playing);
        let to = if playing == Some(direction) { None } else { Some(direction) };
        Callback::from(move |_: MouseEvent| debugger.play(to))
    };
    let oninput = {
        let debugger = debugger.clone();
        Callback::from(move |event: InputEvent| {
            let input = event.target_dyn_into::<HtmlInputElement>();
            if let Some(step) = input.map(|input| input.value_as_number()).filter(|step| *step >= 0.0) {
                debugger.jump(step as u64);
            }
        })
    };
    let set_pace = {
        let pace = pace.setter();
        Callback::from(move |event: Event| {
            let select = event.target_dyn_into::<HtmlSelectElement>();
            if let Some(chosen) = select.and_then(|select| select.value().parse().ok()) {
                pace.set(chosen);
            }
        })
    };
    let play_button = |direction: Direction, name: &'static str, picture: Picture| {
        let playing = debug.playing == Some(direction);
        html! {
            <button type="button" class="quiet-button" aria-label={name} title={name} aria-pressed={playing.to_string()} onclick={play(direction)}>
                <Icon picture={if playing { Picture::Pause } else { picture }} />
            </button>
        }
    };
    let here = at_step(&debug.marks, step).map(|here| format!(", {here}")).unwrap_or_default();
    let mark_button = |command_: DebugCommand, name: &'static str, keys: &'static str, picture: Picture| {
        html! {
            <button type="button" class="quiet-button" aria-label={name} title={format!("{name} ({keys})")} aria-keyshortcuts={keys} onclick={command(command_)}>
                <Icon {picture} />
            </button>
        }
    };
    html! {
        <section class="timeline" aria-label="Timeline">
            <div class="timeline-buttons">
                <button type="button" class="quiet-button" aria-label="Go to the start" title="Go to the start" onclick={command(DebugCommand::JumpTo { step: 0 })}>
                    <Icon picture={Picture::ToStart} />
                </button>
                { play_button(Direction::Backwards, "Play backwards", Picture::PlayBack) }
                { play_button(Direction::Forwards, "Play forwards", Picture::Run) }
                <button type="button" class="quiet-button" aria-label="Go to the end" title="Go to the end, past all breakpoints" onclick={command(DebugCommand::JumpToEnd)}>
                    <Icon picture={Picture::ToEnd} />
                </button>
                { mark_button(DebugCommand::PreviousMark, "Previous mark", "Alt+F7", Picture::PreviousMark) }
                { mark_button(DebugCommand::NextMark, "Next mark", "F7", Picture::NextMark) }
                <select class="select pace-choice" aria-label="Steps per second" title="Steps per second when playing" onchange={set_pace}>
                    { for PACES.iter().map(|choice| html! {
                        <option value={choice.to_string()} selected={*choice == **pace}>{ format!("{choice}/s") }</option>
                    }) }
                </select>
            </div>
            <div class="timeline-slider">
                <input type="range" aria-label="Step" min="0" max={furthest.to_string()} step="1" value={step.to_string()}
                    aria-valuetext={format!("step {} of {}{here}", numbers::grouped(step), numbers::grouped(furthest))} {oninput} />
                <TimelineMarks marks={debug.marks.clone()} {furthest} />
            </div>
            <StepField {step} {furthest} />
            <span class="timeline-of" title="The furthest step so far">
                { format!("of {}", numbers::grouped(furthest)) }
                if debug.is_at_end() { { ", the end" } } else if !knows_end(&debug.marks) { { " so far" } }
            </span>
            if let DebugPhase::Working { progress: Some((at, Some(of))), .. } = &debug.phase {
                <progress class="timeline-progress" aria-label="Progress" value={at.to_string()} max={of.to_string()} />
            }
            <MarksLegend marks={debug.marks.clone()} />
            if !view.forks.is_empty() {
                <p class="timeline-fork">
                    { format!("You changed a value at {}: from there on, execution differs from the original run.", steps(&view.forks)) }
                </p>
            }
        </section>
    }
}

fn steps(steps: &[u64]) -> String {
    let all: Vec<_> = steps.iter().take(5).map(|step| numbers::grouped(*step)).collect();
    format!("{} {}", if all.len() == 1 { "step" } else { "steps" }, all.join(", "))
}

#[derive(PartialEq, Properties)]
struct StepProps {
    step: u64,
    /// Its number is the longest one.
    furthest: u64,
}

/// The step's number, which can be edited.
#[component]
fn StepField(props: &StepProps) -> Html {
    let debugger = use_slice::<Debugger>();
    let input = use_node_ref();
    {
        let input = input.clone();
        use_effect_with(props.step, move |step| {
            if let Some(input) = input.cast::<HtmlInputElement>() {
                input.set_value(&step.to_string());
            }
        });
    }
    let onkeydown = {
        let step = props.step;
        Callback::from(move |event: KeyboardEvent| {
            let Some(input) = event.target_dyn_into::<HtmlInputElement>() else { return };
            match event.key().as_str() {
                "Enter" => {
                    // As numbers are shown, with commas, or as they are typed.
                    match input.value().trim().replace([',', '_', ' '], "").parse() {
                        Ok(step) => debugger.jump(step),
                        Err(_) => input.set_value(&step.to_string()),
                    }
                }
                "Escape" => input.set_value(&step.to_string()),
                _ => return,
            }
            event.prevent_default();
        })
    };
    html! {
        <label class="step-field">{ "Step " }
            <input ref={input} class="text-box" type="text" inputmode="numeric" autocomplete="off" aria-label="Step number"
                size={(props.furthest.to_string().len() + 1).max(6).to_string()} {onkeydown} />
        </label>
    }
}

/// Steps at the given pace while playing.
#[hook]
fn use_playing(pace: u32) {
    let debug = use_slice::<DebugContext>();
    let debugger = use_slice::<Debugger>();
    let step = debug.view().map(|view| view.step);
    let playing = debug.playing.filter(|_| debug.is_stopped());
    use_effect_with((playing, step, pace), move |(playing, _, pace)| {
        let timeout = playing.map(|direction| {
            Timeout::new(1000 / *pace, move || {
                debugger.command(match direction {
                    Direction::Forwards => DebugCommand::Into,
                    Direction::Backwards => DebugCommand::BackInto,
                });
            })
        });
        move || drop(timeout)
    });
}
