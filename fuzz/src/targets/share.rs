//! What is behind the `#` of a link is a project or an error; a project that was opened is shared as the same project.

use wasmoscope::ui::platform::share_url::{Shared, from_fragment, to_fragment};

pub fn run(input: &[u8]) {
    let fragment = String::from_utf8_lossy(input);
    match from_fragment(&fragment) {
        None => assert!(!fragment.starts_with("project=")),
        Some(Err(error)) => assert!(!error.to_string().is_empty()),
        Some(Ok(project)) => match to_fragment(&project).expect("what was opened can be shared") {
            Shared::TooLong { length } => assert!(length > 0),
            Shared::Fragment(again) => {
                let opened = from_fragment(&again).expect("it is one of ours").expect("it can be opened");
                assert_eq!(opened, project);
            }
        },
    }
}
