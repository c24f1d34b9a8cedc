//! What every list of rows shares of which only those in view are drawn: bytes, calls, files.
//!
//! [`Geometry`] computes which rows are in view; this connects it to the scroll bar and to the size of the page. The
//! list's element scrolls and contains one as long as the geometry's range; beside it is a `.row-measure`, an invisible
//! character in the font and with the height of a row.

use std::cell::Cell;
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement, ResizeObserver};
use yew::prelude::*;

use crate::ui::selectors::rows::Geometry;

/// How long after the last movement the scroll bar is corrected, in milliseconds.
const SETTLED: u32 = 150;

/// Measurements of the rendered page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Measures {
    /// How many characters fit side by side.
    pub letters: f64,
    pub row_height: f64,
    pub viewport: f64,
}

/// Scrolls the view and keeps the scroll bar in sync.
#[derive(Clone)]
pub(super) struct Mover {
    pub geometry: Geometry,
    top: UseStateHandle<f64>,
    scroller: NodeRef,
    bar: Rc<Bar>,
}

/// The scroll bar's state: its last position, and the timer that corrects it.
#[derive(Default)]
struct Bar {
    top: Cell<f64>,
    scroll: Cell<f64>,
    /// The geometry that `top` refers to.
    geometry: Cell<Option<Geometry>>,
    settle: Cell<Option<Timeout>>,
    revealed: Cell<Option<u64>>,
}

/// `top` is the top row, with a fraction.
#[hook]
pub(super) fn use_mover(scroller: &NodeRef, geometry: &Geometry, top: &UseStateHandle<f64>) -> Mover {
    let bar = use_memo((), |()| Bar::default());
    Mover { geometry: *geometry, top: top.clone(), scroller: scroller.clone(), bar }
}

impl Mover {
    /// Scrolls this row to the top.
    pub fn go(&self, top: f64) {
        let top = top.clamp(0.0, self.geometry.last_top() as f64);
        self.bar.settle.take();
        self.bar.top.set(top);
        self.top.set(top);
        put_bar(&self.scroller, &self.geometry, &self.bar);
    }

    /// Scrolls an item a little below the upper edge.
    pub fn jump(&self, item: u64) {
        self.bar.revealed.set(None);
        self.go(self.geometry.jump(item));
    }

    /// Scrolls an item into view; it stays there when the view gets smaller, until the user scrolls.
    pub fn reveal(&self, item: u64) {
        self.bar.revealed.set(Some(item));
        self.reveal_again();
    }

    /// Scrolls the item that was revealed last into view, if the user has not scrolled since.
    fn reveal_again(&self) {
        let Some(item) = self.bar.revealed.get() else { return };
        let top = self.bar.top.get();
        let revealed = self.geometry.reveal(top, item);
        if revealed != top {
            self.go(revealed);
        }
    }

    /// The top row.
    pub fn top(&self) -> f64 {
        self.bar.top.get()
    }

    /// The geometry has changed: the same items stay at the top, or the end at the bottom, and what was revealed stays
    /// in view.
    pub fn resized(&self) {
        let before = self.bar.geometry.replace(Some(self.geometry));
        self.go(before.map_or(0.0, |before| self.geometry.resized(&before, self.bar.top.get())));
        self.reveal_again();
    }

    /// The browser has moved the scroll bar; returns whether the user did that.
    pub fn scrolled(&self) -> bool {
        let Some(element) = self.scroller.cast::<Element>() else { return false };
        let to = f64::from(element.scroll_top());
        let from = self.bar.scroll.replace(to);
        // The page moved it, or the browser had to, because the list has another size, which `resized` handles: there
        // is nothing to follow.
        let is_resized = (f64::from(element.client_height()) - self.geometry.viewport).abs() >= 1.0;
        if is_resized || (to - from).abs() < 1.0 {
            return false;
        }
        let before = self.bar.top.get();
        let top = self.geometry.scrolled(before, from, to);
        // A change of the text's size moves the bar, too, but not by much.
        if (top - before).abs() >= 1.0 {
            self.bar.revealed.set(None);
        }
        self.bar.top.set(top);
        self.top.set(top);
        let (scroller, geometry, bar) = (self.scroller.clone(), self.geometry, self.bar.clone());
        self.bar.settle.set(Some(Timeout::new(SETTLED, move || put_bar(&scroller, &geometry, &bar))));
        true
    }
}

fn put_bar(scroller: &NodeRef, geometry: &Geometry, bar: &Bar) {
    let Some(element) = scroller.cast::<Element>() else { return };
    let scroll = geometry.scroll_at(bar.top.get()).round();
    if (f64::from(element.scroll_top()) - scroll).abs() >= 1.0 {
        element.set_scroll_top(scroll as i32);
    }
    bar.scroll.set(f64::from(element.scroll_top()));
}

/// Measures the visible part, a row, and how many characters of the `.row-measure` font fit side by side.
#[hook]
pub(super) fn use_measures(scroller: &NodeRef) -> Measures {
    let measures = use_state_eq(|| Measures { letters: 80.0, row_height: 20.0, viewport: 400.0 });
    {
        let (scroller, measures) = (scroller.clone(), measures.setter());
        use_effect_with((), move |()| {
            let observer = scroller.cast::<HtmlElement>().and_then(|element| {
                let measured = element.clone();
                let on_resize = Closure::<dyn FnMut()>::new(move || {
                    if let Some(found) = measure(&measured) {
                        measures.set(found);
                    }
                });
                let observer = ResizeObserver::new(on_resize.as_ref().unchecked_ref()).ok()?;
                observer.observe(&element);
                // The font size may change while the panel's size does not.
                if let Some(probe) = probe_of(&element) {
                    observer.observe(&probe);
                }
                Some((observer, on_resize))
            });
            move || {
                if let Some((observer, _on_resize)) = &observer {
                    observer.disconnect();
                }
            }
        });
    }
    *measures
}

fn probe_of(scroller: &HtmlElement) -> Option<Element> {
    scroller.parent_element()?.query_selector(".row-measure").ok()?
}

fn measure(scroller: &HtmlElement) -> Option<Measures> {
    let probe = probe_of(scroller)?.get_bounding_client_rect();
    let viewport = f64::from(scroller.client_height());
    // A hidden panel has no size; the earlier measurements are still right.
    if probe.height() < 1.0 || viewport < 1.0 {
        return None;
    }
    let letters = f64::from(scroller.client_width()) / probe.width().max(1.0);
    Some(Measures { letters, row_height: probe.height(), viewport })
}
