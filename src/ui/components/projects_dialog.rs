//! The projects in this browser: open, create, rename, copy, reset, delete.

use std::rc::Rc;

use yew::prelude::*;

use super::ask_dialog::{ConfirmDialog, NameDialog};
use super::modal::Modal;
use super::quarantined_list::{QuarantinedList, time_text};
use crate::ui::hooks::reducers::{WorkspaceContext, use_slice};
use crate::ui::hooks::use_projects::Projects;
use crate::ui::platform::quota;
use crate::ui::state::project::{NoticeAction, ProjectSummary, Saving};

/// The program of a new project.
const EMPTY: &str = "(module\n)\n";

#[derive(PartialEq, Properties)]
pub struct Props {
    pub on_close: Callback<()>,
}

/// The question shown on top.
#[derive(Debug, Clone, PartialEq)]
enum Confirmation {
    New,
    Rename,
    Reset,
    Delete(ProjectSummary),
}

#[component]
pub fn ProjectsDialog(props: &Props) -> Html {
    let projects = use_slice::<Projects>();
    let workspace = use_slice::<WorkspaceContext>();
    let question = use_state_eq(|| None::<Confirmation>);
    let usage = use_state_eq(|| None::<String>);
    {
        let (projects, usage) = (projects.clone(), usage.setter());
        use_effect_with((), move |()| {
            wasm_bindgen_futures::spawn_local(async move {
                projects.refresh().await;
                usage.set(quota::usage().await);
            });
        });
    }
    let ask = |requested: Confirmation| {
        let question = question.setter();
        Callback::from(move |_: MouseEvent| question.set(Some(requested.clone())))
    };
    let duplicate = {
        let (projects, on_close) = (projects.clone(), props.on_close.clone());
        Callback::from(move |_: MouseEvent| {
            projects.duplicate();
            on_close.emit(());
        })
    };
    let undo = {
        let projects = projects.clone();
        Callback::from(move |_: MouseEvent| projects.accept(NoticeAction::Undo))
    };
    let open_id = workspace.project.id.clone();
    let line = |project: &ProjectSummary| {
        let is_open = project.id == open_id;
        let open = {
            let (projects, on_close, id) = (projects.clone(), props.on_close.clone(), project.id.clone());
            Callback::from(move |_: MouseEvent| {
                if !is_open {
                    projects.open(&id);
                }
                on_close.emit(());
            })
        };
        html! {
            <li class="project-line" key={project.id.to_string()}>
                <button type="button" class="project-open" aria-current={is_open.then_some("true")} onclick={open}>
                    <strong>{ &*project.name }</strong>
                    <span class="project-time">{ if is_open { "open now".to_owned() } else { time_text(project.edited) } }</span>
                </button>
                <button type="button" class="quiet-button" aria-label={format!("Delete {}", project.name)} title="Delete"
                    onclick={ask(Confirmation::Delete(project.clone()))}>{ "Delete" }</button>
            </li>
        }
    };
    let saving = match &workspace.saving {
        Saving::Failed { message } => Some(format!("Not saved: {message}.")),
        Saving::Saved | Saving::Pending => None,
    };
    html! {
        <Modal id="projects-dialog" title="Projects" on_close={&props.on_close}>
            <div class="project-tools">
                <button type="button" class="button primary-button" onclick={ask(Confirmation::New)}>{ "New project" }</button>
                <button type="button" class="button" onclick={ask(Confirmation::Rename)}>{ "Rename" }</button>
                <button type="button" class="button" onclick={duplicate}>{ "Duplicate" }</button>
                <button type="button" class="button" onclick={ask(Confirmation::Reset)}>{ "Reset" }</button>
            </div>
            if let Some(saving) = saving { <p class="dialog-hint" data-problem="true" role="alert">{ saving }</p> }
            <div role="status">
                if let Some(notice) = workspace.notice.as_ref().filter(|notice| notice.action == Some(NoticeAction::Undo)) {
                    <p class="dialog-hint undo-hint">
                        { &*notice.text }{ " " }
                        <button type="button" class="button" onclick={undo}>{ "Undo" }</button>
                    </p>
                }
            </div>
            <ul class="project-list" aria-label="Projects in this browser">
                { for workspace.projects.iter().filter(|project| project.kept).map(line) }
            </ul>
            if !workspace.project.kept {
                <p class="dialog-hint">{ format!("“{}” is open. It is saved here as soon as you change it.", workspace.project.name) }</p>
            }
            if let Some(usage) = &*usage {
                <p class="dialog-hint">{ format!("Everything is saved in this browser: {usage} are used.") }</p>
            }
            <QuarantinedList />
            <Answers question={question.clone()} {projects} {workspace} on_done={&props.on_close} />
        </Modal>
    }
}

