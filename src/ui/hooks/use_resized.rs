//! Reports changes of an element's size.

use wasm_bindgen::prelude::*;
use web_sys::{Element, ResizeObserver};
use yew::prelude::*;

/// Calls back when the element first gets a size and whenever its size changes, also when its panel is shown after it
/// was hidden. Only the first `resized` passed is ever called.
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
