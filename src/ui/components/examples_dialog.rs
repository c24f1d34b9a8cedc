//! The examples, in groups and searchable. Opening one creates a project of its own, so nothing is lost.

use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::modal::Modal;
use crate::ui::hooks::examples as examples_of_page;
use crate::ui::hooks::reducers::{WorkspaceContext, use_slice};
use crate::ui::hooks::use_projects::Projects;
use crate::ui::selectors::examples::{self, Example};
use crate::ui::state::project::About;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub on_close: Callback<()>,
}

#[component]
pub fn ExamplesDialog(props: &Props) -> Html {
    let projects = use_slice::<Projects>();
    let workspace = use_slice::<WorkspaceContext>();
    let list = use_state_eq(|| None::<Rc<[Example]>>);
    let search = use_state_eq(String::new);
    {
        let (list, projects, on_close) = (list.setter(), projects.clone(), props.on_close.clone());
        use_effect_with((), move |()| {
            spawn_local(async move {
                match examples_of_page::list().await {
                    Ok(read) => list.set(Some(read.into())),
                    Err(error) => {
                        on_close.emit(());
                        projects.notify_error(&format!("The examples could not be loaded: {error}."), About::Program);
                    }
                }
            });
        });
    }
    let open_example = {
        let (on_close, projects) = (props.on_close.clone(), projects.clone());
        let before = (workspace.project.kept).then(|| workspace.project.name.clone());
        Callback::from(move |example: Example| {
            on_close.emit(());
            open(example, projects.clone(), before.clone());
        })
    };
    let groups = list.as_deref().map(|list| examples::search(list, &search));
    let oninput = {
        let search = search.setter();
        Callback::from(move |event: InputEvent| {
            if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                search.set(input.value());
            }
        })
    };
    // Enter opens the first match.
    let onkeydown = {
        let first = groups.as_ref().and_then(|groups| Some((**groups.first()?.1.first()?).clone()));
        let open_example = open_example.clone();
        Callback::from(move |event: KeyboardEvent| {
            if let Some(first) = first.clone().filter(|_| event.key() == "Enter") {
                event.prevent_default();
                open_example.emit(first);
            }
        })
    };
    let line = |example: &Example| {
        let onclick = {
            let (open_example, example) = (open_example.clone(), example.clone());
            Callback::from(move |_: MouseEvent| open_example.emit(example.clone()))
        };
        html! {
            <li key={example.id.clone()}>
                <button type="button" class="download-choice" aria-label={format!("{}: {}", example.title, example.description)} {onclick}>
                    <strong>{ &example.title }</strong>{ " " }<span>{ &example.description }</span>
                </button>
            </li>
        }
    };
    html! {
        <Modal id="examples-dialog" title="Examples" on_close={&props.on_close}>
            <input type="search" class="text-box examples-search" aria-label="Search examples" placeholder="Search, such as memory or Rust"
                autofocus=true autocomplete="off" spellcheck="false" {oninput} {onkeydown} />
            <div class="examples-groups">
                { for groups.iter().flatten().map(|(group, found)| html! {
                    <section key={(*group).to_owned()}>
                        <h3>{ group }</h3>
                        <ul class="download-list">{ for found.iter().map(|example| line(example)) }</ul>
                    </section>
                }) }
            </div>
            <p class="dialog-hint" role="status">{ groups.as_deref().map_or_else(
                || "Loading the examples".to_owned(),
                |groups| if groups.is_empty() { format!("No example matches “{}”.", *search) } else { String::new() },
            ) }</p>
        </Modal>
    }
}

fn open(example: Example, projects: Projects, before: Option<Rc<str>>) {
    spawn_local(async move {
        let opened = examples_of_page::load(&example).await;
        match opened {
            Ok(file) => projects.open_new(file, false, move |_| {
                let kept = before.map(|name| format!(" “{name}” is saved under Projects.")).unwrap_or_default();
                Some((format!("{}{kept}", example.welcome()), About::Text))
            }),
            Err(error) => projects.notify_error(
                &format!("The example “{}” could not be opened: {error}.", example.title),
                About::Program,
            ),
        }
    });
}
