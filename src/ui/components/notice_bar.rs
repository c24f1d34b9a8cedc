//! Notices about the user's projects: announced, and shown until dismissed or obsolete. One that only confirms what the
//! user did goes by itself.

use gloo_timers::callback::Timeout;
use yew::prelude::*;

use crate::ui::hooks::reducers::{DebugContext, WorkspaceContext, use_slice};
use crate::ui::hooks::use_projects::Projects;
use crate::ui::state::project::{About, Notice, NoticeAction, WorkspaceAction};

/// How long a confirmation stays, in milliseconds: it takes 5 seconds to read.
const CONFIRMATION_MS: u32 = 12_000;

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
    {
        let workspace = workspace.dispatcher();
        use_effect_with(notice.cloned(), move |notice| {
            let confirms = notice.as_ref().is_some_and(Notice::only_confirms);
            let timeout = confirms
                .then(|| Timeout::new(CONFIRMATION_MS, move || workspace.dispatch(WorkspaceAction::DismissNotice)));
            move || drop(timeout)
        });
    }
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
