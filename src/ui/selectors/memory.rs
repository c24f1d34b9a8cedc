//! The rows of a hex view, and keyboard navigation in it.

use super::rows::Geometry;
use crate::protocol::MemoryWatch;
use crate::ui::state::memory::HexWindow;

/// How many bytes beyond the visible ones are requested, before and after, so that scrolling shows bytes immediately.
const MARGIN: u64 = 2048;
/// Windows start at multiples of this.
const ALIGNMENT: u64 = 1024;
/// The maximum that the worker sends.
const LONGEST_WINDOW: u64 = 64 << 10;

/// The request to the worker: `current` as long as it covers what is visible when `top` is the top row.
pub fn watch(geometry: &Geometry, current: Option<MemoryWatch>, memory: u32, top: f64) -> MemoryWatch {
    let (start, end) = geometry.visible(top);
    if let Some(current) = current
        && current.memory == memory
        && current.offset <= start
        && end <= current.offset + u64::from(current.length)
        && current.length > 0
    {
        return current;
    }
    let offset = start.saturating_sub(MARGIN) / ALIGNMENT * ALIGNMENT;
    // Before anything is known of the memory, request its beginning.
    let wanted = end.max(start + geometry.visible_rows() * geometry.columns) + MARGIN - offset;
    let length = wanted.next_multiple_of(ALIGNMENT).min(LONGEST_WINDOW);
    MemoryWatch { memory, offset, length: length as u32 }
}

/// A row of the view.
#[derive(Debug, Clone, PartialEq)]
pub struct HexRow {
    /// The address of the first byte.
    pub address: u64,
    /// The last row may have fewer.
    pub cells: Vec<HexCell>,
}

/// A byte of the view.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HexCell {
    /// `None` until the worker has sent it.
    pub byte: Option<u8>,
    pub changed: bool,
    /// Whether the last step read it.
    pub read: bool,
    pub selected: bool,
}

/// The visible rows when `top` is the top row.
pub fn visible_rows(geometry: &Geometry, top: f64, window: &HexWindow, selection: Selection) -> Vec<HexRow> {
    let (start, end) = geometry.visible(top);
    let mut rows = Vec::new();
    let mut address = start;
    while address < end {
        let row_end = (address + geometry.columns).min(end);
        let cells = (address..row_end)
            .map(|at| {
                let (byte, changed) = window.get(at).map_or((None, false), |(byte, changed)| (Some(byte), changed));
                HexCell { byte, changed, read: window.is_read(at), selected: selection.contains(at) }
            })
            .collect();
        rows.push(HexRow { address, cells });
        address = row_end;
    }
    rows
}

/// The selected bytes: from one end to the other, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Selection {
    /// Where the selection started.
    pub anchor: u64,
    /// The keyboard's position.
    pub cursor: u64,
}

impl Selection {
    /// One byte.
    pub fn at(address: u64) -> Self {
        Self { anchor: address, cursor: address }
    }

    pub fn start(self) -> u64 {
        self.anchor.min(self.cursor)
    }

    /// The last byte's address.
    pub fn last(self) -> u64 {
        self.anchor.max(self.cursor)
    }

    pub fn contains(self, address: u64) -> bool {
        (self.start()..=self.last()).contains(&address)
    }

    /// How many bytes.
    pub fn length(self) -> u64 {
        (self.last() - self.start()).saturating_add(1)
    }

    /// The selection after a byte was pressed: all bytes of the unit (start and length) that it belongs to, or the byte
    /// alone if that unit is selected already.
    pub fn pressed(self, address: u64, units: &[(u64, u64)]) -> Self {
        let unit = units.iter().find(|(start, length)| address.checked_sub(*start).is_some_and(|at| at < *length));
        let all = unit.map(|(start, length)| Self { anchor: *start, cursor: start.saturating_add(length - 1) });
        all.filter(|all| *all != self).unwrap_or_else(|| Self::at(address))
    }
}

/// The keys of the hex view, as in the WAI-ARIA grid pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GridKey {
    Left,
    Right,
    Up,
    Down,
    PageUp,
    PageDown,
    RowStart,
    RowEnd,
    First,
    Last,
}

