//! The calls, with Rust's types and without `unsafe` for whoever makes them.

use std::mem::{MaybeUninit, transmute};
pub use wasip1::*;

/// What a call answers.
pub type Answer<T = ()> = Result<T, Errno>;

/// The directory that is open from the start.
pub const ROOT: Fd = 3;
/// A descriptor that is not open.
pub const NOBODY: Fd = 999_999;
/// To open for reading, for writing, for both.
pub const R: Rights = RIGHTS_FD_READ | RIGHTS_FD_SEEK | RIGHTS_FD_TELL;
pub const W: Rights = RIGHTS_FD_WRITE | RIGHTS_FD_SEEK | RIGHTS_FD_TELL;
pub const RW: Rights = R | W;

/// A number as an errno, where a call is made with numbers only.
pub fn errno(number: i32) -> Answer {
    match u16::try_from(number) {
        Ok(0) => Ok(()),
        // SAFETY: a transparent wrapper around the number.
        Ok(number) => Err(unsafe { transmute::<u16, Errno>(number) }),
        Err(_) => panic!("{number} is no errno"),
    }
}

/// A new directory in the root, open.
pub fn fresh(name: &str) -> Fd {
    create_directory(ROOT, name).expect("the directory is new");
    directory(ROOT, name).expect("it can be opened")
}

/// A path, with everything that can be said about how it is opened.
pub fn open_with(dir: Fd, look: Lookupflags, path: &str, how: Oflags, rights: Rights, flags: Fdflags) -> Answer<Fd> {
    // SAFETY: no pointers but those of a `str`.
    unsafe { path_open(dir, look, path, how, rights, RW, flags) }
}

/// A path as most programs open it: with a symbolic link at its end followed.
pub fn open(dir: Fd, path: &str, how: Oflags, rights: Rights) -> Answer<Fd> {
    open_with(dir, LOOKUPFLAGS_SYMLINK_FOLLOW, path, how, rights, 0)
}

/// What opening answers, without the descriptor's number.
pub fn opens(dir: Fd, path: &str, how: Oflags, rights: Rights) -> Answer {
    open(dir, path, how, rights).map(|fd| close(fd).expect("it was just opened"))
}

/// A file, made or emptied.
pub fn create(dir: Fd, path: &str) -> Fd {
    open(dir, path, OFLAGS_CREAT | OFLAGS_TRUNC, RW).expect("the file can be made")
}

pub fn directory(dir: Fd, path: &str) -> Answer<Fd> {
    let rights = RIGHTS_FD_READDIR | RIGHTS_PATH_OPEN;
    open_with(dir, LOOKUPFLAGS_SYMLINK_FOLLOW, path, OFLAGS_DIRECTORY, rights, 0)
}

/// Makes a file with this text.
pub fn put(dir: Fd, path: &str, text: &str) {
    let file = create(dir, path);
    assert_eq!(write(file, &[text]), Ok(text.len()));
    close(file).expect("it is open");
}

/// All that is in a file.
pub fn text(dir: Fd, path: &str) -> Answer<Vec<u8>> {
    let file = open(dir, path, 0, R)?;
    let text = read(file, 4096);
    close(file).expect("it is open");
    text
}

pub fn close(fd: Fd) -> Answer {
    unsafe { fd_close(fd) }
}

/// At most `most` bytes.
pub fn read(fd: Fd, most: usize) -> Answer<Vec<u8>> {
    let mut buffer = vec![0; most];
    let iovec = Iovec { buf: buffer.as_mut_ptr(), buf_len: buffer.len() };
    let read = unsafe { fd_read(fd, &[iovec]) }?;
    buffer.truncate(read);
    Ok(buffer)
}

pub fn pread(fd: Fd, most: usize, offset: Filesize) -> Answer<Vec<u8>> {
    let mut buffer = vec![0; most];
    let iovec = Iovec { buf: buffer.as_mut_ptr(), buf_len: buffer.len() };
    let read = unsafe { fd_pread(fd, &[iovec], offset) }?;
    buffer.truncate(read);
    Ok(buffer)
}

pub fn write(fd: Fd, pieces: &[&str]) -> Answer<usize> {
    unsafe { fd_write(fd, &ciovecs(pieces)) }
}

pub fn pwrite(fd: Fd, pieces: &[&str], offset: Filesize) -> Answer<usize> {
    unsafe { fd_pwrite(fd, &ciovecs(pieces), offset) }
}

fn ciovecs(pieces: &[&str]) -> Vec<Ciovec> {
    pieces.iter().map(|piece| Ciovec { buf: piece.as_ptr(), buf_len: piece.len() }).collect()
}

pub fn seek(fd: Fd, offset: Filedelta, whence: Whence) -> Answer<Filesize> {
    unsafe { fd_seek(fd, offset, whence) }
}

