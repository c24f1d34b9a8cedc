//! A row of the hex view: address, bytes, text. Redrawn only if something in it has changed.

use yew::prelude::*;

use crate::ui::selectors::memory::{HexCell, HexRow, address_digits, describe, text_of};

#[derive(PartialEq, Properties)]
pub struct Props {
    /// The grid's ID.
    pub grid: AttrValue,
    /// The number of bytes in the grid.
    pub size: u64,
    pub columns: u64,
    pub row: HexRow,
    /// The address of the active cell, if it is in this row.
    pub active: Option<u64>,
}

#[component]
pub fn HexRowLine(props: &Props) -> Html {
    let HexRow { address, cells } = &props.row;
    let address = *address;
    let digits = address_digits(props.size);
    let cell = |(at, cell): (u64, &HexCell)| {
        let text = cell.byte.map_or_else(|| "··".to_owned(), |byte| format!("{byte:02x}"));
        html! {
            <span
                role="gridcell"
                id={format!("{}-{at:x}", props.grid)}
                class="hex-byte"
                aria-colindex={(at - address + 2).to_string()}
                aria-label={describe(at, props.size, *cell)}
                aria-selected={cell.selected.to_string()}
                data-address={at.to_string()}
                data-changed={cell.changed.then_some("true")}
                data-read={cell.read.then_some("true")}
                data-zero={(cell.byte == Some(0)).then_some("true")}
                data-cursor={(props.active == Some(at)).then_some("true")}
            >{ text }</span>
        }
    };
    let letter = |(at, cell): (u64, &HexCell)| {
        html! {
            <span
                class="hex-letter"
                data-address={at.to_string()}
                data-selected={cell.selected.then_some("true")}
                data-changed={cell.changed.then_some("true")}
            >{ cell.byte.map_or(' ', text_of) }</span>
        }
    };
    html! {
        <div class="hex-row" role="row" aria-rowindex={(address / props.columns + 1).to_string()}>
            <span class="hex-address" role="rowheader" aria-colindex="1">{ format!("{address:0digits$x}") }</span>
            <span class="hex-bytes" role="presentation">{ for (address..).zip(cells).map(cell) }</span>
            <span class="hex-text" role="gridcell" aria-colindex={(props.columns + 2).to_string()} aria-hidden="true">
                { for (address..).zip(cells).map(letter) }
            </span>
        </div>
    }
}
