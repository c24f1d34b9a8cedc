//! What is behind the `#` of a link is a project or an error; a project that was opened is shared as the same project,
//! and its size is known before it is unpacked.

use wasmoscope::ui::platform::share_url::{ShareError, Shared, is_link, packed, to_fragment, unpack};
use wasmoscope::ui::state::project_file::{Measure, ProjectFile};

/// The largest that is opened, in bytes.
const LARGEST: usize = 16 << 20;

pub fn run(input: &[u8]) {
    let fragment = String::from_utf8_lossy(input);
    assert_eq!(is_link(&fragment), packed(&fragment).is_some());
    match opened(&fragment) {
        None => assert!(!fragment.starts_with("project=")),
        Some(Err(error)) => assert!(!error.to_string().is_empty()),
        Some(Ok(project)) => match to_fragment(&project).expect("what was opened can be shared") {
            Shared::TooLong { length } => assert!(length > 0),
            Shared::Fragment(again) => {
                let opened = opened(&again).expect("it is one of ours").expect("it can be opened");
                assert_eq!(opened, project);
            }
        },
    }
}

/// As the page does it: measured in pieces, then unpacked.
fn opened(fragment: &str) -> Option<Result<ProjectFile, ShareError>> {
    let measured = |packed: &[u8]| {
        let mut measure = Measure::new(packed, LARGEST)?;
        while measure.step(1 << 16)?.is_none() {}
        Ok::<(), ShareError>(())
    };
    Some(packed(fragment)?.and_then(|packed| {
        let measured = measured(&packed);
        let unpacked = unpack(&packed, LARGEST);
        assert!(measured.is_ok() || unpacked.is_err(), "{measured:?}, and yet it is unpacked");
        unpacked
    }))
}
