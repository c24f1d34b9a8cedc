//! Work for the files and the output that a host gives a program: each kind is timed by the program itself.
//!
//! The argument names the kind; the milliseconds go to standard error.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::fd::FromRawFd;
use std::time::Instant;

const FILES: usize = 10_000;

fn main() -> io::Result<()> {
    let kind = std::env::args().nth(1).unwrap_or_default();
    let started = match kind.as_str() {
        "append" => append()?,
        "create" => create()?,
        "list" => list()?,
        "print" => print()?,
        other => return Err(io::Error::other(format!("`{other}` is not append, create, list or print"))),
    };
    eprintln!("{}", started.elapsed().as_secs_f64() * 1000.0);
    Ok(())
}

/// 16 MiB, 64 bytes at a time.
fn append() -> io::Result<Instant> {
    let started = Instant::now();
    let mut file = OpenOptions::new().create(true).append(true).open("/appended")?;
    for _ in 0..262_144 {
        file.write_all(&[b'x'; 64])?;
    }
    Ok(started)
}

fn create() -> io::Result<Instant> {
    let started = Instant::now();
    fs::create_dir("/many")?;
    for number in 0..FILES {
        let name = format!("/many/file-{number}");
        File::create(&name)?;
        assert_eq!(fs::metadata(&name)?.len(), 0);
    }
    Ok(started)
}

fn list() -> io::Result<Instant> {
    create()?;
    let started = Instant::now();
    let mut count = 0;
    for entry in fs::read_dir("/many")? {
        count += usize::from(entry?.file_name().to_string_lossy().starts_with("file-"));
    }
    assert_eq!(count, FILES);
    Ok(started)
}

/// A million bytes, each in a write of its own: not through Rust's standard output, which gathers lines.
fn print() -> io::Result<Instant> {
    // SAFETY: descriptor 1 is open, and nothing else of this program uses it.
    let mut output = unsafe { File::from_raw_fd(1) };
    let started = Instant::now();
    for number in 0..1_000_000 {
        output.write_all(if number % 80 == 79 { b"\n" } else { b"." })?;
    }
    Ok(started)
}
