//! A menu of the panels shown on a wide screen.

use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, Node};
use yew::prelude::*;

use super::icon::{Icon, Picture};
use crate::ui::hooks::reducers::{LayoutContext, use_slice};
use crate::ui::state::layout::{LayoutAction, Panel};

#[component]
pub fn PanelsMenu() -> Html {
    let layout = use_slice::<LayoutContext>();
    let menu = use_node_ref();
    let open = use_state_eq(|| false);
    let toggle_menu = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(!*open))
    };
    // Closed as soon as the focus moves elsewhere.
    let onfocusout = {
        let (menu, open) = (menu.clone(), open.setter());
        Callback::from(move |event: FocusEvent| {
            let inside = event.related_target().and_then(|target| target.dyn_into::<Node>().ok());
            if !menu.cast::<Node>().is_some_and(|menu| menu.contains(inside.as_ref())) {
                open.set(false);
            }
        })
    };
    let onkeydown = {
        let (menu, open) = (menu.clone(), open.clone());
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" && *open {
                open.set(false);
                let button = menu.cast::<HtmlElement>().and_then(|menu| menu.query_selector("button").ok()?);
                if let Some(button) = button.and_then(|button| button.dyn_into::<HtmlElement>().ok()) {
                    // It cannot fail for a button that is in the page.
                    let _ = button.focus();
                }
            }
        })
    };
    let choice = |panel: Panel| {
        let shown = !layout.hidden.contains(&panel);
        let layout = layout.dispatcher();
        let onchange = Callback::from(move |_: Event| layout.dispatch(LayoutAction::Toggle { panel }));
        html! {
            <li><label><input type="checkbox" checked={shown} {onchange} />{ " " }{ panel.name() }</label></li>
        }
    };
    html! {
        <div class="panels-menu" ref={menu} {onfocusout} {onkeydown}>
            <button type="button" class="quiet-button" aria-label="Panels" title="Show or hide panels"
                aria-expanded={open.to_string()} onclick={toggle_menu}
            ><Icon picture={Picture::Panels} /></button>
            if *open {
                <ul class="panels-list">{ for Panel::ALL.into_iter().filter(|panel| *panel != Panel::Editor).map(choice) }</ul>
            }
        </div>
    }
}
