//! A headless browser with a profile of its own.

use crate::bidi::Bidi;
use crate::webdriver::Session;
use serde_json::{Value, json};
use std::path::Path;
use tempfile::TempDir;

/// End-to-end tests that run in Chromium only, with the reason. Each begins with `if skipped() { return; }`.
const CHROMIUM_ONLY: &[(&str, &str)] = &[
    (
        "a_dropped_folder_goes_into_the_tree_with_all_it_holds",
        "neither WebDriver nor BiDi can drag files into the window from outside; DevTools can",
    ),
    (
        "a_dropped_folder_waits_for_the_rest_with_all_it_holds",
        "neither WebDriver nor BiDi can drag files into the window from outside; DevTools can",
    ),
    ("a_full_storage_reports_its_usage_and_what_to_do", "only DevTools can make a page's storage small"),
    ("a_key_shows_the_value_at_the_cursor", TAB_LEAVES),
    ("a_program_is_written_and_run_by_keyboard_alone", TAB_LEAVES),
    (
        "what_was_typed_before_a_crash_comes_back_although_the_clock_was_set_back",
        "once a process that shows a tab has been killed, no tab loads a page for geckodriver",
    ),
    (
        "several_project_files_are_opened_as_projects",
        "only one of several files reaches the page; not investigated yet",
    ),
];

const TAB_LEAVES: &str =
    "behind the page's last control, Tab goes on to Firefox's own buttons, which WebDriver cannot see";

/// A browser that the end-to-end tests know how to start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Chromium,
    Firefox,
}

impl Kind {
    /// The browser named by the environment variable `E2E_BROWSER`; Chromium if it is not set.
    ///
    /// # Panics
    /// If it names no known browser.
    pub fn chosen() -> Self {
        match std::env::var("E2E_BROWSER").as_deref() {
            Err(_) | Ok("" | "chromium") => Self::Chromium,
            Ok("firefox") => Self::Firefox,
            Ok(other) => panic!("E2E_BROWSER is {other:?}; it can be `chromium` or `firefox`"),
        }
    }
}

/// Whether the chosen browser cannot do what the calling test needs.
///
/// # Panics
/// If the test is not in the list with the reasons.
pub fn skipped() -> bool {
    let thread = std::thread::current();
    let name = thread.name().unwrap_or_default();
    let (_, reason) = CHROMIUM_ONLY
        .iter()
        .find(|(listed, _)| *listed == name)
        .unwrap_or_else(|| panic!("`{name}` is not in CHROMIUM_ONLY, in tests/e2e/src/browser.rs"));
    let is_skipped = Kind::chosen() != Kind::Chromium;
    if is_skipped {
        eprintln!("skipped in this browser: {reason}");
    }
    is_skipped
}

/// A browser that has never opened the page; its profile and downloads are deleted when it is dropped.
pub struct Browser {
    /// The events of a browser that has no log. First, so that it closes first.
    bidi: Option<Bidi>,
    pub session: Session,
    kind: Kind,
    downloads: TempDir,
    _profile: Option<TempDir>,
}

/// What is asked of a browser beyond the usual.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    pub width: u32,
    pub height: u32,
    pub dark: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { width: 1440, height: 900, dark: false }
    }
}

/// In Firefox's own window: deletes all that is stored for an origin.
const DELETE_SITE_DATA: &str = "const [origin] = arguments; \
    const principal = Services.scriptSecurityManager.createContentPrincipalFromOrigin(origin); \
    return new Promise((done) => Services.clearData.deleteDataFromPrincipal( \
        principal, true, Ci.nsIClearDataService.CLEAR_DOM_STORAGES, () => done(true)))";

fn temporary(name: &str) -> TempDir {
    TempDir::with_prefix(name).expect("the system has a folder for temporary files")
}

impl Browser {
    pub fn start() -> Self {
        Self::with(Options::default())
    }

    /// The browser that the environment asks for.
    pub fn with(options: Options) -> Self {
        match Kind::chosen() {
            Kind::Chromium => Self::chromium(options),
            Kind::Firefox => Self::firefox(options),
        }
    }

