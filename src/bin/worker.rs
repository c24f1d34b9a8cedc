//! The engine's Web Worker.

/// Faster than Rust's own on wasm32 where many small pieces are asked for, as compiling text does.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

#[cfg(target_arch = "wasm32")]
fn main() -> Result<(), wasm_bindgen::JsValue> {
    wasmoscope::worker::browser::start()
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("this program is the page's Web Worker: build it with `trunk build`");
    std::process::exit(2);
}
