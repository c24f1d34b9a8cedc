//! The page as a user sees it: the interface that end-to-end tests are written with.

mod look;

use crate::webdriver::{Element, Failure, Session};
use crate::{Browser, Options, Server, dist, root};
use base64::Engine;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long a condition may take to become true. Far more than on a slow machine: it only ends failing tests.
const PATIENCE: Duration = Duration::from_secs(20);

/// Where a text begins in the editor: its first letter's place on the screen.
const PLACE_OF: &str = "
    const wanted = arguments[0];
    for (const line of document.querySelectorAll('.cm-line')) {
        const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT, (node) =>
            node.parentElement.closest('.cm-debug-value') ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
        const nodes = [];
        while (walker.nextNode()) nodes.push(walker.currentNode);
        let at = nodes.map((node) => node.data).join('').indexOf(wanted);
        if (at < 0) continue;
        for (const node of nodes) {
            if (at < node.data.length) {
                const range = document.createRange();
                range.setStart(node, at);
                range.setEnd(node, at + 1);
                const box = range.getBoundingClientRect();
                return { x: box.left + 2, y: box.top + box.height / 2 };
            }
            at -= node.data.length;
        }
    }
    return {};
";

/// Keys without a character of their own, as WebDriver codes them.
pub mod key {
    pub const ENTER: char = '\u{e007}';
    pub const TAB: char = '\u{e004}';
    pub const SHIFT: char = '\u{e008}';
    pub const CONTROL: char = '\u{e009}';
    pub const ESCAPE: char = '\u{e00c}';
    pub const BACKSPACE: char = '\u{e003}';
    pub const END: char = '\u{e010}';
    pub const HOME: char = '\u{e011}';
    pub const DOWN: char = '\u{e015}';
    pub const DELETE: char = '\u{e017}';
    pub const ALT: char = '\u{e00a}';
    pub const F5: char = '\u{e035}';
    pub const F6: char = '\u{e036}';
    pub const F7: char = '\u{e037}';
    pub const F9: char = '\u{e039}';
    pub const F11: char = '\u{e03b}';
}

/// The page in a browser, and the host that it comes from.
pub struct Page {
    browser: Browser,
    server: Server,
    /// Parts of logged errors that the test has provoked on purpose.
    allowed: Vec<String>,
}

impl Page {
    /// The page, opened for the first time.
    pub fn open() -> Self {
        Self::open_with(Options::default())
    }

    /// The page on a screen of this size.
    pub fn open_at_size(width: u32, height: u32) -> Self {
        Self::open_with(Options { width, height, ..Options::default() })
    }

    pub fn open_with(options: Options) -> Self {
        let page = Self::unopened(options);
        page.browser.resize(options.width, options.height);
        page.browser.prefer_dark(options.dark);
        page.visit("/");
        page.wait_until_ready();
        page
    }

    /// The page at a place on its host: a path, a fragment.
    pub fn open_at(place: &str) -> Self {
        let page = Self::unopened(Options::default());
        page.visit(place);
        page.wait_until_ready();
        page
    }

    /// A browser and a host that have not met yet.
    pub fn unopened(options: Options) -> Self {
        Self { browser: Browser::with(options), server: crate::host(&dist()), allowed: Vec::new() }
    }

    /// Goes to a place on the page's host.
    pub fn visit(&self, place: &str) {
        self.session().go(&format!("{}{place}", self.server.origin()));
    }

    /// Loads the page again, as after F5.
    pub fn reload(&self) {
        self.session().post("refresh", &json!({})).expect("a page can be loaded again");
        self.wait_until_ready();
    }

    /// The address in the address bar.
    pub fn url(&self) -> String {
        self.session().get("url").ok().and_then(|url| url.as_str().map(str::to_string)).unwrap_or_default()
    }

    pub fn server(&self) -> &Server {
        &self.server
    }

    pub fn session(&self) -> &Session {
        &self.browser.session
    }

