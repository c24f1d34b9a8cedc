//! Finds elements by role and accessible name, and reads them.

use super::{Page, matches_name};
use crate::webdriver::Element;
use serde_json::json;

impl Page {
    /// The visible element with this role and name, if there is one.
    ///
    /// The browser itself computes roles and names. That takes it two questions for each element, and most of the time
    /// of these tests: the selector, and the words of which a name is made, save it from doing so for the whole page.
    pub(super) fn look(&self, role: &str, name: &str) -> Option<Element> {
        self.candidates(role, name).into_iter().find(|element| {
            self.session().role_and_name(element).is_some_and(|(found_role, found_name)| {
                // ARIA 1.3 has `image` for `img`, and browsers have begun to say so.
                let found_role = if found_role.eq_ignore_ascii_case("image") { "img" } else { &found_role };
                found_role.eq_ignore_ascii_case(role) && matches_name(&found_name, name)
            })
        })
    }

    /// What is visible, may have the role, and has all words of the name among what a name can be made of (Accessible Name and
    /// Description Computation 1.2, section 4.3).
    fn candidates(&self, role: &str, name: &str) -> Vec<Element> {
        let words: Vec<&str> =
            name.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let found = self.session().script(CANDIDATES, &[json!(selector(role)), json!(words)]).unwrap_or_default();
        found.as_array().into_iter().flatten().filter_map(Element::from_json).collect()
    }

    /// The text that a region shows; scrolled out of view or not.
    pub(super) fn region_text(&self, name: &str) -> Option<String> {
        let region = self.look("region", name)?;
        self.session().text(&region)
    }

    /// What every `status` element says.
    pub(super) fn status_texts(&self) -> Vec<String> {
        let all = self.session().find_all("[role=status], output");
        // A status for screen readers only has no text that is shown.
        all.iter()
            .filter_map(|element| Some(self.session().property(element, "textContent")?.as_str()?.to_string()))
            .collect()
    }

    /// The editor's text, as far as it is drawn: all of it when it is short.
    pub fn source(&self) -> Option<String> {
        let editor = self.look("textbox", "WebAssembly text").or_else(|| self.look("textbox", "Source"))?;
        let body = "const lines = arguments[0].querySelectorAll('.cm-line'); \
             return [...lines].map((line) => line.textContent).join('\\n');";
        Some(self.session().script(body, &[editor.json()]).ok()?.as_str()?.to_string())
    }

    /// All text that the page shows.
    pub fn text(&self) -> String {
        let body = "return document.body ? document.body.innerText : ''";
        self.session().script(body, &[]).ok().and_then(|text| text.as_str().map(str::to_string)).unwrap_or_default()
    }

    /// The hidden `<input type="file">` that a button opens; scripts cannot see the system's own dialog.
    pub(super) fn file_chooser(&self, picker: &str) -> Option<Element> {
        self.session().find_all(&format!("input[type=file][data-picker={picker}]")).into_iter().next()
    }
}

const CANDIDATES: &str = "
    const [selector, words] = arguments;
    const text = (id) => document.getElementById(id)?.textContent ?? '';
    const sources = (element) => [
        element.getAttribute('aria-label'), element.title, element.placeholder, element.alt, element.value,
        element.textContent, ...[...element.labels ?? []].map((label) => label.textContent),
        ...(element.getAttribute('aria-labelledby') ?? '').split(/\\s+/).map(text),
        ...[...element.querySelectorAll('[aria-label], [title], [alt]')].flatMap(
            (inner) => [inner.getAttribute('aria-label'), inner.title, inner.alt]),
    ].join(' ');
    const isVisible = (element) =>
        element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && element.getClientRects().length > 0;
    return [...document.querySelectorAll(selector)].filter((element) => {
        if (!isVisible(element)) return false;
        const all = sources(element);
        return words.every((word) => all.includes(word));
    });";

/// What may have the role, in the page's own markup.
fn selector(role: &str) -> String {
    let native = match role {
        "button" => "button, summary, input[type=button], input[type=submit]",
        "textbox" => "input:not([type]), input[type=text], input[type=search], textarea, [contenteditable=true]",
        "region" => "section, [role=region]",
        "combobox" => "select, [role=combobox], input[list]",
        "listbox" => "select",
        "link" => "a[href]",
        "status" => "output",
        "heading" => "h1, h2, h3, h4",
        "dialog" => "dialog",
        "radio" => "input[type=radio]",
        "checkbox" => "input[type=checkbox]",
        "treeitem" | "tab" | "tabpanel" | "alert" | "option" => "[role]",
        _ => "*",
    };
    format!("{native}, [role={role}]")
}
