//! The specification's scripts, run by the copy on the browser's engine: each has the report that wasmi gives. Run by
//! `wasm-pack test`; `cargo xtask suite` writes the scripts to where the tests' server finds them.
#![cfg(target_arch = "wasm32")]

use std::collections::BTreeMap;

use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use wasmoscope::engine::reversible::executor::js::JsEngine;
use wasmoscope::engine::script::{self, Copies};
use web_sys::{DedicatedWorkerGlobalScope, Response};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

/// What the native test says of the same scripts on wasmi.
const ON_WASMI: &str = include_str!("cases/wast/copies.snap");

async fn scripts() -> BTreeMap<String, String> {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let address = format!("{}/generated/suite.json", scope.location().origin());
    let response = JsFuture::from(scope.fetch_with_str(&address)).await.expect("the server answers");
    let response: Response = response.unchecked_into();
    assert!(response.ok(), "there is no {address}: write it with `cargo xtask suite`");
    let text = JsFuture::from(response.text().expect("a body")).await.expect("a body of text");
    serde_json::from_str(&text.as_string().expect("text is a string")).expect("names and texts")
}

#[wasm_bindgen_test]
async fn the_specification_s_scripts() {
    let expected: BTreeMap<&str, &str> = ON_WASMI.lines().filter_map(|line| line.split_once(": ")).collect();
    let mut seen = 0;
    for (name, text) in scripts().await {
        let report = script::run(&text, &mut Copies::new(JsEngine)).unwrap_or_else(|error| panic!("{name}: {error}"));
        let told = format!("{} passed, {} failed", report.passed, report.failed.len());
        let wanted = expected.get(name.as_str()).copied();
        assert_eq!(Some(told.as_str()), wanted, "{}", report.describe(&name));
        seen += 1;
    }
    assert!(seen > 200, "only {seen} scripts");
}