    fn chromium(options: Options) -> Self {
        let (profile, downloads) = (temporary("wasmoscope-profile-"), temporary("wasmoscope-downloads-"));
        let arguments = vec![
            "--headless".to_string(),
            // A container's root has no sandbox to offer, and only this project's own page is opened.
            "--no-sandbox".to_string(),
            "--disable-gpu".to_string(),
            "--disable-dev-shm-usage".to_string(),
            "--no-first-run".to_string(),
            "--disable-background-networking".to_string(),
            "--disable-component-update".to_string(),
            "--disable-sync".to_string(),
            // The list below the address bar is a page of its own, which takes longer to load than the tested one.
            "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup".to_string(),
            // Requests to other hosts fail, and are reported.
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1".to_string(),
            format!("--window-size={},{}", options.width, options.height),
            format!("--user-data-dir={}", profile.path().display()),
        ];
        let mut chrome = json!({
            "args": arguments,
            "prefs": {
                "download.default_directory": downloads.path(),
                "download.prompt_for_download": false,
            },
        });
        if let Ok(binary) = std::env::var("CHROME") {
            chrome["binary"] = Value::String(binary);
        }
        let capabilities = json!({
            "browserName": "chrome",
            "goog:chromeOptions": chrome,
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
            // The question before leaving a page is dismissed, and the page is left.
            "unhandledPromptBehavior": { "default": "accept" },
        });
        let session = Session::start("chromedriver", &["--port=0"], &capabilities);
        let behavior = json!({ "behavior": "allow", "downloadPath": downloads.path() });
        session.devtools("Browser.setDownloadBehavior", &behavior).expect("Chromium takes a download folder");
        Self { bidi: None, session, kind: Kind::Chromium, downloads, _profile: Some(profile) }
    }

