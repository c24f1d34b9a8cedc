//! When an element's size changes.

use wasm_bindgen::prelude::*;
use web_sys::{Element, ResizeObserver};
use yew::prelude::*;

/// Calls back when the element has a size for the first time and whenever it has another: also when its panel is shown
/// after it was hidden. The first callback that is given is the one that is called.
#[hook]
pub fn use_resized(element: &NodeRef, resized: impl Fn() + 'static) {
    let element = element.clone();
    use_effect_with((), move |()| {
        let observer = element.cast::<Element>().and_then(|element| {
            let on_resize = Closure::<dyn FnMut()>::new(resized);
            let observer = ResizeObserver::new(on_resize.as_ref().unchecked_ref()).ok()?;
            observer.observe(&element);
            Some((observer, on_resize))
        });
        move || {
            if let Some((observer, _on_resize)) = &observer {
                observer.disconnect();
            }
        }
    });
}
