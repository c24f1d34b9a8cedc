//! A modal dialog; Escape closes it.

use web_sys::HtmlDialogElement;
use yew::prelude::*;

#[derive(PartialEq, Properties)]
pub struct Props {
    /// Distinguishes the dialogs of a page; its heading has the ID `{id}-title`.
    pub id: AttrValue,
    pub title: AttrValue,
    pub on_close: Callback<()>,
    #[prop_or_default]
    pub class: Classes,
    #[prop_or_default]
    pub children: Html,
}

/// Open as long as it is rendered: a parent shows it by rendering it.
#[component]
pub fn Modal(props: &Props) -> Html {
    let dialog = use_node_ref();
    {
        let dialog = dialog.clone();
        use_effect_with((), move |()| {
            let dialog = dialog.cast::<HtmlDialogElement>();
            if let Some(dialog) = dialog.as_ref().filter(|dialog| !dialog.open()) {
                // Fails only for a dialog that is open or not in the document.
                let _ = dialog.show_modal();
            }
            // Closing moves the focus back to where it was.
            move || {
                if let Some(dialog) = dialog {
                    dialog.close();
                }
            }
        });
    }
    // The page, not the browser, closes the dialog, so that both always agree.
    let oncancel = {
        let on_close = props.on_close.clone();
        Callback::from(move |event: Event| {
            event.prevent_default();
            on_close.emit(());
        })
    };
    let close = props.on_close.reform(|_: MouseEvent| ());
    // Keys in a dialog must not reach the page behind it.
    let onkeydown = Callback::from(|event: KeyboardEvent| event.stop_propagation());
    let title = format!("{}-title", props.id);
    html! {
        <dialog
            id={props.id.clone()}
            class={classes!("dialog", props.class.clone())}
            ref={dialog}
            aria-labelledby={title.clone()}
            {oncancel}
            {onkeydown}
        >
            <div class="dialog-head">
                <h2 id={title}>{ &props.title }</h2>
                <button type="button" class="button" onclick={close}>{ "Close" }</button>
            </div>
            { props.children.clone() }
        </dialog>
    }
}