/// The action of an answer, with the name, if one was requested.
type Act = Rc<dyn Fn(&Projects, &str)>;

#[derive(PartialEq, Properties)]
struct AnswersProps {
    question: UseStateHandle<Option<Confirmation>>,
    projects: Projects,
    workspace: WorkspaceContext,
    /// Closes the list as well.
    on_done: Callback<()>,
}

/// Renders the question and performs the answer's action.
#[component]
fn Answers(props: &AnswersProps) -> Html {
    let projects = props.projects.clone();
    let close = {
        let question = props.question.setter();
        Callback::from(move |()| question.set(None))
    };
    let then = |act: Act| {
        let (projects, close) = (projects.clone(), close.clone());
        Callback::from(move |name: String| {
            act(&projects, &name);
            close.emit(());
        })
    };
    // The user wants to work on the new project: close the list.
    let create = {
        let (projects, close, on_done) = (projects.clone(), close.clone(), props.on_done.clone());
        Callback::from(move |name: String| {
            projects.create(&name, EMPTY);
            close.emit(());
            on_done.emit(());
        })
    };
    // Close the list, so that the user sees the result and can undo it.
    let reset = {
        let (projects, close, on_done) = (projects.clone(), close.clone(), props.on_done.clone());
        Callback::from(move |()| {
            projects.reset(EMPTY);
            close.emit(());
            on_done.emit(());
        })
    };
    let not_empty = Callback::from(|name: String| if name.is_empty() { Err("type a name".to_owned()) } else { Ok(()) });
    let name = props.workspace.project.name.to_string();
    match &*props.question {
        None => Html::default(),
        Some(Confirmation::New) => html! {
            <NameDialog title="New project" label="Name" value="Untitled" action="Create" check={not_empty}
                on_name={create} on_close={close} />
        },
        Some(Confirmation::Rename) => html! {
            <NameDialog title="Rename the project" label="Name" value={name} action="Rename" check={not_empty}
                on_name={then(Rc::new(|projects, name| projects.rename(name)))} on_close={close} />
        },
        Some(Confirmation::Reset) => html! {
            <ConfirmDialog title="Reset the project?" action="Reset"
                text={format!("“{name}” goes back to {}. Its text, its command-line arguments, its environment and all its files are replaced. You can undo this.", beginning(&props.workspace))}
                on_yes={reset} on_close={close} />
        },
        Some(Confirmation::Delete(project)) => {
            let id = project.id.clone();
            html! {
                <ConfirmDialog title="Delete the project?" action="Delete"
                    text={format!("“{}” and its files are removed from this browser. You can undo this for as long as the notice about it is shown.", project.name)}
                    on_yes={then(Rc::new(move |projects, _| projects.delete(&id, EMPTY))).reform(|()| String::new())} on_close={close} />
            }
        }
    }
}

/// What Reset goes back to.
fn beginning(workspace: &WorkspaceContext) -> &'static str {
    if workspace.project.debugging.example.is_some() { "the example that it began as" } else { "an empty module" }
}
