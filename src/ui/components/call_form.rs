//! A form that calls one exported function with arguments, and lists the results.

use std::rc::Rc;

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::prose::Prose;
use crate::protocol::ExportSummary;
use crate::ui::hooks::reducers::{WorkspaceContext, use_slice};
use crate::ui::hooks::use_run::Launcher;
use crate::ui::selectors::arguments::{label, placeholder, validation_error};
use crate::ui::selectors::names;
use crate::ui::selectors::outcome::result_line;
use crate::ui::state::call_notes::CallChange;
use crate::ui::state::call_results::{CallResult, TextId};
use crate::ui::state::project::WorkspaceAction;
use crate::ui::state::run::{Launch, NeededArgument};

#[derive(PartialEq, Properties)]
pub struct Props {
    pub export: ExportSummary,
    /// Distinguishes it from the other forms.
    pub id: usize,
    /// Whether **Run** calls it.
    pub is_entry: bool,
    /// Whether its call is being debugged.
    pub is_debugged: bool,
    /// The typed arguments.
    pub typed: Rc<[Rc<str>]>,
    /// The argument that was missing when the user tried to call it.
    pub needed: Option<NeededArgument>,
    /// The results of its calls, newest last.
    pub results: Vec<CallResult>,
    /// The program's text now: a result may be of an earlier one.
    pub text: TextId,
}

/// The ID of an argument's input field.
pub fn box_id(form: usize, index: usize) -> String {
    format!("argument-{form}-{index}")
}

/// The ID of what is wrong with the value of an input field.
pub fn note_id(of: &str) -> String {
    format!("{of}-note")
}

#[component]
pub fn CallForm(props: &Props) -> Html {
    let launcher = use_slice::<Launcher>();
    let workspace = use_slice::<WorkspaceContext>();
    let ExportSummary { name, ty, params, .. } = &props.export;
    let shown = names::name(name);
    let box_id = |index: usize| box_id(props.id, index);
    let call = |launch: Launch| {
        let (launcher, export) = (launcher.clone(), props.export.clone());
        move || launcher.call(&export, launch)
    };
    // Enter does what the argument was needed for: that button submits the form.
    let enter = props.needed.as_ref().map_or(Launch::Run, |needed| needed.launch);
    let onsubmit = {
        let submit = call(enter);
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            submit();
        })
    };
    let button = |launch: Launch, text: &'static str| {
        let press = call(launch);
        let onclick = (launch != enter).then(|| Callback::from(move |_: MouseEvent| press()));
        let kind = if launch == enter { "submit" } else { "button" };
        html! {
            <button type={kind} class="button" {onclick}>{ text }<span class="visually-hidden">{ format!(" {shown}") }</span></button>
        }
    };
    let oninput = |index: usize| {
        let (workspace, export) = (workspace.dispatcher(), Rc::<str>::from(name.as_str()));
        Callback::from(move |event: InputEvent| {
            let Some(input) = event.target_dyn_into::<HtmlInputElement>() else { return };
            let change = CallChange::Type { export: export.clone(), index, text: input.value().into() };
            workspace.dispatch(WorkspaceAction::ChangeCall(change));
        })
    };
    let argument = |(index, param): (usize, &String)| {
        let text = label(&props.export, index);
        let wrong = props.needed.as_ref().and_then(|_| validation_error(&props.export, index, &props.typed));
        let note = note_id(&box_id(index));
        html! {
            <div class="call-argument" data-type={param.clone()}>
                <label for={box_id(index)}><code>{ &text }</code></label>
                <input
                    type="text"
                    class="text-box"
                    id={box_id(index)}
                    aria-label={format!("{text} of {shown}")}
                    aria-invalid={wrong.is_some().then_some("true")}
                    aria-describedby={wrong.is_some().then(|| note.clone())}
                    placeholder={placeholder(param)}
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                    value={props.typed.get(index).map(ToString::to_string).unwrap_or_default()}
                    oninput={oninput(index)}
                />
                if let Some(wrong) = wrong {
                    <p class="call-problem" id={note}><Prose text={wrong} /></p>
                }
            </div>
        }
    };
    html! {
        <li>
            <form class="call-form" {onsubmit}>
                <p class="call-name">
                    <code>{ shown.clone() }</code>
                    if props.is_entry { <span class="tag">{ "Run calls it" }</span> }
                </p>
                <p class="call-type"><code>{ ty }</code></p>
                <div class="call-row">
                    { for params.iter().enumerate().map(argument) }
                    <div class="call-buttons">
                        { button(Launch::Run, "Call") }
                        { button(Launch::Debug, "Debug") }
                    </div>
                </div>
            </form>
            if props.is_debugged && !params.is_empty() {
                <p class="call-note">{ "Changed arguments take effect at the next Call, Run or Debug." }</p>
            }
            if !props.results.is_empty() {
                <ol class="call-results" aria-label={format!("Results of {shown}")}>
                    { for props.results.iter().map(|result| {
                        let (tone, text) = result_line(result);
                        let is_earlier = result.text != props.text;
                        html! {
                            <li data-tone={tone.name()} data-earlier={is_earlier.then_some("true")}>
                                <code>{ &*result.call }</code>{ text }
                                if is_earlier { { " " }<span class="tag">{ "of an earlier text" }</span> }
                            </li>
                        }
                    }) }
                </ol>
            }
        </li>
    }
}
