//! Bytes in rows, as numbers and as text: a grid of any height of which only the visible rows are drawn.
//!
//! Scrolling belongs in [`virtual_list`](super::virtual_list).

use std::rc::Rc;

use wasm_bindgen::prelude::*;
use web_sys::Element;
use yew::prelude::*;

use super::hex_row::HexRowLine;
use super::virtual_list::{use_measures, use_mover};
use crate::ui::selectors::memory::{GridKey, Selection, address_digits, on_key, visible_rows};
use crate::ui::selectors::rows::Geometry;
use crate::ui::state::memory::HexWindow;

#[derive(PartialEq, Properties)]
pub struct Props {
    /// Distinguishes the grids of a page.
    pub id: AttrValue,
    pub label: AttrValue,
    /// The number of bytes.
    pub size: u64,
    /// The loaded bytes.
    pub window: HexWindow,
    pub selection: Selection,
    pub on_select: Callback<Selection>,
    /// The bytes that one click selects together: start and length.
    #[prop_or_else(|| Rc::from([]))]
    pub units: Rc<[(u64, u64)]>,
    /// An address to show, preceded by a request counter.
    #[prop_or_default]
    pub jump: (u32, u64),
    /// An address to scroll to if it is out of view, preceded by a request counter.
    #[prop_or_default]
    pub reveal: (u32, u64),
    /// The user starts to edit bytes with this digit; `None` if they cannot be edited.
    #[prop_or_default]
    pub on_type: Option<Callback<Option<char>>>,
    /// The geometry and the first visible row, whenever one of them changes.
    #[prop_or_default]
    pub on_view: Callback<(Geometry, f64)>,
}

/// Whether a key starts editing: a digit, which becomes the first one, or Enter.
fn begins_to_write(event: &KeyboardEvent) -> Option<Option<char>> {
    if event.alt_key() || event.meta_key() || event.ctrl_key() {
        return None;
    }
    let key = event.key();
    let mut letters = key.chars();
    match (letters.next(), letters.next()) {
        (Some(digit), None) if digit.is_ascii_hexdigit() => Some(Some(digit)),
        _ => (key == "Enter").then_some(None),
    }
}

/// How many characters a row of 16 bytes takes besides its address: at most two and a half per number, one per
/// character, and gaps.
const SIXTEEN_COLUMNS: f64 = 58.0;