pub fn tell(fd: Fd) -> Answer<Filesize> {
    unsafe { fd_tell(fd) }
}

pub fn fdstat(fd: Fd) -> Answer<Fdstat> {
    unsafe { fd_fdstat_get(fd) }
}

pub fn filestat(fd: Fd) -> Answer<Filestat> {
    unsafe { fd_filestat_get(fd) }
}

/// What is there, a symbolic link being itself.
pub fn stat(dir: Fd, path: &str) -> Answer<Filestat> {
    unsafe { path_filestat_get(dir, 0, path) }
}

/// What is there, a symbolic link followed.
pub fn stat_followed(dir: Fd, path: &str) -> Answer<Filestat> {
    unsafe { path_filestat_get(dir, LOOKUPFLAGS_SYMLINK_FOLLOW, path) }
}

/// What kind of thing is there.
pub fn kind(dir: Fd, path: &str) -> Answer<Filetype> {
    stat(dir, path).map(|stat| stat.filetype)
}

pub fn size(fd: Fd) -> Answer<Filesize> {
    filestat(fd).map(|stat| stat.size)
}

pub fn create_directory(dir: Fd, path: &str) -> Answer {
    unsafe { path_create_directory(dir, path) }
}

pub fn remove_directory(dir: Fd, path: &str) -> Answer {
    unsafe { path_remove_directory(dir, path) }
}

pub fn unlink(dir: Fd, path: &str) -> Answer {
    unsafe { path_unlink_file(dir, path) }
}

pub fn rename(dir: Fd, from: &str, to: &str) -> Answer {
    unsafe { path_rename(dir, from, dir, to) }
}

pub fn link(dir: Fd, from: &str, to: &str) -> Answer {
    unsafe { path_link(dir, 0, from, dir, to) }
}

pub fn symlink(dir: Fd, target: &str, path: &str) -> Answer {
    unsafe { path_symlink(target, dir, path) }
}

pub fn readlink(dir: Fd, path: &str) -> Answer<Vec<u8>> {
    readlink_into(dir, path, 4096)
}

pub fn readlink_into(dir: Fd, path: &str, room: usize) -> Answer<Vec<u8>> {
    let mut buffer = vec![0; room];
    let used = unsafe { path_readlink(dir, path, buffer.as_mut_ptr(), room) }?;
    buffer.truncate(used);
    Ok(buffer)
}

/// An entry of a directory.
pub struct Entry {
    pub next: Dircookie,
    pub ino: Inode,
    pub kind: Filetype,
    pub name: String,
}

/// The size of a `dirent`, which the entry's name follows.
pub const DIRENT: usize = size_of::<Dirent>();

/// One call of `fd_readdir`: the bytes that it put into a buffer of this size.
pub fn readdir_bytes(fd: Fd, room: usize, cookie: Dircookie) -> Answer<Vec<u8>> {
    let mut buffer = vec![0; room];
    let used = unsafe { fd_readdir(fd, buffer.as_mut_ptr(), room, cookie) }?;
    buffer.truncate(used);
    Ok(buffer)
}

/// The entries from `cookie` on, by as many calls as it takes with a buffer of this size, which grows for a name that
/// does not fit as the standard library's does. The dots are left out.
pub fn readdir(fd: Fd, mut room: usize, mut cookie: Dircookie) -> Answer<Vec<Entry>> {
    let mut entries = Vec::new();
    loop {
        let bytes = readdir_bytes(fd, room, cookie)?;
        let mut rest = bytes.as_slice();
        let mut whole = 0;
        while let Some((head, tail)) = rest.split_at_checked(DIRENT) {
            let mut dirent = MaybeUninit::<Dirent>::uninit();
            // SAFETY: the bytes of a dirent, of which there are enough.
            let dirent = unsafe {
                std::ptr::copy_nonoverlapping(head.as_ptr(), dirent.as_mut_ptr().cast(), DIRENT);
                dirent.assume_init()
            };
            let Some((name, tail)) = tail.split_at_checked(dirent.d_namlen as usize) else { break };
            let name = String::from_utf8(name.to_vec()).expect("names are UTF-8");
            cookie = dirent.d_next;
            if name != "." && name != ".." {
                entries.push(Entry { next: cookie, ino: dirent.d_ino, kind: dirent.d_type, name });
            }
            whole += 1;
            rest = tail;
        }
        if bytes.len() < room {
            return Ok(entries);
        }
        if whole == 0 {
            room *= 2;
        }
    }
}

/// The names in a directory, sorted.
pub fn names(fd: Fd) -> Answer<Vec<String>> {
    let mut names: Vec<String> = readdir(fd, 4096, 0)?.into_iter().map(|entry| entry.name).collect();
    names.sort();
    Ok(names)
}
