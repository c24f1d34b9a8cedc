//! The panels as tabs, on a narrow screen.

use yew::prelude::*;

use crate::ui::hooks::reducers::{LayoutContext, use_slice};
use crate::ui::platform::dom;
use crate::ui::state::layout::{LayoutAction, Panel};

#[derive(PartialEq, Properties)]
pub struct PanelProps {
    pub panel: Panel,
    /// Whether panels are tabs now.
    pub narrow: bool,
    #[prop_or_default]
    pub children: Html,
}

/// Where a panel goes: always there, so that what is in it survives a turn of the phone.
#[component]
pub fn TabPanel(props: &PanelProps) -> Html {
    let layout = use_slice::<LayoutContext>();
    let panel = props.panel;
    html! {
        <div
            id={panel.id()}
            class="panel-slot"
            data-panel={panel.name().to_lowercase()}
            tabindex="-1"
            role={props.narrow.then_some("tabpanel")}
            aria-labelledby={props.narrow.then(|| tab_id(panel))}
            hidden={props.narrow && layout.tab != panel}
        >
            { props.children.clone() }
        </div>
    }
}

fn tab_id(panel: Panel) -> String {
    format!("tab-{}", panel.name().to_lowercase())
}

/// The bar of tabs: arrows move, Home and End go to the ends.
#[component]
pub fn TabBar() -> Html {
    let layout = use_slice::<LayoutContext>();
    let show = |panel: Panel| {
        let layout = layout.dispatcher();
        Callback::from(move |_: MouseEvent| layout.dispatch(LayoutAction::Show { panel }))
    };
    let onkeydown = {
        let layout = layout.clone();
        Callback::from(move |event: KeyboardEvent| {
            let panel = match event.key().as_str() {
                "ArrowRight" => layout.tab.neighbour(1),
                "ArrowLeft" => layout.tab.neighbour(-1),
                "Home" => Panel::ALL[0],
                "End" => Panel::ALL[0].neighbour(-1),
                _ => return,
            };
            event.prevent_default();
            layout.dispatch(LayoutAction::Show { panel });
            dom::focus(&tab_id(panel));
        })
    };
    let tab = |panel: Panel| {
        let selected = layout.tab == panel;
        html! {
            <button
                type="button"
                role="tab"
                id={tab_id(panel)}
                class="tab"
                aria-selected={selected.to_string()}
                aria-controls={panel.id()}
                tabindex={if selected { "0" } else { "-1" }}
                onclick={show(panel)}
            >
                { panel.name() }
            </button>
        }
    };
    html! {
        <div class="tab-bar" role="tablist" aria-label="Panels" {onkeydown}>
            { for Panel::ALL.into_iter().map(tab) }
        </div>
    }
}