    pub fn browser(&self) -> &Browser {
        &self.browser
    }

    /// From here on, a logged error that contains `part` is expected by the test.
    pub fn allow_error(&mut self, part: &str) {
        self.allowed.push(part.to_string());
    }

    /// Waits until the page can be used: its editor is there.
    pub fn wait_until_ready(&self) {
        self.wait_for("there is an editor", || {
            self.look("textbox", "WebAssembly text").or_else(|| self.look("textbox", "Source"))
        });
        self.element("button", "Run");
    }

    // What a user does.

    /// Clicks a button.
    pub fn press(&self, name: &str) {
        self.click("button", name);
    }

    /// Clicks what has this role and name.
    pub fn click(&self, role: &str, name: &str) {
        self.try_until(&format!("{role} `{name}` can be clicked"), || {
            let element = self.look(role, name).ok_or("it is not there")?;
            if !self.session().is_enabled(&element) {
                return Err("it is disabled".to_string());
            }
            self.session().click(&element).map_err(|failure| failure.to_string())
        });
    }

    /// Types into a text field, replacing its contents, as a user does: by selecting everything and typing over it.
    /// WebDriver's own command to clear a field does not inform the page, which may render the old text again.
    pub fn fill(&self, name: &str, text: &str) {
        self.try_until(&format!("text box `{name}` can be typed into"), || {
            let element = self.look("textbox", name).ok_or("it is not there")?;
            let failed = |failure: Failure| failure.to_string();
            // The keys go to the focused element: Firefox does not support Control when sending keys to an element.
            self.session().script("arguments[0].focus()", &[element.json()]).map_err(failed)?;
            self.session().chord(&[key::CONTROL], 'a').map_err(failed)?;
            let letters = text.chars().map(|letter| if letter == '\n' { key::ENTER } else { letter });
            let over = if text.is_empty() { vec![key::BACKSPACE] } else { letters.collect() };
            self.session().keys(over).map_err(failed)
        });
    }

    /// Empties a text box as a user does: everything is selected and deleted.
    pub fn clear(&self, name: &str) {
        self.click("textbox", name);
        self.chord(key::CONTROL, 'a');
        self.hit(key::BACKSPACE);
    }

    /// Sends a line of standard input.
    pub fn answer(&self, line: &str) {
        self.fill("Standard input", line);
        self.hit(key::ENTER);
    }

    /// Presses one key, wherever the keyboard is.
    pub fn hit(&self, key: char) {
        self.session().keys([key]).expect("keys can be pressed");
    }

    /// Types on the keyboard, wherever it is.
    pub fn type_text(&self, text: &str) {
        let keys = text.chars().map(|letter| if letter == '\n' { key::ENTER } else { letter });
        self.session().keys(keys).expect("keys can be pressed");
    }

    /// Presses a key while another is held.
    pub fn chord(&self, held: char, key: char) {
        self.session().chord(&[held], key).expect("keys can be pressed");
    }

    /// Presses a key while several are held.
    pub fn chord_of(&self, held: &[char], key: char) {
        self.session().chord(held, key).expect("keys can be pressed");
    }

    /// Moves the mouse to the first letter of `text` in the editor.
    pub fn point_at(&self, text: &str) {
        // Start from elsewhere: otherwise, there is no movement if the mouse is already there.
        self.session().move_mouse(1.0, 1.0).expect("the mouse can be moved");
        self.try_until(&format!("{text:?} in the editor can be pointed at"), || {
            let found = self.session().script(PLACE_OF, &[json!(text)]).map_err(|failure| failure.to_string())?;
            let at = |name: &str| found.get(name).and_then(Value::as_f64).ok_or("it is not in the editor");
            self.session().move_mouse(at("x")?, at("y")?).map_err(|failure| failure.to_string())
        });
    }

