//! Notices about the user's projects: announced, and shown until dismissed or obsolete.

use yew::prelude::*;

use crate::ui::hooks::reducers::{DebugContext, WorkspaceContext, use_slice};
use crate::ui::hooks::use_projects::Projects;
use crate::ui::state::project::{About, NoticeAction, WorkspaceAction};

#[component]
pub fn NoticeBar() -> Html {
    let workspace = use_slice::<WorkspaceContext>();
    let projects = use_slice::<Projects>();
    // The description of an example is hidden while debugging, to make room.
    let debugging = use_slice::<DebugContext>().is_on();
    let notice = workspace.notice.as_ref().filter(|notice| !(debugging && notice.about == About::Text));
    let dismiss = {
        let workspace = workspace.dispatcher();
        Callback::from(move |_: MouseEvent| workspace.dispatch(WorkspaceAction::DismissNotice))
    };
    let action = notice.and_then(|notice| notice.action);
    let accept = Callback::from(move |_: MouseEvent| {
        if let Some(action) = action {
            projects.accept(action);
        }
    });
    // The live region is always present: one that is inserted together with its text is not announced.
    html! {
        <div class="notice-anchor"><div class="notice-place" data-at-once="true" role="log" aria-live="polite" aria-label="Notices">
            if let Some(notice) = notice {
                <div class="notice" data-error={notice.is_error.to_string()}>
                    <p>{ &*notice.text }</p>
                    if let Some(action) = action {
                        <button type="button" class="button" onclick={accept}>{ match action {
                            NoticeAction::OpenLarge => "Open it",
                            NoticeAction::Keep => "Keep it",
                            NoticeAction::Undo => "Undo",
                            NoticeAction::Cancel => "Cancel",
                        } }</button>
                    }
                    <button type="button" class="quiet-button" aria-label="Dismiss the notice" onclick={dismiss}>{ "✕" }</button>
                </div>
            }
            if let Some(progress) = &workspace.progress {
                <div class="notice" data-error="false"><p>{ &**progress }</p></div>
            }
        </div></div>
    }
}
