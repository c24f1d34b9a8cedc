//! Two dialogs: one asks for a name, the other for a confirmation.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::modal::Modal;

#[derive(PartialEq, Properties)]
pub struct NameProps {
    pub title: AttrValue,
    pub label: AttrValue,
    #[prop_or_default]
    pub hint: AttrValue,
    pub value: AttrValue,
    /// The button's label.
    pub action: AttrValue,
    /// Checks a name; the error is shown.
    pub check: Callback<String, Result<(), String>>,
    pub on_name: Callback<String>,
    pub on_close: Callback<()>,
}

/// Asks for a name.
#[component]
pub fn NameDialog(props: &NameProps) -> Html {
    let problem = use_state_eq(|| None::<String>);
    let input = use_node_ref();
    {
        let input = input.clone();
        use_effect_with((), move |()| {
            if let Some(input) = input.cast::<HtmlInputElement>() {
                let _ = input.focus();
                // The extension usually stays.
                let value = input.value();
                let stem = value.rfind('.').filter(|at| *at > 0).unwrap_or(value.len());
                let end = value[..stem].encode_utf16().count() as u32;
                let _ = input.set_selection_range(0, end);
            }
        });
    }
    let onsubmit = {
        let (input, problem) = (input.clone(), problem.setter());
        let (check, on_name) = (props.check.clone(), props.on_name.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let Some(input) = input.cast::<HtmlInputElement>() else { return };
            let name = input.value().trim().to_owned();
            match check.emit(name.clone()) {
                Ok(()) => on_name.emit(name),
                Err(message) => {
                    problem.set(Some(message));
                    let _ = input.focus();
                }
            }
        })
    };
    let oninput = {
        let problem = problem.setter();
        Callback::from(move |_: InputEvent| problem.set(None))
    };
    html! {
        <Modal id="name-dialog" title={&props.title} on_close={&props.on_close}>
            <form class="dialog-form" {onsubmit} novalidate=true>
                <label for="name-dialog-name">{ &props.label }</label>
                <input
                    id="name-dialog-name"
                    class="text-box"
                    type="text"
                    autofocus=true
                    ref={input}
                    value={&props.value}
                    autocomplete="off"
                    spellcheck="false"
                    aria-invalid={problem.is_some().then_some("true")}
                    aria-describedby="name-dialog-hint"
                    {oninput}
                />
                <p id="name-dialog-hint" class="dialog-hint" data-problem={problem.is_some().then_some("true")} aria-live="polite">
                    { problem.as_deref().unwrap_or(&props.hint) }
                </p>
                <div class="dialog-actions">
                    <button type="submit" class="button primary-button">{ &props.action }</button>
                </div>
            </form>
        </Modal>
    }
}

#[derive(PartialEq, Properties)]
pub struct ConfirmProps {
    pub title: AttrValue,
    /// What would be lost.
    pub text: AttrValue,
    /// The button's label, such as `Delete`.
    pub action: AttrValue,
    pub on_yes: Callback<()>,
    pub on_close: Callback<()>,
}

/// Asks before something is lost. The focus starts on the harmless answer.
#[component]
pub fn ConfirmDialog(props: &ConfirmProps) -> Html {
    let yes = props.on_yes.reform(|_: MouseEvent| ());
    let no = props.on_close.reform(|_: MouseEvent| ());
    html! {
        <Modal id="confirm-dialog" title={&props.title} on_close={&props.on_close}>
            <p class="dialog-text">{ &props.text }</p>
            <div class="dialog-actions">
                <button type="button" class="button" autofocus=true onclick={no}>{ "Cancel" }</button>
                <button type="button" class="button danger-button" onclick={yes}>{ &props.action }</button>
            </div>
        </Modal>
    }
}
