//! An archive is taken apart within its limits, or refused, and nothing in it leads out of the tree; what came out is
//! packed and comes out again.

use wasmoscope::protocol::FileContents;
use wasmoscope::ui::platform::archive::{Format, pack, unpack};
use wasmoscope::ui::state::project_file::is_inside;

pub fn run(input: &[u8]) {
    let unpacked = match unpack(input) {
        Ok(unpacked) => unpacked,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    for file in &unpacked.files {
        assert!(is_inside(&file.path), "{:?} leads out of the tree", file.path);
    }
    let size: usize = unpacked.files.iter().map(|file| size(&file.contents)).sum();
    // What unpacks to very much takes long to pack, by right.
    if size > 4 << 20 {
        return;
    }
    for format in [Format::Zip, Format::Tar] {
        // A format may refuse a name or a link's target, and says which.
        let packed = match pack(format, &unpacked.files) {
            Ok(packed) => packed,
            Err(error) => {
                assert!(!error.to_string().is_empty());
                continue;
            }
        };
        let again =
            unpack(&packed).unwrap_or_else(|error| panic!("{format:?}: what was packed cannot be opened: {error}"));
        assert!(again.left_out.is_empty(), "{format:?}: {:?}", again.left_out);
        assert_eq!(again.files, unpacked.files, "{format:?}");
    }
}

fn size(contents: &FileContents) -> usize {
    match contents {
        FileContents::Directory => 0,
        FileContents::File { bytes } => bytes.len(),
        FileContents::Symlink { target } => target.len(),
    }
}
