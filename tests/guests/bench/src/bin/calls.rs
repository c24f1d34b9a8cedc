//! Work for the files and the output that a host gives a program: each kind is timed by the program itself.
//!
//! The argument names the kind; the milliseconds go to standard error.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::fd::FromRawFd;
use std::time::Instant;

const FILES: usize = 10_000;
const MANY_FILES: usize = 100_000;
const LOOKUPS: usize = 100_000;

fn main() -> io::Result<()> {
    let kind = std::env::args().nth(1).unwrap_or_default();
    let started = match kind.as_str() {
        "append" => append(64, 262_144)?,
        "append-large" => append(1 << 20, 16)?,
        "create" => create(FILES)?,
        "create-many" => create(MANY_FILES)?,
        "list" => list(FILES)?,
        "list-many" => list(MANY_FILES)?,
        "look" => look(100)?,
        "look-many" => look(MANY_FILES)?,
        "print" => print()?,
        "print-file" => print_by_file()?,
        other => return Err(io::Error::other(format!("`{other}` is no kind of work"))),
    };
    eprintln!("{}", started.elapsed().as_secs_f64() * 1000.0);
    Ok(())
}

/// 16 MiB, so much at a time.
fn append(size: usize, times: usize) -> io::Result<Instant> {
    let bytes = vec![b'x'; size];
    let started = Instant::now();
    let mut file = OpenOptions::new().create(true).append(true).open("/appended")?;
    for _ in 0..times {
        file.write_all(&bytes)?;
    }
    Ok(started)
}

fn create(files: usize) -> io::Result<Instant> {
    let started = Instant::now();
    fs::create_dir("/many")?;
    for number in 0..files {
        let name = format!("/many/file-{number}");
        File::create(&name)?;
        assert_eq!(fs::metadata(&name)?.len(), 0);
    }
    Ok(started)
}

fn list(files: usize) -> io::Result<Instant> {
    create(files)?;
    let started = Instant::now();
    let mut count = 0;
    for entry in fs::read_dir("/many")? {
        count += usize::from(entry?.file_name().to_string_lossy().starts_with("file-"));
    }
    assert_eq!(count, files);
    Ok(started)
}

/// As often in a directory of any size.
fn look(files: usize) -> io::Result<Instant> {
    create(files)?;
    let names: Vec<String> = (0..files).map(|number| format!("/many/file-{number}")).collect();
    let started = Instant::now();
    for number in 0..LOOKUPS {
        // Spread over the directory, so that no neighbour is looked up after another.
        assert_eq!(fs::metadata(&names[number * 7919 % files])?.len(), 0);
    }
    Ok(started)
}

fn byte(number: u32) -> &'static [u8] {
    if number % 80 == 79 { b"\n" } else { b"." }
}

/// A million bytes, each in a call of its own.
fn print() -> io::Result<Instant> {
    #[repr(C)]
    struct CIoVec {
        pointer: *const u8,
        len: usize,
    }

    #[link(wasm_import_module = "wasi_snapshot_preview1")]
    unsafe extern "C" {
        fn fd_write(fd: u32, ciovecs: *const CIoVec, len: usize, written: *mut usize) -> u32;
    }

    let started = Instant::now();
    for number in 0..1_000_000 {
        let ciovec = CIoVec { pointer: byte(number).as_ptr(), len: 1 };
        let mut written = 0;
        // SAFETY: both pointers are to what lives until the call returns.
        let errno = unsafe { fd_write(1, &ciovec, 1, &mut written) };
        if errno != 0 || written != 1 {
            return Err(io::Error::from_raw_os_error(errno as i32));
        }
    }
    Ok(started)
}

/// The same through the standard library, but not through its standard output, which gathers lines.
fn print_by_file() -> io::Result<Instant> {
    // SAFETY: descriptor 1 is open, and nothing else of this program uses it.
    let mut output = unsafe { File::from_raw_fd(1) };
    let started = Instant::now();
    for number in 0..1_000_000 {
        output.write_all(byte(number))?;
    }
    Ok(started)
}
