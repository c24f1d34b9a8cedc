//! The geometry of a virtual list: rows of one height, of which only those in view are drawn.
//!
//! A memory may have 4 GiB, which at 16 bytes per row is five thousand million pixels; browsers stop at about 17 to 33
//! million. So the position is a row, kept by the view, and the browser's scroll bar only follows it: near both ends of
//! the bar, one pixel is one pixel, between them it represents many rows, and a small movement (wheel, finger, keys)
//! always scrolls by exactly that many pixels.

/// The longest scroll range that every browser supports, with room to spare.
const LONGEST_RANGE: f64 = 10_000_000.0;
/// How far from the end the scroll bar may be to count as there: browsers round its position, and limit it to the size
/// that the list had before.
const NEAR_END: f64 = 3.0;
/// How much of it, at either end, scrolls pixel by pixel.
const EDGE: f64 = 2_500_000.0;
/// The geometry of a list.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Geometry {
    /// How many items it has: calls, files, bytes of a memory.
    pub size: u64,
    /// Items per row.
    pub columns: u64,
    /// In CSS pixels.
    pub row_height: f64,
    /// The height of the visible part, in CSS pixels.
    pub viewport: f64,
}

impl Geometry {
    /// How many rows there are.
    pub fn rows(&self) -> u64 {
        self.size.div_ceil(self.columns)
    }

    /// How many rows are fully visible, at least one.
    pub fn visible_rows(&self) -> u64 {
        ((self.viewport / self.row_height).floor() as u64).max(1)
    }

    /// The top row when the last row is at the bottom.
    pub fn last_top(&self) -> u64 {
        self.rows().saturating_sub(self.visible_rows())
    }

    /// The maximum scroll position.
    pub fn scroll_range(&self) -> f64 {
        self.true_range().min(LONGEST_RANGE)
    }

    fn true_range(&self) -> f64 {
        self.last_top() as f64 * self.row_height
    }

    fn is_scaled(&self) -> bool {
        self.true_range() > LONGEST_RANGE
    }

    /// The top row (with a fraction) when the scroll bar is at `scroll`.
    pub fn top_at(&self, scroll: f64) -> f64 {
        let scroll = scroll.clamp(0.0, self.scroll_range());
        let pixel = if !self.is_scaled() || scroll <= EDGE {
            scroll
        } else if scroll >= LONGEST_RANGE - EDGE {
            self.true_range() - (LONGEST_RANGE - scroll)
        } else {
            EDGE + (scroll - EDGE) * self.scale()
        };
        (pixel / self.row_height).clamp(0.0, self.last_top() as f64)
    }

    /// The position of the scroll bar when this row is at the top.
    pub fn scroll_at(&self, top: f64) -> f64 {
        let pixel = top.clamp(0.0, self.last_top() as f64) * self.row_height;
        if !self.is_scaled() || pixel <= EDGE {
            pixel
        } else if pixel >= self.true_range() - EDGE {
            LONGEST_RANGE - (self.true_range() - pixel)
        } else {
            EDGE + (pixel - EDGE) / self.scale()
        }
    }

    /// Where a row is drawn when `top` is the top row, in pixels from the start of the scroll range.
    pub fn position(&self, row: u64, top: f64) -> f64 {
        self.scroll_at(top) + (row as f64 - top) * self.row_height
    }

    /// How many pixels of the list one pixel in the middle of the scroll bar represents.
    fn scale(&self) -> f64 {
        (self.true_range() - 2.0 * EDGE) / (LONGEST_RANGE - 2.0 * EDGE)
    }

    /// The new top row after the scroll bar has moved from `from` to `to`; `top` is the previous one.
    pub fn scrolled(&self, top: f64, from: f64, to: f64) -> f64 {
        if to > from && to + NEAR_END >= self.scroll_range() {
            return self.last_top() as f64;
        }
        if !self.is_scaled() || to <= 0.0 {
            return self.top_at(to);
        }
        // Dragging the thumb by one pixel moves at least this far; nothing else moves as far in one event.
        let thumb_step = self.scroll_range() / self.viewport.max(1.0) / 2.0;
        if (to - from).abs() > thumb_step {
            return self.top_at(to);
        }
        (top + (to - from) / self.row_height).clamp(0.0, self.last_top() as f64)
    }

