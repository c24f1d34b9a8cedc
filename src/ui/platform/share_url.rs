//! A project in the fragment of the page's URL, which browsers do not send to servers.

use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

use crate::ui::state::project_file::{Packing, ProjectFile, ProjectFileError};

/// The prefix of the fragment.
const KEY: &str = "project=";
/// The maximum length of a fragment that is created: chat programs and mail shorten longer links, or break them.
pub const LONGEST_FRAGMENT: usize = 30_000;
/// The maximum length that is read, with some room for links from elsewhere.
const LONGEST_READ: usize = 400_000;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_encode_padding(false).with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A project in its shareable form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shared {
    /// The fragment, without `#`.
    Fragment(String),
    /// Too long for a link: to be downloaded as a file.
    TooLong {
        /// How long the fragment would have been.
        length: usize,
    },
}

/// Why a link cannot be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShareError {
    #[error("it is too long ({0} characters)")]
    TooLong(usize),
    #[error("it is incomplete, or has been changed on its way")]
    Damaged,
    #[error("the project in it cannot be opened: {0}")]
    Project(ProjectFileError),
}

impl From<ProjectFileError> for ShareError {
    fn from(error: ProjectFileError) -> Self {
        match error {
            ProjectFileError::NotAProject | ProjectFileError::Damaged => Self::Damaged,
            error => Self::Project(error),
        }
    }
}

/// The fragment that opens `project`.
pub fn to_fragment(project: &ProjectFile) -> Result<Shared, ProjectFileError> {
    let fragment = format!("{KEY}{}", BASE64.encode(project.encode(Packing::Small)?));
    let length = fragment.len();
    Ok(if length <= LONGEST_FRAGMENT { Shared::Fragment(fragment) } else { Shared::TooLong { length } })
}

/// Whether a fragment, with or without its `#`, is a link to a project.
pub fn is_link(fragment: &str) -> bool {
    fragment.strip_prefix('#').unwrap_or(fragment).starts_with(KEY)
}

/// The project in a fragment, still packed; `None` if the fragment is not a project link.
pub fn packed(fragment: &str) -> Option<Result<Vec<u8>, ShareError>> {
    let encoded = fragment.strip_prefix('#').unwrap_or(fragment).strip_prefix(KEY)?;
    Some(if encoded.len() > LONGEST_READ {
        Err(ShareError::TooLong(encoded.len()))
    } else {
        BASE64.decode(encoded).map_err(|_| ShareError::Damaged)
    })
}

/// Unpacks a project, of at most `limit` bytes.
pub fn unpack(packed: &[u8], limit: usize) -> Result<ProjectFile, ShareError> {
    Ok(ProjectFile::decode(packed, limit)?)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ui::state::project::Program;

    fn from_fragment(fragment: &str) -> Option<Result<ProjectFile, ShareError>> {
        assert_eq!(is_link(fragment), packed(fragment).is_some());
        Some(packed(fragment)?.and_then(|packed| unpack(&packed, 64 << 20)))
    }

    fn project(text: &str) -> ProjectFile {
        ProjectFile {
            name: "a".into(),
            program: Program::Text(text.into()),
            arguments: String::new(),
            environment: String::new(),
            sources: Vec::new(),
            kept: true,
            files: vec![],
            debugging: Default::default(),
        }
    }

    fn fragment(text: &str) -> String {
        match to_fragment(&project(text)).unwrap() {
            Shared::Fragment(fragment) => fragment,
            Shared::TooLong { length } => panic!("{length} is too long"),
        }
    }

    #[test]
    fn a_link_has_only_characters_that_links_may_have() {
        let fragment = fragment("(module (func (export \"main\")))");
        assert!(fragment.chars().all(|c| c.is_ascii_alphanumeric() || "-_=".contains(c)), "{fragment}");
    }

    #[test]
    fn other_fragments_are_not_ours() {
        assert_eq!(from_fragment(""), None);
        assert_eq!(from_fragment("#top"), None);
    }

    #[test]
    fn a_truncated_link_is_reported() {
        let fragment = fragment("(module (memory 1) (func (export \"main\")))");
        assert_eq!(from_fragment(&fragment[..fragment.len() - 6]), Some(Err(ShareError::Damaged)));
        assert_eq!(from_fragment("project="), Some(Err(ShareError::Damaged)));
        assert_eq!(from_fragment("project=%3Cscript%3E"), Some(Err(ShareError::Damaged)));
    }

    #[test]
    fn a_project_too_large_for_a_link_is_a_file() {
        // Pseudo-random digits, which deflate hardly compresses.
        let mut seed = 1_u64;
        let noise: String = (0..60_000)
            .map(|_| {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                char::from(b'!' + ((seed >> 33) % 90) as u8)
            })
            .collect();
        assert!(matches!(to_fragment(&project(&noise)), Ok(Shared::TooLong { length }) if length > LONGEST_FRAGMENT));
        let long = format!("project={}", "A".repeat(LONGEST_READ + 1));
        assert_eq!(from_fragment(&long), Some(Err(ShareError::TooLong(LONGEST_READ + 1))));
    }

    #[test]
    fn a_later_version_is_named() {
        let encoded = BASE64.encode(b"WSCP\x09");
        assert_eq!(
            from_fragment(&format!("project={encoded}")),
            Some(Err(ShareError::Project(ProjectFileError::FutureVersion(9))))
        );
    }

    proptest! {
        #[test]
        fn opens_as_it_was_shared(text in ".{0,300}") {
            prop_assert_eq!(from_fragment(&format!("#{}", fragment(&text))), Some(Ok(project(&text))));
        }

        #[test]
        fn garbage_is_rejected(garbage in ".*", tidy in "[A-Za-z0-9_-]{0,200}") {
            let read = from_fragment(&format!("project={garbage}"));
            prop_assert!(matches!(read, Some(Err(_))));
            let _ = from_fragment(&format!("project={tidy}"));
        }
    }
}
