//! Makes every call of WASI preview1, with success and with each error it can give, and prints what it answers.
//!
//! `suite [SECTION...]` goes through the sections, or through all but those of [`ALONE`], and ends with a line that
//! counts the answers that were as expected. `suite args ... -- WORD...` prints the words too.
//! `suite exit N`, `suite trap` and `suite panic` end in that way.

#[cfg(target_os = "wasi")]
mod report;
#[cfg(target_os = "wasi")]
mod sections;
#[cfg(target_os = "wasi")]
mod system;

#[cfg(target_os = "wasi")]
fn main() -> std::process::ExitCode {
    sections::main()
}

#[cfg(not(target_os = "wasi"))]
fn main() {
    eprintln!("the suite is about WASI: build it for wasm32-wasip1");
}
