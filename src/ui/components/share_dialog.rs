//! Sharing: the project as a link, or as a file where it is too large for one.

use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::copy_button::CopyButton;
use super::modal::Modal;
use crate::ui::hooks::use_projects::Projects;
use crate::ui::platform::dom;
use crate::ui::platform::share_url::{LONGEST_FRAGMENT, Shared, to_fragment};
use crate::ui::state::project_file::ProjectFile;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub projects: Projects,
    pub on_download: Callback<()>,
    pub on_close: Callback<()>,
}

/// What there is to share.
#[derive(Debug, Clone, PartialEq)]
enum Link {
    Making,
    Ready(AttrValue),
    TooLong(usize),
    Failed(AttrValue),
}

#[component]
pub fn ShareDialog(props: &Props) -> Html {
    let link = use_state_eq(|| Link::Making);
    {
        let link = link.setter();
        use_effect_with(props.projects.clone(), move |projects| {
            projects.export(Callback::from(move |file: ProjectFile| {
                link.set(match to_fragment(&file) {
                    Ok(Shared::Fragment(fragment)) => Link::Ready(format!("{}#{fragment}", address()).into()),
                    Ok(Shared::TooLong { length }) => Link::TooLong(length),
                    Err(error) => Link::Failed(error.to_string().into()),
                });
            }));
        });
    }
    let download = props.on_download.reform(|_: MouseEvent| ());
    let select_all = Callback::from(|event: FocusEvent| {
        if let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) {
            input.select();
        }
    });
    html! {
        <Modal id="share-dialog" title="Share" on_close={&props.on_close}>
            { match &*link {
                Link::Making => html! { <p role="status">{ "Making the link…" }</p> },
                Link::Ready(link) => html! { <>
                    <p class="dialog-text">{ "The link holds the whole project: program, arguments, environment and files. It is kept on no server, so it works for as long as this page does. Whoever opens it gets a copy." }</p>
                    <div class="share-line">
                        <input class="text-box share-link" type="text" aria-label="Link" readonly=true value={link.clone()} onfocus={select_all} />
                        <CopyButton label="Copy the link" text={let link = link.clone(); Callback::from(move |()| link.to_string())} />
                    </div>
                    <p class="dialog-hint">{ format!("{} characters", link.len()) }</p>
                </> },
                Link::TooLong(length) => html! { <>
                    <p class="dialog-text" role="status">{ format!(
                        "This project is too large for a link: it would have {length} characters, and many programs cut links after {LONGEST_FRAGMENT}. Share it as a file: whoever gets it drops it on this page, or opens it with Open."
                    ) }</p>
                    <div class="dialog-actions">
                        <button type="button" class="button primary-button" onclick={download}>{ "Download the project file" }</button>
                    </div>
                </> },
                Link::Failed(error) => html! { <p class="dialog-text" role="alert">{ format!("The project cannot be shared: {error}.") }</p> },
            } }
        </Modal>
    }
}

/// This page's address without what follows `#`.
fn address() -> String {
    let href = dom::window().location().href().unwrap_or_default();
    href.split('#').next().unwrap_or_default().to_owned()
}
