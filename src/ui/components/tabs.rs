//! The panels as tabs: all of them on a narrow screen, those that share a place on a wide one.

use yew::prelude::*;

use crate::ui::hooks::reducers::{DebugContext, LayoutContext, RunContext, use_slice};
use crate::ui::platform::dom;
use crate::ui::state::layout::{LayoutAction, Panel};

#[derive(PartialEq, Properties)]
pub struct PanelProps {
    pub panel: Panel,
    /// Whether panels are tabs.
    pub narrow: bool,
    #[prop_or_default]
    pub children: Html,
}

/// A panel's container: always rendered, so that its contents survive rotating a phone.
#[component]
pub fn TabPanel(props: &PanelProps) -> Html {
    let layout = use_slice::<LayoutContext>();
    let debugging = use_slice::<DebugContext>().is_on();
    let panel = props.panel;
    html! {
        <div
            id={panel.id()}
            class="panel-slot"
            data-panel={short(panel)}
            tabindex="-1"
            role={(props.narrow || Panel::DOCK.contains(&panel)).then_some("tabpanel")}
            aria-labelledby={(props.narrow || Panel::DOCK.contains(&panel)).then(|| tab_id(panel))}
            hidden={!layout.shows(panel, props.narrow, debugging)}
        >
            { props.children.clone() }
        </div>
    }
}

/// A short name of the panel, for IDs and styles.
fn short(panel: Panel) -> &'static str {
    panel.id().trim_start_matches("panel-")
}

fn tab_id(panel: Panel) -> String {
    format!("tab-{}", short(panel))
}

/// The tab bar on a narrow screen: arrow keys move, Home and End go to the ends.
#[component]
pub fn TabBar() -> Html {
    html! { <nav class="tab-place" aria-label="Panels"><Tabs panels={&Panel::ALL[..]} label="Panels" class="tab-bar" /></nav> }
}

/// The tabs of the panels that share a place on a wide screen.
#[component]
pub fn DockBar() -> Html {
    html! { <Tabs panels={&Panel::DOCK[..]} label="Console or system calls" class="dock-bar" dock=true /> }
}

#[derive(PartialEq, Properties)]
struct TabsProps {
    panels: &'static [Panel],
    label: &'static str,
    class: &'static str,
    #[prop_or_default]
    dock: bool,
}

#[component]
fn Tabs(props: &TabsProps) -> Html {
    let layout = use_slice::<LayoutContext>();
    let run = use_slice::<RunContext>();
    let panels = props.panels;
    let shown = if props.dock { layout.dock } else { layout.tab };
    let show = |panel: Panel| {
        let layout = layout.dispatcher();
        Callback::from(move |_: MouseEvent| layout.dispatch(LayoutAction::Show { panel }))
    };
    // In a tab bar that is wider than the screen, the selected tab is scrolled into view.
    use_effect_with(shown, move |shown| dom::scroll_into_view(&tab_id(*shown)));
    let onkeydown = {
        let layout = layout.clone();
        Callback::from(move |event: KeyboardEvent| {
            let panel = match event.key().as_str() {
                "ArrowRight" => shown.neighbour(panels, 1),
                "ArrowLeft" => shown.neighbour(panels, -1),
                "Home" => panels[0],
                "End" => panels[0].neighbour(panels, -1),
                _ => return,
            };
            event.prevent_default();
            layout.dispatch(LayoutAction::Show { panel });
            dom::focus(&tab_id(panel));
        })
    };
    let tab = |panel: Panel| {
        let selected = shown == panel;
        let waits = panel == Panel::Console && !selected && run.waits_for_input();
        html! {
            <button
                type="button"
                role="tab"
                id={tab_id(panel)}
                class="tab"
                aria-selected={selected.to_string()}
                aria-controls={panel.id()}
                tabindex={if selected { "0" } else { "-1" }}
                data-waits={waits.to_string()}
                onclick={show(panel)}
            >
                { if props.dock { panel.name() } else { panel.short_name() } }
                if waits { <span class="visually-hidden">{ ", the program waits for input" }</span> }
            </button>
        }
    };
    html! {
        <div class={props.class} data-at-once="true" role="tablist" aria-label={props.label} {onkeydown}>
            { for panels.iter().copied().map(tab) }
        </div>
    }
}