/// The selection after a key; with `extend` (Shift), the anchor stays.
pub fn on_key(geometry: &Geometry, selection: Selection, key: GridKey, extend: bool) -> Selection {
    let Some(last) = geometry.size.checked_sub(1) else { return Selection::default() };
    let at = selection.cursor.min(last);
    let columns = geometry.columns;
    let page = geometry.visible_rows().saturating_sub(1).max(1) * columns;
    // A vertical movement beyond the memory's end stays in its column.
    let up = |by: u64| if at >= by { at - by } else { at % columns };
    let down = |by: u64| match at.checked_add(by) {
        Some(to) if to <= last => to,
        _ => {
            let in_last_row = last / columns * columns + at % columns;
            if in_last_row <= last { in_last_row } else { in_last_row.saturating_sub(columns).max(at) }
        }
    };
    let cursor = match key {
        GridKey::Left => at.saturating_sub(1),
        GridKey::Right => (at + 1).min(last),
        GridKey::Up => up(columns),
        GridKey::Down => down(columns),
        GridKey::PageUp => up(page),
        GridKey::PageDown => down(page),
        GridKey::RowStart => at / columns * columns,
        GridKey::RowEnd => (at / columns * columns + columns - 1).min(last),
        GridKey::First => 0,
        GridKey::Last => last,
    };
    Selection { anchor: if extend { selection.anchor.min(last) } else { cursor }, cursor }
}

/// Parses a typed address: `0x1f4`, hexadecimal if it contains a letter, or decimal.
pub fn parse_address(typed: &str, size: u64) -> Result<u64, String> {
    let digits: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '_').collect();
    if digits.is_empty() {
        return Err("type an address, such as 1024 or 0x400".to_owned());
    }
    let hex = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"));
    let parsed = match hex {
        Some(hex) => u64::from_str_radix(hex, 16).ok().filter(|_| !hex.starts_with('+')),
        None if digits.chars().all(|c| c.is_ascii_digit()) => digits.parse().ok(),
        None if digits.chars().all(|c| c.is_ascii_hexdigit()) => u64::from_str_radix(&digits, 16).ok(),
        None => None,
    };
    let Some(address) = parsed else {
        return Err(format!("“{}” is not an address; type one such as 1024 or 0x400", typed.trim()));
    };
    if address >= size {
        return Err(match size.checked_sub(1) {
            Some(last) => format!("the last address is {} ({last})", hex_address(last, size)),
            None => "there is no memory yet".to_owned(),
        });
    }
    Ok(address)
}

/// An address in hexadecimal with `0x`, padded to the length of this memory's longest.
pub fn hex_address(address: u64, size: u64) -> String {
    format!("0x{address:0width$x}", width = address_digits(size))
}

/// How many digits the addresses of a memory have: at least four, always even.
pub fn address_digits(size: u64) -> usize {
    let bits = u64::BITS - size.saturating_sub(1).leading_zeros();
    (bits.div_ceil(8) as usize * 2).max(4)
}

/// A byte's character in the text column.
pub fn text_of(byte: u8) -> char {
    if byte.is_ascii_graphic() || byte == b' ' { char::from(byte) } else { '·' }
}

