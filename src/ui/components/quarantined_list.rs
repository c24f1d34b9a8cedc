//! Projects that could not be read: what they are, and how to get them out of the browser.

use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::ask_dialog::ConfirmDialog;
use crate::ui::hooks::reducers::use_slice;
use crate::ui::hooks::use_projects::Projects;
use crate::ui::platform::storage::Quarantined;

/// Renders nothing if there are none.
#[component]
pub fn QuarantinedList() -> Html {
    let projects = use_slice::<Projects>();
    let list = use_state_eq(Vec::<Quarantined>::new);
    let problem = use_state_eq(|| None::<String>);
    let question = use_state_eq(|| None::<Quarantined>);
    {
        let (projects, list) = (projects.clone(), list.setter());
        use_effect_with((), move |()| spawn_local(async move { list.set(projects.quarantined().await) }));
    }
    if list.is_empty() {
        return Html::default();
    }
    let download = |quarantined: &Quarantined| {
        let (projects, problem, quarantined) = (projects.clone(), problem.setter(), quarantined.clone());
        Callback::from(move |_: MouseEvent| {
            let (projects, problem, quarantined) = (projects.clone(), problem.clone(), quarantined.clone());
            spawn_local(async move {
                let failed = projects.download_quarantined(&quarantined).await.err();
                problem.set(failed.map(|reason| format!("“{}” cannot be downloaded: {reason}.", quarantined.name)));
            });
        })
    };
    let ask = |quarantined: &Quarantined| {
        let (question, quarantined) = (question.setter(), quarantined.clone());
        Callback::from(move |_: MouseEvent| question.set(Some(quarantined.clone())))
    };
    let close = {
        let question = question.setter();
        Callback::from(move |()| question.set(None))
    };
    let on_yes = {
        let (projects, list, problem, requested) =
            (projects.clone(), list.setter(), problem.setter(), (*question).clone());
        let close = close.clone();
        Callback::from(move |()| {
            let (projects, list, problem, requested) =
                (projects.clone(), list.clone(), problem.clone(), requested.clone());
            close.emit(());
            spawn_local(async move {
                if let Some(quarantined) = requested
                    && let Err(reason) = projects.delete_quarantined(&quarantined).await
                {
                    problem.set(Some(format!("“{}” cannot be deleted: {reason}.", quarantined.name)));
                }
                list.set(projects.quarantined().await);
            });
        })
    };
    html! {
        <section class="aside-list" aria-labelledby="aside-title">
            <h3 id="aside-title">{ "Projects that could not be read" }</h3>
            <p class="dialog-hint">
                { "Their stored data is damaged, so they cannot be opened. Nothing was deleted: a download contains " }
                <code>{ "record.bin" }</code>{ ", as it was stored, in which a text editor may still show the program, and every file of the project." }
            </p>
            if let Some(problem) = &*problem { <p class="dialog-hint" data-problem="true" role="alert">{ problem }</p> }
            <ul class="project-list">
                { for list.iter().map(|quarantined| html! {
                    <li class="project-line" key={format!("{} {}", quarantined.id, quarantined.time)}>
                        <span class="project-lost"><strong>{ &quarantined.name }</strong><span class="project-time">{ format!("set aside {}", time_text(quarantined.time)) }</span></span>
                        <button type="button" class="button" aria-label={format!("Download {}", quarantined.name)} onclick={download(quarantined)}>{ "Download" }</button>
                        <button type="button" class="quiet-button" aria-label={format!("Delete {} permanently", quarantined.name)} onclick={ask(quarantined)}>{ "Delete" }</button>
                    </li>
                }) }
            </ul>
            if let Some(quarantined) = &*question {
                <ConfirmDialog title="Delete the damaged project?" action="Delete"
                    text={format!("The stored data of “{}” and its files are removed from this browser. This cannot be undone.", quarantined.name)}
                    {on_yes} on_close={close} />
            }
        </section>
    }
}

/// A date and time in the user's language.
pub fn time_text(milliseconds: f64) -> String {
    let date = js_sys::Date::new(&JsValue::from_f64(milliseconds));
    date.to_locale_string("default", &JsValue::UNDEFINED).into()
}
