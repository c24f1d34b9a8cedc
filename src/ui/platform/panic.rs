//! What the user sees when the page itself fails.

use std::panic::PanicHookInfo;

use super::dom;

/// Reports a panic in the console and, once, in the page, because the page no longer responds.
pub fn set_hook() {
    // Through Yew, which would otherwise install a hook of its own when it first renders.
    yew::set_custom_panic_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        show(info);
    }));
}

fn show(info: &PanicHookInfo<'_>) {
    const ID: &str = "page-fault";
    let document = dom::document();
    let (Some(body), None) = (document.body(), document.get_element_by_id(ID)) else { return };
    let (Ok(banner), Ok(link)) = (document.create_element("div"), document.create_element("a")) else { return };
    let place = info.location().map(|place| format!(" ({}:{})", place.file(), place.line())).unwrap_or_default();
    banner.set_id(ID);
    // A link, because the page's code no longer runs. The fragment is left out: it may be the cause.
    let here = dom::window().location().pathname().unwrap_or_default();
    let attributes =
        [(&banner, "class", "fault-banner-body page-fault"), (&banner, "role", "alert"), (&link, "href", &*here)];
    for (element, name, value) in attributes {
        // These names are valid, so this cannot fail.
        let _ = element.set_attribute(name, value);
    }
    // The page's saving state (`source_tools`) can still be read. Unsaved changes are in the journal.
    let work = match document.query_selector("[data-saving=failed]") {
        Ok(Some(_)) => "Your last changes are not saved: copy your text before you reload.",
        _ => "Your work is saved in this browser.",
    };
    banner.set_text_content(Some(&format!("Wasmoscope has crashed{place}. {work} ")));
    link.set_text_content(Some("Reload the page"));
    let _ = banner.append_child(&link);
    let _ = body.append_child(&banner);
}