    /// Puts the editor's cursor before `text`, by clicking there.
    pub fn put_cursor(&self, text: &str) {
        self.point_at(text);
        self.session().press_mouse().expect("the mouse can be pressed");
    }

    /// Puts the keyboard into the editor.
    pub fn focus_editor(&self) {
        self.click("textbox", "WebAssembly text");
    }

    /// Replaces the editor's text, by selecting all and pasting.
    pub fn set_source(&self, text: &str) {
        self.focus_editor();
        self.chord(key::CONTROL, 'a');
        // Chromium takes the event's data as `clipboardData`, Firefox as `dataType` and `data`.
        let paste = "const data = new DataTransfer(); data.setData('text/plain', arguments[0]); \
             document.activeElement.dispatchEvent(new ClipboardEvent('paste', \
             { clipboardData: data, dataType: 'text/plain', data: arguments[0], bubbles: true, cancelable: true }));";
        self.session().script(paste, &[json!(text)]).expect("text can be pasted");
    }

    /// Chooses in the combo box of examples, and waits until the example has been opened.
    pub fn choose_example(&self, title: &str) {
        self.press("Examples");
        self.press(title);
        let named = serde_json::json!(format!("Projects: {title}"));
        self.expect_script(
            &format!("the example `{title}` is open"),
            &format!(
                "const projects = document.querySelector('[aria-label^=\"Projects: \"]');
                 return !projects || projects.getAttribute('aria-label').startsWith({named})"
            ),
        );
    }

    /// Chooses an option of a combo box, or of a list box of this name.
    pub fn choose(&self, name: &str, option: &str) {
        self.try_until(&format!("`{option}` can be chosen under `{name}`"), || {
            let list = self.look("combobox", name).or_else(|| self.look("listbox", name)).ok_or("it is not there")?;
            let pick = "const option = [...arguments[0].options].find((o) => o.text.trim() === arguments[1]); \
                 return option || null;";
            let found = self.session().script(pick, &[list.json(), json!(option)]).map_err(|f| f.to_string())?;
            let option = Element::from_json(&found).ok_or("it has no such option")?;
            self.session().click(&option).map_err(|failure| failure.to_string())
        });
    }

    /// Gives files to the file chooser: `open` for a program, `files` for the project's files.
    pub fn upload(&self, picker: &str, files: &[&Path]) {
        let chooser = self.wait_for(&format!("there is a file chooser `{picker}`"), || self.file_chooser(picker));
        let paths = files.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join("\n");
        self.session().send_keys(&chooser, &paths).expect("a file chooser takes files");
    }

    /// Drags a file or folder from outside the browser onto an element, as a user's hand does: only in Chromium, whose
    /// DevTools can.
    pub fn drop_on(&self, selector: &str, path: &Path) {
        let middle = "const box = document.querySelector(arguments[0]).getBoundingClientRect(); \
             return [box.x + box.width / 2, box.y + box.height / 2];";
        let middle = self.session().script(middle, &[json!(selector)]).expect("the element is there");
        let data = json!({ "items": [], "files": [path], "dragOperationsMask": 1 });
        for kind in ["dragEnter", "dragOver", "drop"] {
            let event = json!({ "type": kind, "x": middle[0], "y": middle[1], "data": data });
            self.session().devtools("Input.dispatchDragEvent", &event).expect("it can be dragged");
        }
    }

    /// What was downloaded under this name, once it is there whole.
    pub fn downloaded(&self, name: &str) -> Vec<u8> {
        let path = self.browser.downloads().join(name);
        self.wait_for(&format!("{name} is downloaded"), || {
            // Chromium writes under another name and renames at the end.
            fs::read(&path).ok()
        })
    }

    /// The link that Share shows, once it is there.
    pub fn shared_link(&self) -> String {
        self.wait_for("Share shows a link", || Some(self.value("Link")).filter(|link| link.contains('#')))
    }

    // What a user sees.

