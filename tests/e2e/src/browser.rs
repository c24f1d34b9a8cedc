//! A headless browser with a profile of its own.

use crate::webdriver::Session;
use serde_json::{Value, json};
use std::path::Path;
use tempfile::TempDir;

/// A browser that has never seen the page; its profile and its downloads go when it goes.
pub struct Browser {
    pub session: Session,
    downloads: TempDir,
    _profile: TempDir,
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

impl Browser {
    pub fn start() -> Self {
        Self::with(Options::default())
    }

    pub fn with(options: Options) -> Self {
        let folder = |name: &str| TempDir::with_prefix(name).expect("the system has a folder for temporary files");
        let (profile, downloads) = (folder("wasmoscope-profile-"), folder("wasmoscope-downloads-"));
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
            // Whatever asks for another host fails, and is seen.
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
        let session = Session::start(&json!({
            "browserName": "chrome",
            "goog:chromeOptions": chrome,
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
            // What a page asks before it is left is dismissed, and the page is left.
            "unhandledPromptBehavior": { "default": "accept" },
        }));
        let behavior = json!({ "behavior": "allow", "downloadPath": downloads.path() });
        session.devtools("Browser.setDownloadBehavior", &behavior).expect("Chromium takes a download folder");
        Self { session, downloads, _profile: profile }
    }

    /// Where downloads go.
    pub fn downloads(&self) -> &Path {
        self.downloads.path()
    }

    /// As on a system set to light or dark.
    pub fn prefer_dark(&self, dark: bool) {
        let scheme = if dark { "dark" } else { "light" };
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.session.devtools("Emulation.setEmulatedMedia", &media).expect("Chromium emulates colour schemes");
    }

    /// As on a device of this size, in CSS pixels.
    pub fn resize(&self, width: u32, height: u32) {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.session.devtools("Emulation.setDeviceMetricsOverride", &metrics).expect("Chromium emulates sizes");
    }

    /// Errors on the console, broken policies, and requests to other origins than `origin`, since the last time.
    pub fn misdeeds(&self, origin: &str) -> Vec<String> {
        let mut found = Vec::new();
        for entry in self.session.log("browser") {
            if entry["level"] == "SEVERE" {
                found.push(format!("console: {}", entry["message"].as_str().unwrap_or_default()));
            }
        }
        for entry in self.session.log("performance") {
            let event: Value = serde_json::from_str(entry["message"].as_str().unwrap_or_default()).unwrap_or_default();
            let message = &event["message"];
            if message["method"] != "Network.requestWillBeSent" {
                continue;
            }
            let url = message["params"]["request"]["url"].as_str().unwrap_or_default();
            let is_local = ["data:", "blob:", "chrome:", "about:"].iter().any(|scheme| url.starts_with(scheme));
            if !is_local && !url.starts_with(origin) {
                found.push(format!("a request to another origin: {url}"));
            }
        }
        found
    }
}
