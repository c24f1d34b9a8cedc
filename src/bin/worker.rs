//! The engine's Web Worker.

#[cfg(target_arch = "wasm32")]
fn main() -> Result<(), wasm_bindgen::JsValue> {
    wasmoscope::worker::browser::start()
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("this program is the page's Web Worker: build it with `trunk build`");
    std::process::exit(2);
}
