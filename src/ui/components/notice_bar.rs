//! What the person is to know about their projects: announced, and there until it is dismissed or over.

use yew::prelude::*;

use crate::ui::hooks::reducers::{DebugContext, WorkspaceContext, use_slice};
use crate::ui::state::project::{About, WorkspaceAction};

#[component]
pub fn NoticeBar() -> Html {
    let workspace = use_slice::<WorkspaceContext>();
    // What an example is about makes room while it is looked into.
    let debugging = use_slice::<DebugContext>().is_on();
    let notice = workspace.notice.as_ref().filter(|notice| !(debugging && notice.about == About::Text));
    let dismiss = {
        let workspace = workspace.dispatcher();
        Callback::from(move |_: MouseEvent| workspace.dispatch(WorkspaceAction::DismissNotice))
    };
    // The live region is always there: one that appears with its text is not announced.
    html! {
        <div class="notice-place" role="log" aria-live="polite" aria-label="Notices">
            if let Some(notice) = notice {
                <div class="notice" data-error={notice.is_error.to_string()}>
                    <p>{ &*notice.text }</p>
                    <button type="button" class="quiet-button" aria-label="Dismiss the notice" onclick={dismiss}>{ "✕" }</button>
                </div>
            }
        </div>
    }
}
