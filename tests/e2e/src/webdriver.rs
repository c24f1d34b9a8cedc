//! The W3C WebDriver protocol, as far as it is used here, over a driver on a port of its own choosing.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// The key that marks an element's reference in JSON, fixed by the specification.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// The result of a command: the value, or the error's name and message.
pub type Answer = Result<Value, Failure>;

/// A command that the browser could not carry out.
#[derive(Debug)]
pub struct Failure {
    /// The specification's name, such as `stale element reference`.
    pub error: String,
    pub message: String,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.error, self.message)
    }
}

/// A driver's process; it ends with this value.
struct Driver {
    process: Child,
    address: String,
}

impl Driver {
    /// Starts chromedriver or geckodriver, with arguments that have it choose a free port and print it.
    fn start(program: &str, arguments: &[&str]) -> Self {
        let mut process = Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| {
                panic!("{program} is needed on PATH; `cargo xtask test` installs it or says how ({error})")
            });
        let output = process.stdout.take().expect("its output is piped");
        let (found, port) = mpsc::channel();
        // Reads on to the end, so that the driver never waits for a reader.
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if let Some(port) = announced_port(&line) {
                    // The receiver is gone once it has its port.
                    let _ = found.send(port);
                }
            }
        });
        let port = port
            .recv_timeout(Duration::from_secs(30))
            .unwrap_or_else(|_| panic!("{program} did not print its port within 30 s"));
        Self { process, address: format!("http://127.0.0.1:{port}") }
    }
}

/// The port, in the line in which chromedriver or geckodriver says that it has started.
fn announced_port(line: &str) -> Option<u16> {
    let (_, rest) =
        line.split_once("started successfully on port ").or_else(|| line.split_once("Listening on 127.0.0.1:"))?;
    rest.trim_end_matches('.').parse().ok()
}

impl Drop for Driver {
    fn drop(&mut self) {
        // It may have ended by itself; there is nothing else to do about it here.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// One browser window.
pub struct Session {
    agent: ureq::Agent,
    url: String,
    /// The capabilities that the browser answered with.
    pub capabilities: Value,
    _driver: Driver,
}

/// A reference to an element of the page; stale once the page has replaced it.
#[derive(Debug, Clone, PartialEq)]
pub struct Element(String);

impl Element {
    /// As an argument of a script.
    pub fn json(&self) -> Value {
        json!({ ELEMENT: self.0 })
    }

    pub(crate) fn from_json(value: &Value) -> Option<Self> {
        value[ELEMENT].as_str().map(|id| Self(id.to_string()))
    }
}

impl Session {
    /// Starts a driver, and by it a browser with the capabilities.
    pub fn start(driver: &str, arguments: &[&str], capabilities: &Value) -> Self {
        let driver = Driver::start(driver, arguments);
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(120)))
            .build()
            .into();
        let url = format!("{}/session", driver.address);
        let request = json!({ "capabilities": { "alwaysMatch": capabilities } });
        let mut answer =
            call(&agent, &url, Some(&request)).unwrap_or_else(|failure| panic!("no browser started: {failure}"));
        let capabilities = answer["capabilities"].take();
        let id = answer["sessionId"].as_str().expect("a session has an id");
        Self { url: format!("{url}/{id}"), agent, capabilities, _driver: driver }
    }

