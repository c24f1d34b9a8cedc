//! What the file system itself needs for many small writes and for few large ones, natively and without a program:
//! `cargo xtask bench` runs it, and it prints the milliseconds of both.

use std::hint::black_box;
use std::time::Instant;

use wasmoscope::engine::vfs::{LastLink, Reach, Vfs};

const TOTAL: usize = 16 << 20;
const ROUNDS: usize = 15;

fn main() {
    let (mut small, mut large) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        small.push(append(&[b'x'; 64]));
        large.push(append(&vec![b'x'; 1 << 20]));
    }
    println!("{} {}", median(small), median(large));
}

/// Milliseconds for appending piece after piece to an open file, as the calls of a program do. As in a run, the tree
/// began as a snapshot that is kept.
fn append(piece: &[u8]) -> f64 {
    let mut before = Vfs::default();
    before.write_file("appended", b"").expect("there is room");
    let mut files = before.snapshot();
    let root = files.root();
    let file = files.resolve(root, "appended", Reach::WholeTree, LastLink::Follow).expect("it was made");
    files.keep_open(file).expect("it is there");
    let started = Instant::now();
    for _ in 0..TOTAL / piece.len() {
        files.append(file, black_box(piece)).expect("there is room");
    }
    let milliseconds = started.elapsed().as_secs_f64() * 1000.0;
    assert_eq!(files.file_len(file), Ok(TOTAL as u64));
    assert_eq!(before.file_len(file), Ok(0), "a snapshot stays as it is");
    milliseconds
}

fn median(mut milliseconds: Vec<f64>) -> f64 {
    milliseconds.sort_by(f64::total_cmp);
    milliseconds[milliseconds.len() / 2]
}
