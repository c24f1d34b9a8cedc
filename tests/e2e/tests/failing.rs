//! When the page itself fails.

use e2e::{Page, key};

#[test]
fn a_page_failure_is_reported_and_loses_nothing() {
    let mut page = Page::open();
    page.allow_error("panicked");
    page.allow_error("unreachable");
    page.allow_error("failed.rs");
    // The editor looks at the root element too, if it happens to measure itself while there seems to be none.
    page.allow_error("(reading 'scrollHeight')");
    page.set_source("(module (func (export \"main\") (result i32) i32.const 5))");
    page.focus_editor();
    page.chord(key::CONTROL, key::END);
    page.type_text(";; kept");
    // Every document has a root element; a page that is told otherwise cannot go on.
    let lie = "Object.defineProperty(document, 'documentElement', { configurable: true, get: () => null });";
    page.session().script(lie, &[]).expect("a property can be hidden");
    page.session().script("document.querySelector('[aria-label^=Theme]').click()", &[]).expect("it can be pressed");
    let banner = "const banner = document.getElementById('page-fault'); \
         return Boolean(banner && banner.getAttribute('role') === 'alert' && banner.offsetHeight > 0 \
           && banner.textContent.includes('Wasmoscope has crashed (') \
           && banner.textContent.includes('is saved in this browser'));";
    page.expect_script("the failure is told", banner);
    page.session().script("delete document.documentElement", &[]).expect("it can be shown again");
    page.click("link", "Reload the page");
    page.expect_script("the page is new", "return !document.getElementById('page-fault')");
    page.wait_until_ready();
    page.expect_source(";; kept");
}
