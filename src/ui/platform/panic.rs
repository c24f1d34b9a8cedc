//! What the user sees when the page itself fails.

use std::panic::PanicHookInfo;

use super::dom;

/// Tells of a panic in the console and, once, in the page: what is on the screen no longer answers.
pub fn set_hook() {
    // Through Yew: it would put a hook of its own over any other when it begins to draw.
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
    // A link, because no code of this page runs any more. The fragment is left out: it may be what failed.
    let here = dom::window().location().pathname().unwrap_or_default();
    let attributes =
        [(&banner, "class", "fault-banner-body page-fault"), (&banner, "role", "alert"), (&link, "href", &*here)];
    for (element, name, value) in attributes {
        // These names are valid, so this cannot fail.
        let _ = element.set_attribute(name, value);
    }
    // What the page shows of its project (`source_tools`) can still be read. A change that is yet to be saved is in the
    // journal.
    let work = match document.query_selector("[data-saving=failed]") {
        Ok(Some(_)) => "Your last changes are not saved: copy your text before you reload.",
        _ => "Your work is saved in this browser.",
    };
    banner.set_text_content(Some(&format!("Wasmoscope has crashed{place}. {work} ")));
    link.set_text_content(Some("Reload the page"));
    let _ = banner.append_child(&link);
    let _ = body.append_child(&banner);
}