/// The description of a byte for screen readers.
pub fn describe(address: u64, size: u64, cell: HexCell) -> String {
    let address = hex_address(address, size);
    match cell.byte {
        Some(byte) => {
            let text = if byte.is_ascii_graphic() { format!(", “{}”", char::from(byte)) } else { String::new() };
            let changed = if cell.changed { ", changed" } else { "" };
            let read = if cell.read { ", read" } else { "" };
            format!("{byte:02x} at {address}{text}{changed}{read}")
        }
        None => format!("loading {address}"),
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn geometry(size: u64) -> Geometry {
        Geometry { size, columns: 16, row_height: 20.0, viewport: 410.0 }
    }

    const GIB: u64 = 1 << 30;

    #[test]
    fn keys_move_as_in_a_grid() {
        let view = geometry(100);
        let from = |address, key| on_key(&view, Selection::at(address), key, false).cursor;
        assert_eq!(from(0, GridKey::Left), 0);
        assert_eq!(from(15, GridKey::Right), 16);
        assert_eq!(from(99, GridKey::Right), 99);
        assert_eq!(from(20, GridKey::Up), 4);
        assert_eq!(from(4, GridKey::Up), 4);
        assert_eq!(from(83, GridKey::Down), 99);
        assert_eq!(from(90, GridKey::Down), 90, "the last row is shorter");
        assert_eq!(from(5, GridKey::PageDown), 85);
        assert_eq!(from(2, GridKey::PageDown), 98);
        assert_eq!(from(98, GridKey::PageUp), 2);
        assert_eq!(from(20, GridKey::RowStart), 16);
        assert_eq!(from(97, GridKey::RowEnd), 99);
        assert_eq!((from(50, GridKey::First), from(50, GridKey::Last)), (0, 99));
    }

    #[test]
    fn shift_extends() {
        let view = geometry(100);
        let selection = on_key(&view, Selection::at(10), GridKey::Left, true);
        assert_eq!((selection.start(), selection.last(), selection.length()), (9, 10, 2));
        assert_eq!(on_key(&view, selection, GridKey::Right, false), Selection::at(10));
        let stored = Selection { anchor: 16, cursor: 19 };
        let pressed = |before: Selection, address| before.pressed(address, &[(16, 4), (18, 8)]);
        assert_eq!(pressed(selection, 17), stored, "one click takes the whole value");
        assert_eq!(pressed(stored, 17), Selection::at(17), "a second one takes the byte");
        assert_eq!(pressed(stored, 20), Selection { anchor: 18, cursor: 25 });
        assert_eq!(pressed(stored, 26), Selection::at(26));
    }

    #[test]
    fn addresses_are_read_in_both_bases() {
        let read = |text| parse_address(text, 65536);
        assert_eq!(read(" 1024 "), Ok(1024));
        assert_eq!(read("0x400"), Ok(1024));
        assert_eq!(read("0X4_00"), Ok(1024));
        assert_eq!(read("ff"), Ok(255));
        assert_eq!(read("65536"), Err("the last address is 0xffff (65535)".to_owned()));
        for wrong in ["", "0x", "-1", "+1", "0x+1", "1.5", "99999999999999999999999", "zz"] {
            assert!(read(wrong).is_err(), "{wrong:?}");
        }
        assert!(parse_address("0", 0).is_err());
    }

    #[test]
    fn addresses_are_as_long_as_needed() {
        assert_eq!(hex_address(1, 65536), "0x0001");
        assert_eq!(hex_address(1, 65537), "0x000001");
        assert_eq!(hex_address(0xffff_ffff, 4 * GIB), "0xffffffff");
        assert_eq!(hex_address(0, 0), "0x0000");
    }

    proptest! {
        #[test]
        fn keys_stay_inside(size in 1..10_000_u64, at in any::<u64>(), key in 0..10_usize, extend in any::<bool>()) {
            use GridKey::*;
            let key = [Left, Right, Up, Down, PageUp, PageDown, RowStart, RowEnd, First, Last][key];
            let moved = on_key(&geometry(size), Selection::at(at), key, extend);
            prop_assert!(moved.cursor < size && moved.anchor < size);
        }

        #[test]
        fn the_worker_is_asked_for_all_that_is_visible(size in 0..=4 * GIB, place in 0.0..=1.0_f64) {
            let view = geometry(size);
            let top = view.last_top() as f64 * place;
            let (start, end) = view.visible(top);
            let asked = watch(&view, None, 0, top);
            prop_assert!(asked.offset <= start && end <= asked.offset + u64::from(asked.length));
            prop_assert!(asked.length > 0 && u64::from(asked.length) <= LONGEST_WINDOW);
            prop_assert_eq!(watch(&view, Some(asked), 0, top), asked);
        }

        #[test]
        fn rows_show_the_bytes_of_their_addresses(bytes in prop::collection::vec(any::<u8>(), 1..600), top in 0.0..30.0_f64) {
            let view = geometry(bytes.len() as u64);
            let window = HexWindow::whole(bytes.clone().into());
            for row in visible_rows(&view, top.min(view.last_top() as f64), &window, Selection::at(3)) {
                for (address, cell) in (row.address..).zip(&row.cells) {
                    prop_assert_eq!(cell.byte, Some(bytes[address as usize]));
                    prop_assert_eq!(cell.selected, address == 3);
                }
            }
        }

        #[test]
        fn reading_an_address_never_fails(typed in ".*") {
            let _ = parse_address(&typed, GIB);
        }
    }
}