#[component]
pub fn HexGrid(props: &Props) -> Html {
    let scroller = use_node_ref();
    let measures = use_measures(&scroller);
    let geometry = Geometry {
        size: props.size,
        columns: if measures.letters >= SIXTEEN_COLUMNS + address_digits(props.size) as f64 { 16 } else { 8 },
        row_height: measures.row_height,
        viewport: measures.viewport,
    };
    let top = use_state_eq(|| 0.0_f64);
    let shown_top = top.min(geometry.last_top() as f64);
    let mover = use_mover(&scroller, &geometry, &top);

    {
        let mover = mover.clone();
        use_effect_with(geometry, move |_| mover.resized());
    }
    {
        let mover = mover.clone();
        use_effect_with(props.jump, move |(request, address)| {
            if *request > 0 {
                mover.jump(*address);
            }
        });
    }
    {
        let mover = mover.clone();
        use_effect_with(props.reveal, move |(request, address)| {
            if *request > 0 {
                mover.reveal(*address);
            }
        });
    }
    {
        let on_view = props.on_view.clone();
        use_effect_with((geometry, shown_top.floor()), move |(geometry, top)| on_view.emit((*geometry, *top)));
    }

    let onscroll = {
        let mover = mover.clone();
        Callback::from(move |_: Event| {
            mover.scrolled();
        })
    };
    let onkeydown = {
        let (mover, selection, on_select) = (mover.clone(), props.selection, props.on_select.clone());
        let on_type = props.on_type.clone();
        Callback::from(move |event: KeyboardEvent| {
            if let (Some(on_type), Some(digit)) = (&on_type, begins_to_write(&event)) {
                event.prevent_default();
                mover.reveal(selection.start());
                return on_type.emit(digit);
            }
            let Some(key) = grid_key(&event) else { return };
            event.prevent_default();
            let selection = on_key(&mover.geometry, selection, key, event.shift_key());
            on_select.emit(selection);
            mover.reveal(selection.cursor);
        })
    };
    // A row that is half covered when it is pressed comes into view when it is released, so that it does not move away
    // from below the pointer; and it stays in view when what is said about it needs room.
    let onpointerup = {
        let (mover, cursor) = (mover.clone(), props.selection.cursor);
        Callback::from(move |event: PointerEvent| {
            if address_under(&event).is_some() {
                mover.reveal(cursor);
            }
        })
    };
    let (onpointerdown, onpointermove) = use_pointer(props.selection, &props.units, &props.on_select);

    let rows = visible_rows(&geometry, shown_top, &props.window, props.selection);
    let cursor = props.selection.cursor;
    let is_drawn = rows.iter().any(|row| (row.address..row.address + row.cells.len() as u64).contains(&cursor));
    let digits = address_digits(props.size);
    html! {
        <div class="hex-grid" style={format!("--hex-columns:{};--hex-digits:{digits}", geometry.columns)}>
            <div
                class="hex-scroller"
                id={props.id.clone()}
                ref={scroller}
                role="grid"
                aria-label={&props.label}
                aria-rowcount={geometry.rows().to_string()}
                aria-colcount={(geometry.columns + 2).to_string()}
                aria-multiselectable="true"
                aria-activedescendant={is_drawn.then(|| format!("{}-{cursor:x}", props.id))}
                tabindex="0"
                {onscroll}
                {onkeydown}
                {onpointerdown}
                {onpointermove}
                {onpointerup}
            >
                <div class="hex-range" style={format!("height:{}px", geometry.scroll_range() + geometry.viewport)} role="presentation">
                    <div class="hex-rows" role="presentation">
                        { for rows.into_iter().map(|row| {
                            let key = row.address.to_string();
                            let active = (row.address..row.address + geometry.columns).contains(&cursor).then_some(cursor);
                            html! {
                            <HexRowLine
                                {key}
                                grid={&props.id}
                                size={props.size}
                                columns={geometry.columns}
                                {active}
                                {row}
                            />
                        }}) }
                    </div>
                </div>
            </div>
            <span class="row-measure" aria-hidden="true">{ "0" }</span>
        </div>
    }
}

fn grid_key(event: &KeyboardEvent) -> Option<GridKey> {
    if event.alt_key() || event.meta_key() {
        return None;
    }
    Some(match (event.key().as_str(), event.ctrl_key()) {
        ("ArrowLeft", false) => GridKey::Left,
        ("ArrowRight", false) => GridKey::Right,
        ("ArrowUp", false) => GridKey::Up,
        ("ArrowDown", false) => GridKey::Down,
        ("PageUp", false) => GridKey::PageUp,
        ("PageDown", false) => GridKey::PageDown,
        ("Home", false) => GridKey::RowStart,
        ("End", false) => GridKey::RowEnd,
        ("Home", true) => GridKey::First,
        ("End", true) => GridKey::Last,
        _ => return None,
    })
}

/// Selecting with the pointer: pressing starts a selection, dragging extends it. A press on one of the `units` selects
/// all of it; pressed again there, a single byte.
#[hook]
fn use_pointer(
    selection: Selection,
    units: &Rc<[(u64, u64)]>,
    on_select: &Callback<Selection>,
) -> (Callback<PointerEvent>, Callback<PointerEvent>) {
    let down = {
        let (on_select, units) = (on_select.clone(), units.clone());
        Callback::from(move |event: PointerEvent| {
            if event.button() != 0 {
                return;
            }
            if let Some(address) = address_under(&event) {
                on_select.emit(match event.shift_key() {
                    true => Selection { anchor: selection.anchor, cursor: address },
                    false => selection.pressed(address, &units),
                });
            }
        })
    };
    let moved = {
        let on_select = on_select.clone();
        Callback::from(move |event: PointerEvent| {
            // A finger scrolls instead.
            if event.buttons() & 1 == 0 || event.pointer_type() == "touch" {
                return;
            }
            if let Some(address) = address_under(&event).filter(|address| *address != selection.cursor) {
                on_select.emit(Selection { anchor: selection.anchor, cursor: address });
            }
        })
    };
    (down, moved)
}

fn address_under(event: &PointerEvent) -> Option<u64> {
    let target: Element = event.target()?.dyn_into().ok()?;
    let cell = target.closest("[data-address]").ok()??;
    cell.get_attribute("data-address")?.parse().ok()
}
