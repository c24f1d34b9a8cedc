//! The examples that the page offers.

use e2e::Page;
use serde_json::Value;

#[test]
fn every_example_opens() {
    let list = std::fs::read(e2e::dist().join("examples/index.json")).expect("the build copies the examples");
    let list: Value = serde_json::from_slice(&list).expect("the list of examples is JSON");
    let page = Page::open();
    for example in list.as_array().expect("it is an array") {
        let title = example["title"].as_str().expect("every example has a title");
        let file = example["file"].as_str().expect("every example has a file");
        page.choose_example(title);
        if let Ok(text) = std::fs::read_to_string(e2e::dist().join("examples").join(file)) {
            page.expect_source(text.lines().next().unwrap_or_default());
        } else {
            // A module is shown with its source.
            page.expect_source("fn main() ->");
        }
        page.expect_enabled("Run");
    }
}
