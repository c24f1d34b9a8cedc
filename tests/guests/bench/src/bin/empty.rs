//! The least that a Rust program does: it starts and ends.

fn main() {}
