//! The rest of a program that the release build has split in two (`xtask/src/split`): loaded when it is first called.

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// In `static/rest.js`.
    #[wasm_bindgen(js_name = loadRest)]
    fn load_rest_of(first: &JsValue);
}

/// Has the rest loaded, and returns when it is there. Nothing in the sources calls this: what the build puts in place
/// of a function of the rest does.
#[wasm_bindgen]
pub fn load_rest() {
    load_rest_of(&wasm_bindgen::exports());
}