    /// The top row that brings an item into view with the least movement.
    pub fn reveal(&self, top: f64, item: u64) -> f64 {
        let row = item / self.columns;
        let first = top.ceil() as u64;
        let last = top.floor() as u64 + self.visible_rows() - 1;
        if row < first {
            row as f64
        } else if row > last {
            (row + 1 - self.visible_rows()) as f64
        } else {
            top
        }
    }

    /// The top row after the list had another geometry: the same items stay at the top, or the end at the bottom.
    pub fn resized(&self, before: &Self, top: f64) -> f64 {
        let was_at_end = before.last_top() > 0 && top >= before.last_top() as f64;
        let last = self.last_top() as f64;
        if was_at_end && before.size == self.size {
            return last;
        }
        (top * before.columns as f64 / self.columns as f64).clamp(0.0, last)
    }

    /// The top row that shows an item a little below the upper edge, as after a jump.
    pub fn jump(&self, item: u64) -> f64 {
        (item / self.columns).saturating_sub(self.visible_rows() / 4).min(self.last_top()) as f64
    }

    /// The visible items when `top` is the top row, including partly visible rows.
    pub fn visible(&self, top: f64) -> (u64, u64) {
        let first = (top.max(0.0).floor() as u64).min(self.rows().saturating_sub(1));
        let start = first.saturating_mul(self.columns);
        let end = first.saturating_add(self.visible_rows() + 2).saturating_mul(self.columns);
        (start, end.min(self.size))
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
    fn counts_rows() {
        let view = geometry(65536);
        assert_eq!((view.rows(), view.visible_rows(), view.last_top()), (4096, 20, 4076));
        assert_eq!(geometry(17).rows(), 2);
        assert_eq!((geometry(0).rows(), geometry(0).last_top(), geometry(0).visible(0.0)), (0, 0, (0, 0)));
    }

    #[test]
    fn a_small_memory_scrolls_pixel_by_pixel() {
        let view = geometry(65536);
        assert_eq!(view.scroll_range(), 4076.0 * 20.0);
        assert_eq!(view.top_at(30.0), 1.5);
        assert_eq!(view.scrolled(0.0, 0.0, 4000.0), 200.0);
        assert_eq!(view.scrolled(4000.0, 80_000.0, 81_518.0), 4076.0, "two pixels before the end");
        assert_eq!(view.scrolled(4076.0, 81_520.0, 81_518.0), 4075.9, "away from it");
    }

    #[test]
    fn the_whole_bar_covers_the_whole_memory() {
        let view = geometry(4 * GIB);
        assert!(view.scroll_range() <= LONGEST_RANGE);
        assert_eq!(view.top_at(0.0), 0.0);
        assert_eq!(view.top_at(view.scroll_range()), view.last_top() as f64);
        assert_eq!(view.top_at(view.scroll_range() / 2.0).round(), (view.last_top() as f64 / 2.0).round());
    }

    #[test]
    fn the_wheel_moves_single_rows_in_the_middle_of_4_gib() {
        let view = geometry(4 * GIB);
        let top = 100_000_000.0;
        let scroll = view.scroll_at(top);
        assert_eq!(view.scrolled(top, scroll, scroll + 20.0), top + 1.0);
        assert_eq!(view.scrolled(top, scroll, scroll - 60.0), top - 3.0);
        let dragged = view.scrolled(top, scroll, scroll + 100_000.0);
        assert!(dragged > top + 1_000_000.0, "dragging the thumb goes far: {dragged}");
    }

    #[test]
    fn a_jump_and_a_reveal_show_the_address() {
        let view = geometry(65536);
        assert_eq!(view.jump(0), 0.0);
        assert_eq!(view.jump(16 * 100 + 3), 95.0);
        assert_eq!(view.jump(65535), 4076.0);
        assert_eq!(view.reveal(10.0, 16 * 12), 10.0);
        assert_eq!(view.reveal(10.0, 16 * 9), 9.0);
        assert_eq!(view.reveal(10.0, 16 * 30), 11.0);
        assert_eq!(view.reveal(10.5, 16 * 10), 10.0, "a row that is half hidden is brought in");
    }

    #[test]
    fn a_list_that_gets_lower_keeps_its_first_row_or_its_end() {
        let view = geometry(65536);
        let lower = Geometry { viewport: 350.0, ..view };
        assert_eq!(lower.resized(&view, 7.5), 7.5);
        let end = view.last_top() as f64;
        assert_eq!(lower.resized(&view, end), end + 3.0, "the last row would be covered");
        assert_eq!(view.resized(&lower, end + 3.0), end);
        let narrower = Geometry { columns: 8, ..view };
        assert_eq!(narrower.resized(&view, 7.5), 15.0, "the same bytes, in twice as many rows");
        let grown = Geometry { size: 131_072, ..view };
        assert_eq!(grown.resized(&view, end), end, "new bytes do not move the old ones");
        let all = Geometry { size: 320, ..view };
        assert_eq!(Geometry { viewport: 200.0, ..all }.resized(&all, 0.0), 0.0, "all of it was in view");
    }

    proptest! {
        #[test]
        fn every_row_can_be_reached_and_seen(
            size in 1..=4 * GIB,
            wide in any::<bool>(),
            viewport in 10.0..2000.0_f64,
            place in 0.0..=1.0_f64,
        ) {
            let view = Geometry { size, columns: if wide { 16 } else { 8 }, row_height: 20.0, viewport };
            let address = ((size - 1) as f64 * place) as u64;
            for top in [view.jump(address), view.reveal(0.0, address), view.reveal(view.last_top() as f64, address)] {
                prop_assert!(top >= 0.0 && top <= view.last_top() as f64);
                let (start, end) = view.visible(top);
                prop_assert!(start <= address && address < end, "{top}: {start}..{end} has no {address}");
                let scroll = view.scroll_at(top);
                prop_assert!(scroll >= 0.0 && scroll <= view.scroll_range());
            }
        }

        #[test]
        fn bar_and_row_agree(size in 1..=4 * GIB, first in 0.0..=1.0_f64, second in 0.0..=1.0_f64) {
            let view = geometry(size);
            let range = view.scroll_range();
            let (low, high) = (first.min(second) * range, first.max(second) * range);
            prop_assert!(view.top_at(low) <= view.top_at(high));
            for scroll in [low, high] {
                prop_assert!((view.scroll_at(view.top_at(scroll)) - scroll).abs() < 0.01);
            }
        }

        #[test]
        fn a_small_step_moves_by_what_it_says(size in 1..=4 * GIB, place in 0.0..=1.0_f64, rows in -100_i32..100) {
            let view = geometry(size);
            let top = (view.last_top() as f64 * place).round();
            let from = view.scroll_at(top);
            let to = from + f64::from(rows) * view.row_height;
            prop_assume!(to > 0.0 && to < view.scroll_range());
            let expected = (top + f64::from(rows)).clamp(0.0, view.last_top() as f64);
            prop_assert!((view.scrolled(top, from, to) - expected).abs() < 0.01);
        }

        #[test]
        fn visible_rows_are_drawn_in_the_visible_part(size in 1..=4 * GIB, place in 0.0..=1.0_f64) {
            let view = geometry(size);
            let top = view.last_top() as f64 * place;
            let row = top.floor() as u64;
            prop_assert!((view.position(row, top) - (view.scroll_at(top) - (top - row as f64) * 20.0)).abs() < 1e-3);
            prop_assert!((view.position(row + 1, top) - view.position(row, top) - 20.0).abs() < 1e-3);
            // Without scaling, each row has its place, wherever the list is scrolled to.
            if view.scroll_range() < LONGEST_RANGE {
                prop_assert!((view.position(row, top) - row as f64 * 20.0).abs() < 1e-3);
            }
        }
    }
}