    /// A command that sends something.
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        call(&self.agent, &format!("{}/{path}", self.url), Some(body))
    }

    /// A command that asks for something.
    pub fn get(&self, path: &str) -> Answer {
        call(&self.agent, &format!("{}/{path}", self.url), None)
    }

    /// A command of the Chrome DevTools Protocol; Chromium alone has it.
    pub fn devtools(&self, command: &str, parameters: &Value) -> Answer {
        self.post("goog/cdp/execute", &json!({ "cmd": command, "params": parameters }))
    }

    pub fn go(&self, url: &str) {
        self.post("url", &json!({ "url": url })).unwrap_or_else(|failure| panic!("could not open {url}: {failure}"));
    }

    /// Runs the body of a function in the page; `arguments` are its `arguments`. If it returns a promise, this waits for
    /// its value.
    pub fn script(&self, body: &str, arguments: &[Value]) -> Answer {
        self.post("execute/sync", &json!({ "script": body, "args": arguments }))
    }

    /// Runs the body of a function in Firefox's own window, where it reaches the preferences.
    pub fn in_chrome_context(&self, body: &str, arguments: &[Value]) -> Answer {
        self.post("moz/context", &json!({ "context": "chrome" }))?;
        let answer = self.script(body, arguments);
        self.post("moz/context", &json!({ "context": "content" }))?;
        answer
    }

    pub fn find_all(&self, css: &str) -> Vec<Element> {
        self.elements("elements", css)
    }

    pub fn find_all_in(&self, parent: &Element, css: &str) -> Vec<Element> {
        self.elements(&format!("element/{}/elements", parent.0), css)
    }

    fn elements(&self, path: &str, css: &str) -> Vec<Element> {
        let answer = self.post(path, &json!({ "using": "css selector", "value": css })).unwrap_or_default();
        answer.as_array().into_iter().flatten().filter_map(Element::from_json).collect()
    }

    /// The focused element.
    pub fn active(&self) -> Option<Element> {
        self.get("element/active").ok().as_ref().and_then(Element::from_json)
    }

    /// The role and the name that assistive technology gets.
    pub fn role_and_name(&self, element: &Element) -> Option<(String, String)> {
        let role = self.get(&format!("element/{}/computedrole", element.0)).ok()?;
        let name = self.get(&format!("element/{}/computedlabel", element.0)).ok()?;
        Some((role.as_str()?.to_string(), name.as_str()?.to_string()))
    }

    /// Whether it can be used: a button may keep the keyboard and say only to assistive technology that it cannot.
    pub fn is_enabled(&self, element: &Element) -> bool {
        let body = "return !arguments[0].matches(':disabled, [aria-disabled=true]')";
        self.script(body, &[element.json()]).is_ok_and(|value| value == true)
    }

    /// The text that is shown, scrolled out of view or not. WebDriver's own command asks for the style of each element,
    /// which takes half a second for a table of bytes.
    pub fn text(&self, element: &Element) -> Option<String> {
        let body = "return arguments[0].innerText.replaceAll(/[\\u00a0\\t]/g, ' ')";
        self.script(body, &[element.json()]).ok()?.as_str().map(str::to_string)
    }

    pub fn property(&self, element: &Element, name: &str) -> Option<Value> {
        self.get(&format!("element/{}/property/{name}", element.0)).ok()
    }

    pub fn click(&self, element: &Element) -> Result<(), Failure> {
        self.post(&format!("element/{}/click", element.0), &json!({})).map(drop)
    }

    /// Types into an element, or puts a path into a file chooser.
    pub fn send_keys(&self, element: &Element, text: &str) -> Result<(), Failure> {
        self.post(&format!("element/{}/value", element.0), &json!({ "text": text })).map(drop)
    }

    /// Presses and releases the keys, one after another, wherever the keyboard is.
    pub fn keys(&self, keys: impl IntoIterator<Item = char>) -> Result<(), Failure> {
        let strokes =
            |key: char| [json!({ "type": "keyDown", "value": key }), json!({ "type": "keyUp", "value": key })];
        self.actions(keys.into_iter().flat_map(strokes).collect())
    }

    /// Presses a key while others are held.
    pub fn chord(&self, held: &[char], key: char) -> Result<(), Failure> {
        let down = held.iter().chain([&key]).map(|key| json!({ "type": "keyDown", "value": key }));
        let up = [&key].into_iter().chain(held.iter().rev()).map(|key| json!({ "type": "keyUp", "value": key }));
        self.actions(down.chain(up).collect())
    }

    fn actions(&self, strokes: Vec<Value>) -> Result<(), Failure> {
        self.post("actions", &json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": strokes }] })).map(drop)
    }

    /// Moves the mouse to a place in the window, in CSS pixels.
    pub fn move_mouse(&self, x: f64, y: f64) -> Result<(), Failure> {
        let to = json!({ "type": "pointerMove", "duration": 0, "x": x.round(), "y": y.round() });
        let mouse = json!({ "type": "pointer", "id": "mouse", "actions": [to] });
        self.post("actions", &json!({ "actions": [mouse] })).map(drop)
    }

    /// Clicks where the mouse is.
    pub fn press_mouse(&self) -> Result<(), Failure> {
        let press = [json!({ "type": "pointerDown", "button": 0 }), json!({ "type": "pointerUp", "button": 0 })];
        let mouse = json!({ "type": "pointer", "id": "mouse", "actions": press });
        self.post("actions", &json!({ "actions": [mouse] })).map(drop)
    }

    /// What Chromium logged since the last time: `browser` for the console, `performance` for DevTools events.
    pub fn log(&self, kind: &str) -> Vec<Value> {
        let answer = self.post("se/log", &json!({ "type": kind })).unwrap_or_default();
        answer.as_array().cloned().unwrap_or_default()
    }

    /// The window as a PNG, in base64.
    pub fn screenshot(&self) -> Option<String> {
        self.get("screenshot").ok()?.as_str().map(str::to_string)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // Ends the browser; the driver, which ends next, would otherwise leave it running.
        let _ = self.agent.delete(&self.url).call();
    }
}

fn call(agent: &ureq::Agent, url: &str, body: Option<&Value>) -> Answer {
    let sent = match body {
        Some(body) => agent.post(url).send_json(body),
        None => agent.get(url).call(),
    };
    let broken = |error: ureq::Error| Failure { error: "no answer".into(), message: error.to_string() };
    let mut answer: Value =
        sent.map_err(broken)?.body_mut().with_config().limit(64 << 20).read_json().map_err(broken)?;
    let value = answer["value"].take();
    match value["error"].as_str() {
        Some(error) => {
            let message = value["message"].as_str().unwrap_or_default();
            Err(Failure { error: error.into(), message: message.lines().next().unwrap_or_default().into() })
        }
        None => Ok(value),
    }
}

#[cfg(test)]
mod tests {
    use super::announced_port;

    #[test]
    fn both_drivers_announce_their_port() {
        assert_eq!(announced_port("ChromeDriver was started successfully on port 41235."), Some(41235));
        assert_eq!(announced_port("1764448000000\tgeckodriver\tINFO\tListening on 127.0.0.1:33417"), Some(33417));
        assert_eq!(announced_port("Starting ChromeDriver 156.0 on port 0"), None);
    }
}
