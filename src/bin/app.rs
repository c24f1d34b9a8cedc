//! The page's entry point.

#[cfg(target_arch = "wasm32")]
fn main() {
    wasmoscope::ui::app::mount();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("this is the page's program: build it for wasm32-unknown-unknown with `cargo xtask serve`");
}