    /// Waits until the region's text contains `text`.
    pub fn expect_in(&self, region: &str, text: &str) {
        self.try_until(&format!("region `{region}` shows {text:?}"), || {
            let shown = self.region_text(region).ok_or("the region is not there")?;
            if shown.contains(text) { Ok(()) } else { Err(format!("it shows {shown:?}")) }
        });
    }

    /// Waits until the region's text no longer contains `text`.
    pub fn expect_not_in(&self, region: &str, text: &str) {
        self.try_until(&format!("region `{region}` does not show {text:?}"), || {
            let shown = self.region_text(region).unwrap_or_default();
            if shown.contains(text) { Err(format!("it shows {shown:?}")) } else { Ok(()) }
        });
    }

    pub fn expect_console(&self, text: &str) {
        self.expect_in("Console", text);
    }

    pub fn expect_problem(&self, text: &str) {
        self.expect_in("Problems", text);
    }

    /// Waits until one of the `status` elements says `text`.
    pub fn expect_status(&self, text: &str) {
        self.try_until(&format!("the status says {text:?}"), || {
            let all = self.status_texts();
            if all.iter().any(|status| status.contains(text)) { Ok(()) } else { Err(format!("it says {all:?}")) }
        });
    }

    /// Waits until a text box has this value.
    pub fn expect_value(&self, name: &str, value: &str) {
        self.try_until(&format!("{name} is {value:?}"), || {
            let found = self.value(name);
            if found == value { Ok(()) } else { Err(format!("it is {found:?}")) }
        });
    }

    /// Waits until the line that is marked as the next in the editor has `text` in it.
    pub fn expect_next_line(&self, text: &str) {
        let next = "return document.querySelector('.cm-debug-current-line')?.textContent ?? ''";
        self.try_until(&format!("the next line has {text:?}"), || match self.session().script(next, &[]) {
            Ok(Value::String(line)) if line.contains(text) => Ok(()),
            other => Err(format!("it is {other:?}")),
        });
    }

    /// Waits until the editor holds `text` somewhere.
    pub fn expect_source(&self, text: &str) {
        self.try_until(&format!("the editor shows {text:?}"), || {
            let shown = self.source().ok_or("there is no editor")?;
            if shown.contains(text) { Ok(()) } else { Err(format!("it shows {shown:?}")) }
        });
    }

    /// Whether an element with this role and name is shown now.
    pub fn shows(&self, role: &str, name: &str) -> bool {
        self.look(role, name).is_some()
    }

    /// Waits until an element with this role and name is shown.
    pub fn expect(&self, role: &str, name: &str) {
        self.element(role, name);
    }

    /// Waits until no element with this role and name is shown.
    pub fn expect_no(&self, role: &str, name: &str) {
        self.wait_for(&format!("there is no {role} `{name}`"), || self.look(role, name).is_none().then_some(()));
    }

    /// Waits until a button can be pressed.
    pub fn expect_enabled(&self, name: &str) {
        self.wait_for(&format!("button `{name}` is enabled"), || {
            let button = self.look("button", name)?;
            self.session().is_enabled(&button).then_some(())
        });
    }

    /// Waits until the page's whole text contains `text`.
    pub fn expect_text(&self, text: &str) {
        self.try_until(&format!("the page shows {text:?}"), || {
            let shown = self.text();
            if shown.contains(text) { Ok(()) } else { Err(format!("it shows {shown:?}")) }
        });
    }

    /// The value that is in a text box.
    pub fn value(&self, name: &str) -> String {
        let element = self.element("textbox", name);
        self.session()
            .property(&element, "value")
            .and_then(|value| value.as_str().map(str::to_string))
            .unwrap_or_default()
    }

