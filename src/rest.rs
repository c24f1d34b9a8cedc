//! The rest of a program that the release build has split in two (`xtask/module-split`).
//!
//! Code that is first called before the rest is there has it loaded at that moment, and the thread blocks
//! meanwhile. Where it can wait without that, it asks here first.

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// In `static/rest.js`.
    #[wasm_bindgen(js_name = loadRest)]
    fn load_rest_of(first: &JsValue);

    /// In `static/rest.js` too.
    type Rest;
    #[wasm_bindgen(method, getter)]
    fn there(this: &Rest) -> bool;
    #[wasm_bindgen(method, getter)]
    fn asked(this: &Rest) -> bool;
    #[wasm_bindgen(method)]
    fn dismiss(this: &Rest);
    #[wasm_bindgen(method, getter)]
    fn reason(this: &Rest) -> String;
    #[wasm_bindgen(method, getter)]
    fn failed(this: &Rest) -> bool;
    #[wasm_bindgen(method)]
    fn needed(this: &Rest) -> js_sys::Promise;
    #[wasm_bindgen(method)]
    fn retry(this: &Rest) -> js_sys::Promise;
}

/// Has the rest loaded, and returns when it is there. Nothing in the sources calls this: what the build puts in place
/// of a function of the rest does.
#[wasm_bindgen]
pub fn load_rest() {
    load_rest_of(&wasm_bindgen::exports());
}

/// `None` in a build that was not split.
fn rest() -> Option<Rest> {
    let rest = js_sys::Reflect::get(&js_sys::global(), &"wasmoscopeRest".into()).ok()?;
    rest.is_object().then(|| rest.unchecked_into())
}

/// Whether everything is there.
pub fn is_there() -> bool {
    rest().is_none_or(|rest| rest.there())
}

/// Why the last attempt to fetch the rest failed; `None` where none did, or one is made just now.
pub fn failure() -> Option<String> {
    rest().filter(|rest| !rest.there()).map(|rest| rest.reason()).filter(|reason| !reason.is_empty())
}

/// Whether an attempt to fetch the rest has ever failed, and it is not there.
pub fn has_failed() -> bool {
    rest().is_some_and(|rest| !rest.there() && rest.failed())
}

/// Whether something waits for the rest that the user asked for.
pub fn is_asked_for() -> bool {
    rest().is_some_and(|rest| !rest.there() && rest.asked())
}

/// Requests the rest. The event `rest` reports the result.
pub fn ask() {
    if let Some(rest) = rest() {
        let _ = rest.needed();
    }
}

/// Asks for the rest, and goes on when it is there, however long that takes.
#[cfg(feature = "page")]
pub async fn needed() {
    if let Some(rest) = rest() {
        // Resolves in the end, and never rejects.
        let _ = wasm_bindgen_futures::JsFuture::from(rest.needed()).await;
    }
}

/// Tries again to fetch the rest. The event `rest` reports the result.
pub fn retry() {
    if let Some(rest) = rest() {
        let _ = rest.retry();
    }
}

/// What was asked for is not to be heard of again until something else is.
pub fn dismiss() {
    if let Some(rest) = rest() {
        rest.dismiss();
    }
}
