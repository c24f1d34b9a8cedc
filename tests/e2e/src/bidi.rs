//! WebDriver BiDi: the events of a page, and commands missing from the classic protocol, over a WebSocket on loopback.

use crate::webdriver::{Answer, Failure};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::net::TcpStream;
use std::time::Duration;
use tungstenite::{Message, WebSocket};

/// The second connection of a browser that was started with the capability `webSocketUrl`.
pub struct Bidi(RefCell<Connection>);

struct Connection {
    socket: WebSocket<TcpStream>,
    last_id: u64,
    events: Vec<Value>,
}

impl Bidi {
    /// # Panics
    /// If nothing answers at `url`, the value of the capability.
    pub fn connect(url: &str) -> Self {
        let address = url.strip_prefix("ws://").and_then(|rest| rest.split('/').next()).expect("a ws:// address");
        let stream = TcpStream::connect(address).expect("the driver listens at the address that it named");
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a socket has a timeout");
        let (socket, _) = tungstenite::client(url, stream).expect("the driver speaks WebSocket");
        Self(RefCell::new(Connection { socket, last_id: 0, events: Vec::new() }))
    }

    /// Sends a command and waits for its answer; events that come meanwhile are kept.
    pub fn send(&self, method: &str, parameters: &Value) -> Answer {
        let connection = &mut *self.0.borrow_mut();
        connection.last_id += 1;
        let id = connection.last_id;
        let command = json!({ "id": id, "method": method, "params": parameters });
        let broken = |error: tungstenite::Error| Failure { error: "no answer".into(), message: error.to_string() };
        connection.socket.send(Message::text(command.to_string())).map_err(broken)?;
        loop {
            let Message::Text(text) = connection.socket.read().map_err(broken)? else { continue };
            let mut message: Value = serde_json::from_str(&text).unwrap_or_default();
            if message["type"] == "event" {
                connection.events.push(message);
            } else if message["id"] == id {
                if message["type"] == "success" {
                    return Ok(message["result"].take());
                }
                let part = |name: &str| message[name].as_str().unwrap_or_default().to_owned();
                return Err(Failure { error: part("error"), message: part("message") });
            }
        }
    }

    /// The events since the last time.
    pub fn events(&self) -> Vec<Value> {
        // Earlier events are sent before the answer.
        let _ = self.send("session.status", &json!({}));
        std::mem::take(&mut self.0.borrow_mut().events)
    }
}
