//! A project file is read within its limit, or refused; what was read is written and read as the same.

use wasmoscope::ui::state::project_file::{Packing, ProjectFile, decode_contents, encode_contents, is_inside};

/// The most that a project may unpack to here, in bytes.
const LIMIT: usize = 1 << 20;

pub fn run(input: &[u8]) {
    opened(input);
    // As the body of each version, past the checksum of the packed form.
    for version in 1..=3 {
        opened(&[b"WSCP".as_slice(), &[version, 0], input].concat());
    }
    if let Ok(contents) = decode_contents(input) {
        let bytes = encode_contents(&contents).expect("what was read can be written");
        assert_eq!(decode_contents(&bytes).as_ref(), Ok(&contents));
    }
}

fn opened(bytes: &[u8]) {
    match ProjectFile::decode(bytes, LIMIT) {
        Err(error) => assert!(!error.to_string().is_empty()),
        Ok(project) => {
            assert!(ProjectFile::recognise(bytes));
            assert!(project.files.iter().all(|file| is_inside(&file.path)));
            for packing in [Packing::Plain, Packing::Small] {
                let bytes = project.encode(packing).expect("what was opened can be kept");
                assert_eq!(ProjectFile::decode(&bytes, 16 * LIMIT).as_ref(), Ok(&project), "{packing:?}");
            }
        }
    }
}
