//! Bytes between page and worker are a message or an error; a message that was read is written and read as the same.

use wasmoscope::protocol::{Event, Request};

pub fn run(input: &[u8]) {
    if let Ok(request) = Request::decode(input) {
        let bytes = request.encode().expect("what was read can be written");
        let again = Request::decode(&bytes).expect("and read again");
        assert_eq!(again.encode().expect("it has bytes"), bytes, "{request:?}");
    }
    if let Ok(event) = Event::decode(input) {
        let bytes = event.encode().expect("what was read can be written");
        let again = Event::decode(&bytes).expect("and read again");
        // Compared as bytes, as an event may have a NaN.
        assert_eq!(again.encode().expect("it has bytes"), bytes, "{event:?}");
    }
}