    fn firefox(options: Options) -> Self {
        let downloads = temporary("wasmoscope-downloads-");
        let mut firefox = json!({
            "args": [
                "-headless",
                format!("--width={}", options.width),
                format!("--height={}", options.height),
            ],
            "prefs": {
                "browser.download.folderList": 2,
                "browser.download.dir": downloads.path(),
                "browser.download.useDownloadDir": true,
                "browser.download.alwaysOpenPanel": false,
                "browser.helperApps.neverAsk.saveToDisk": "application/octet-stream,application/wasm,application/zip,\
                    application/json,text/plain,application/x-tar,application/gzip",
                // Requests to other hosts fail, and are reported: nothing listens at port 9. Loopback needs no proxy.
                "network.proxy.type": 1,
                "network.proxy.http": "127.0.0.1",
                "network.proxy.http_port": 9,
                "network.proxy.ssl": "127.0.0.1",
                "network.proxy.ssl_port": 9,
                // As Chromium does without asking.
                "dom.events.testing.asyncClipboard": true,
                "dom.disable_beforeunload": true,
            },
        });
        if let Ok(binary) = std::env::var("FIREFOX") {
            firefox["binary"] = Value::String(binary);
        }
        let capabilities = json!({
            "browserName": "firefox",
            "moz:firefoxOptions": firefox,
            "webSocketUrl": true,
            "unhandledPromptBehavior": { "default": "accept" },
        });
        // System access is for the preference that sets light or dark while a page is open.
        let session =
            Session::start("geckodriver", &["--port=0", "--websocket-port=0", "--allow-system-access"], &capabilities);
        let bidi = Bidi::connect(session.capabilities["webSocketUrl"].as_str().expect("Firefox speaks BiDi"));
        let events = json!({ "events": ["log.entryAdded", "network.beforeRequestSent"] });
        bidi.send("session.subscribe", &events).expect("Firefox reports its events");
        Self { bidi: Some(bidi), session, kind: Kind::Firefox, downloads, _profile: None }
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Where downloads go.
    pub fn downloads(&self) -> &Path {
        self.downloads.path()
    }

    /// As on a system set to light or dark.
    pub fn prefer_dark(&self, dark: bool) {
        match self.kind {
            Kind::Chromium => {
                let scheme = if dark { "dark" } else { "light" };
                let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
                self.session.devtools("Emulation.setEmulatedMedia", &media).expect("Chromium emulates colour schemes");
            }
            Kind::Firefox => {
                // 0 is dark, 1 is light.
                let set = "Services.prefs.setIntPref('layout.css.prefers-color-scheme.content-override', arguments[0])";
                self.session.in_chrome_context(set, &[json!(i32::from(!dark))]).expect("Firefox has the preference");
            }
        }
    }

    /// As on a device of this size, in CSS pixels.
    pub fn resize(&self, width: u32, height: u32) {
        match &self.bidi {
            None => {
                let metrics =
                    json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
                self.session.devtools("Emulation.setDeviceMetricsOverride", &metrics).expect("Chromium emulates sizes");
            }
            Some(bidi) => {
                let context = self.session.get("window").expect("a session has a window");
                let size = json!({ "context": context, "viewport": { "width": width, "height": height } });
                bidi.send("browsingContext.setViewport", &size).expect("Firefox emulates sizes");
            }
        }
    }

    /// Deletes what the browser stores for `origin`, as its settings do.
    pub fn delete_site_data(&self, origin: &str) {
        let done = match self.kind {
            Kind::Chromium => {
                let everything = json!({ "origin": origin, "storageTypes": "all" });
                self.session.devtools("Storage.clearDataForOrigin", &everything)
            }
            Kind::Firefox => self.session.in_chrome_context(DELETE_SITE_DATA, &[json!(origin)]),
        };
        done.expect("site data can be deleted");
    }

    /// Ends the process that shows the page, without a word to the page. Only DevTools can.
    pub fn crash(&self) {
        // The page's process is gone and does not answer.
        drop(self.session.devtools("Page.crash", &json!({})));
    }

    /// Errors on the console, broken policies, and requests to other origins than `origin`, since the last time.
    pub fn misdeeds(&self, origin: &str) -> Vec<String> {
        let (errors, requests) = match &self.bidi {
            Some(bidi) => reported(&bidi.events()),
            None => self.logged(),
        };
        let is_local = |url: &str| {
            // The browser's own page for a new tab may still be loading; a page cannot ask these for anything.
            let schemes = ["data:", "blob:", "chrome:", "chrome-untrusted:", "about:", "resource:"];
            schemes.iter().any(|scheme| url.starts_with(scheme))
        };
        let elsewhere = requests.into_iter().filter(|url| !is_local(url) && !url.starts_with(origin));
        let errors = errors.into_iter().map(|error| format!("console: {error}"));
        errors.chain(elsewhere.map(|url| format!("a request to another origin: {url}"))).collect()
    }

    /// The errors and the requests in Chromium's logs.
    fn logged(&self) -> (Vec<String>, Vec<String>) {
        let errors = self.session.log("browser").into_iter().filter(|entry| entry["level"] == "SEVERE");
        let requests = self.session.log("performance").into_iter().filter_map(|entry| {
            let event: Value = serde_json::from_str(entry["message"].as_str()?).ok()?;
            let message = &event["message"];
            let is_request = message["method"] == "Network.requestWillBeSent";
            is_request.then(|| message["params"]["request"]["url"].as_str().map(str::to_owned)).flatten()
        });
        (errors.map(|entry| entry["message"].as_str().unwrap_or_default().to_owned()).collect(), requests.collect())
    }
}

/// The errors and the requests among BiDi's events.
fn reported(events: &[Value]) -> (Vec<String>, Vec<String>) {
    let of = |method: &'static str| events.iter().filter(move |event| event["method"] == method);
    let errors = of("log.entryAdded").map(|event| &event["params"]).filter(|entry| entry["level"] == "error");
    let requests = of("network.beforeRequestSent").filter_map(|event| event["params"]["request"]["url"].as_str());
    let text = |entry: &Value| {
        let frames = entry["stackTrace"]["callFrames"].as_array().map(Vec::as_slice).unwrap_or_default();
        let places = frames.iter().map(|frame| format!(" at {}:{}", frame["url"], frame["lineNumber"]));
        entry["text"].as_str().unwrap_or_default().to_owned() + &places.collect::<String>()
    };
    (errors.map(text).collect(), requests.map(str::to_owned).collect())
}
