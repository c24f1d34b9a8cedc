//! A divider between panels that can be dragged, or moved with the arrow keys.

use std::cell::Cell;

use web_sys::{Element, PointerEvent};
use yew::prelude::*;

use crate::ui::hooks::reducers::{LayoutContext, use_slice};
use crate::ui::platform::dom;
use crate::ui::state::layout::{LayoutAction, Splitter, range};

/// How far an arrow key moves it, in hundredths of a rem.
const STEP: u32 = 100;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub splitter: Splitter,
}

/// The start of a drag.
#[derive(Clone, Copy)]
struct Grip {
    pointer: i32,
    at: f64,
    size: u32,
}

#[component]
pub fn SplitterBar(props: &Props) -> Html {
    let layout = use_slice::<LayoutContext>();
    let grip = use_memo((), |()| Cell::new(None::<Grip>));
    let splitter = props.splitter;
    let Shape { vertical, grows_forward, name, controls } = shape(splitter);
    let size = layout.size(splitter);
    let (least, most) = range(splitter);

    let position = move |event: &PointerEvent| f64::from(if vertical { event.client_x() } else { event.client_y() });
    let onpointerdown = {
        let grip = grip.clone();
        Callback::from(move |event: PointerEvent| {
            if event.button() != 0 {
                return;
            }
            event.prevent_default();
            // The target rather than the current target, because Yew listens at the root.
            if let Some(bar) = event.target_dyn_into::<Element>() {
                // Without the capture, dragging still works as long as the pointer is over the bar.
                let _ = bar.set_pointer_capture(event.pointer_id());
            }
            // Measured rather than remembered: in a narrow window, the panel may be smaller than it was dragged.
            let size = measured(controls, vertical).unwrap_or(size);
            grip.set(Some(Grip { pointer: event.pointer_id(), at: position(&event), size }));
        })
    };
    let onpointermove = {
        let (grip, layout) = (grip.clone(), layout.dispatcher());
        Callback::from(move |event: PointerEvent| {
            let Some(grip) = grip.get().filter(|grip| grip.pointer == event.pointer_id()) else { return };
            let moved = (position(&event) - grip.at) / dom::root_font_size() * 100.0;
            let moved = if grows_forward { moved } else { -moved };
            let size = (f64::from(grip.size) + moved).max(0.0) as u32;
            layout.dispatch(LayoutAction::Resize { splitter, size });
        })
    };
    let release = Callback::from(move |_: PointerEvent| grip.set(None));
    let onkeydown = {
        let layout = layout.dispatcher();
        Callback::from(move |event: KeyboardEvent| {
            let step = if event.shift_key() { STEP * 5 } else { STEP };
            let action = match event.key().as_str() {
                "ArrowLeft" | "ArrowUp" if grows_forward => size.saturating_sub(step),
                "ArrowRight" | "ArrowDown" if grows_forward => size + step,
                "ArrowLeft" | "ArrowUp" => size + step,
                "ArrowRight" | "ArrowDown" => size.saturating_sub(step),
                "Home" => least,
                "End" => most,
                "Enter" => {
                    layout.dispatch(LayoutAction::Reset { splitter });
                    return;
                }
                _ => return,
            };
            event.prevent_default();
            layout.dispatch(LayoutAction::Resize { splitter, size: action });
        })
    };
    let ondblclick = {
        let layout = layout.dispatcher();
        Callback::from(move |_: MouseEvent| layout.dispatch(LayoutAction::Reset { splitter }))
    };
    html! {
        <div
            class="splitter"
            role="separator"
            tabindex="0"
            aria-label={name}
            aria-controls={controls}
            aria-orientation={if vertical { "vertical" } else { "horizontal" }}
            aria-valuemin={least.to_string()}
            aria-valuemax={most.to_string()}
            aria-valuenow={size.to_string()}
            title="Drag, or use the arrow keys; double-click or Enter to reset the size"
            {onpointerdown} {onpointermove} onpointerup={release.clone()} onpointercancel={release}
            {onkeydown} {ondblclick}
        />
    }
}

struct Shape {
    /// Whether the divider is vertical, so that it moves left and right.
    vertical: bool,
    /// Whether its panel grows when it moves right or down.
    grows_forward: bool,
    name: &'static str,
    /// The ID of the panel that it resizes.
    controls: &'static str,
}

fn shape(splitter: Splitter) -> Shape {
    let (vertical, grows_forward, name, controls) = match splitter {
        Splitter::Left => (true, true, "Width of the left column", "panel-module"),
        Splitter::Right => (true, false, "Width of the inspector", "column-right"),
        Splitter::Console => (false, false, "Height of the console", "panel-console"),
        Splitter::Files => (false, false, "Height of the files", "panel-files"),
        Splitter::Problems => (false, false, "Height of the problems", "problems"),
        Splitter::Memory => (false, false, "Height of the memory", "panel-memory"),
    };
    Shape { vertical, grows_forward, name, controls }
}

/// The panel's actual size, in hundredths of a rem.
fn measured(id: &str, vertical: bool) -> Option<u32> {
    let bounds = dom::document().get_element_by_id(id)?.get_bounding_client_rect();
    let size = if vertical { bounds.width() } else { bounds.height() };
    Some((size / dom::root_font_size() * 100.0) as u32)
}