    /// Presses Tab until what has this role and name has the keyboard.
    pub fn tab_to(&self, role: &str, name: &str) {
        const MOST: usize = 120;
        let mut passed = Vec::new();
        for _ in 0..MOST {
            let here = self.session().active().and_then(|element| self.session().role_and_name(&element));
            if let Some((found_role, found_name)) = here {
                if found_role == role && matches_name(&found_name, name) {
                    return;
                }
                passed.push(format!("{found_role} `{found_name}`"));
            }
            self.hit(key::TAB);
        }
        panic!("Tab did not reach {role} `{name}`; it passed {}", passed.join(", "));
    }

    /// Waits for something that a script computes to be true.
    pub fn expect_script(&self, what: &str, body: &str) {
        self.try_until(what, || match self.session().script(body, &[]) {
            Ok(Value::Bool(true)) => Ok(()),
            other => Err(format!("{other:?}")),
        });
    }

    /// Fails the test if there was an error so far; this is also checked at its end.
    pub fn check_behaviour(&self) {
        let misdeeds = self.browser.misdeeds(&self.server.origin());
        let unforgiven: Vec<_> =
            misdeeds.iter().filter(|misdeed| !self.allowed.iter().any(|part| misdeed.contains(part))).collect();
        assert!(unforgiven.is_empty(), "the page misbehaved: {unforgiven:#?}");
        // The panels scroll; if the window does, something in them does not scroll with them.
        let overflow = "const window = document.scrollingElement;
            return document.querySelector('.page') ? [window.scrollHeight - window.clientHeight, window.scrollWidth - window.clientWidth] : [0, 0]";
        if let Ok(overflow) = self.session().script(overflow, &[]) {
            assert_eq!(overflow, serde_json::json!([0, 0]), "the window scrolls by so many pixels, down and sideways");
        }
    }

    /// Saves a screenshot of the page.
    pub fn picture(&self, path: &Path) {
        let png = self.screenshot();
        if !png.is_empty() {
            fs::create_dir_all(path.parent().unwrap_or(path)).expect("the folder for pictures can be made");
            fs::write(path, png).expect("a picture can be written");
        }
    }

    /// What can be seen of the page, as a PNG; empty if the browser does not say.
    pub fn screenshot(&self) -> Vec<u8> {
        let png = self.session().screenshot().unwrap_or_default();
        base64::prelude::BASE64_STANDARD.decode(png).expect("WebDriver sends base64")
    }

    // Waiting.

    fn element(&self, role: &str, name: &str) -> Element {
        self.wait_for(&format!("there is a {role} `{name}`"), || self.look(role, name))
    }

    fn wait_for<T>(&self, what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
        self.try_until(what, || condition().ok_or_else(String::new))
    }

    /// Retries until it succeeds; on timeout, panics with the last reason and the state of the page.
    fn try_until<T>(&self, what: &str, mut attempt: impl FnMut() -> Result<T, String>) -> T {
        let started = Instant::now();
        loop {
            match attempt() {
                Ok(value) => return value,
                Err(reason) if started.elapsed() > PATIENCE => {
                    let text = self.text();
                    panic!("waited {} s, but not so: {what}. {reason}\nthe page:\n{text}", PATIENCE.as_secs());
                }
                // A pause between attempts, not a wait for something to happen.
                Err(_) => std::thread::sleep(Duration::from_millis(20)),
            }
        }
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.check_behaviour();
            return;
        }
        let thread = std::thread::current();
        let path: PathBuf =
            root().join("target/e2e").join(format!("{}.png", thread.name().unwrap_or("journey").replace("::", "-")));
        self.picture(&path);
        eprintln!("a picture of the page is in {}", path.display());
        for misdeed in self.browser.misdeeds(&self.server.origin()) {
            eprintln!("{misdeed}");
        }
    }
}

/// Whether an element's accessible name is the one looked for, or begins with it and goes on to say more about it:
/// `report.txt, file, 1 KiB`, `Which: a local`.
fn matches_name(found: &str, wanted: &str) -> bool {
    found.strip_prefix(wanted).is_some_and(|rest| rest.is_empty() || rest.trim_start().starts_with([',', ':', '(']))
}
