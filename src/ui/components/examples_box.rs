//! The combo box of examples. Choosing one opens it as a project of its own, so that nothing is lost.

use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::ui::hooks::examples as examples_of_page;
use crate::ui::hooks::reducers::{WorkspaceContext, use_slice};
use crate::ui::hooks::use_projects::Projects;
use crate::ui::selectors::examples::Example;
use crate::ui::state::project::About;

#[component]
pub fn ExamplesBox() -> Html {
    let projects = use_slice::<Projects>();
    let workspace = use_slice::<WorkspaceContext>();
    let examples = use_state_eq(|| Rc::<[Example]>::from([]));
    let select = use_node_ref();
    {
        let (examples, projects) = (examples.setter(), projects.clone());
        use_effect_with((), move |()| {
            spawn_local(async move {
                let list = examples_of_page::list().await;
                match list {
                    Ok(list) => examples.set(list.into()),
                    Err(error) => projects.complain(&format!("The examples are missing: {error}."), About::Program),
                }
            });
        });
    }
    // Another project may be an example of the same name that was edited: the box then offers it afresh.
    {
        let select = select.clone();
        let is_example = !workspace.project.kept;
        use_effect_with((workspace.opened, is_example), move |(_, is_example)| {
            if let Some(select) = select.cast::<HtmlSelectElement>().filter(|_| !is_example) {
                select.set_value("");
            }
        });
    }
    let onchange = {
        let (examples, projects) = (examples.clone(), projects.clone());
        let before = (workspace.project.kept).then(|| workspace.project.name.clone());
        Callback::from(move |event: Event| {
            let id = event.target_dyn_into::<HtmlSelectElement>().map(|select| select.value());
            let example = id.and_then(|id| examples.iter().find(|example| example.id == id).cloned());
            if let Some(example) = example {
                open(example, projects.clone(), before.clone());
            }
        })
    };
    html! {
        <select class="select examples-box" data-at-once="true" aria-label="Examples" ref={select} {onchange}>
            <option value="" selected=true>{ "Examples" }</option>
            { for examples.iter().map(|example| html! {
                <option value={example.id.clone()} title={example.description.clone()}>{ &example.title }</option>
            }) }
        </select>
    }
}

fn open(example: Example, projects: Projects, before: Option<Rc<str>>) {
    spawn_local(async move {
        let opened = examples_of_page::load(&example).await;
        match opened {
            Ok(file) => projects.open_new(file, false, move |_| {
                let kept = before.map(|name| format!(" “{name}” is kept under Projects.")).unwrap_or_default();
                Some((format!("{}{kept}", example.welcome()), About::Text))
            }),
            Err(error) => projects
                .complain(&format!("The example “{}” cannot be opened: {error}.", example.title), About::Program),
        }
    });
}
