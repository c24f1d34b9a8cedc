//! With what a program begins, and that it can throw it away: arguments, environment, what is open.

use crate::report::Report;
use crate::system::*;

pub fn section(report: &mut Report) {
    let (count, bytes) = unsafe { args_sizes_get() }.expect("there is room for two numbers");
    let arguments: Vec<String> = std::env::args().collect();
    report.is("args_sizes_get count", count == arguments.len(), "yes");
    report.is("args_sizes_get bytes", bytes == arguments.iter().map(|argument| argument.len() + 1).sum(), "yes");
    report.is(
        "args_get",
        strings(count, bytes, |pointers, buffer| unsafe { args_get(pointers, buffer) }) == arguments,
        "yes",
    );
    for argument in arguments.iter().skip_while(|argument| *argument != "--").skip(1) {
        println!("argument {argument:?}");
    }

    let (count, bytes) = unsafe { environ_sizes_get() }.expect("there is room for two numbers");
    let mut variables = strings(count, bytes, |pointers, buffer| unsafe { environ_get(pointers, buffer) });
    variables.sort();
    let mut known: Vec<String> = std::env::vars().map(|(name, value)| format!("{name}={value}")).collect();
    known.sort();
    report.is("environ_sizes_get count", count == known.len(), "yes");
    report.is("environ_get", variables == known, "yes");
    for variable in known {
        println!("variable {variable:?}");
    }

    let prestat = unsafe { fd_prestat_get(ROOT) };
    report.is("fd_prestat_get root", prestat.is_ok_and(|prestat| prestat.tag == PREOPENTYPE_DIR.raw()), "yes");
    let len = prestat.map_or(0, |prestat| unsafe { prestat.u.dir.pr_name_len });
    report.is("fd_prestat_get length", len, "1");
    report.is("fd_prestat_dir_name root", prestat_name(ROOT, len), "/");
    report.is(
        "fd_prestat_dir_name more room",
        prestat_name(ROOT, 10),
        "/\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00",
    );
    report.is("fd_prestat_dir_name no room", prestat_name(ROOT, 0), "NAMETOOLONG");
    report.is("fd_prestat_get the next one", unsafe { fd_prestat_get(4) }.map(drop), "BADF");
    report.is("fd_prestat_get stdin", unsafe { fd_prestat_get(0) }.map(drop), "BADF");
    report.is("fd_prestat_get nobody", unsafe { fd_prestat_get(NOBODY) }.map(drop), "BADF");
    let opened = fresh("start");
    report.is("fd_prestat_get an opened directory", unsafe { fd_prestat_get(opened) }.map(drop), "BADF");
    report.is("fd_prestat_dir_name an opened directory", prestat_name(opened, 10), "BADF");
    report.is("fd_prestat_dir_name nobody", prestat_name(NOBODY, 10), "BADF");
    close(opened).expect("it is open");
}

fn prestat_name(fd: Fd, room: usize) -> Answer<Vec<u8>> {
    let mut buffer = vec![0; room];
    unsafe { fd_prestat_dir_name(fd, buffer.as_mut_ptr(), room) }?;
    Ok(buffer)
}

/// The strings that a call puts into a buffer, with pointers to them.
fn strings(count: usize, bytes: usize, get: impl Fn(*mut *mut u8, *mut u8) -> Answer) -> Vec<String> {
    let mut buffer = vec![1_u8; bytes];
    let mut pointers = vec![std::ptr::null_mut(); count];
    get(pointers.as_mut_ptr(), buffer.as_mut_ptr()).expect("there is room for all");
    let start = buffer.as_ptr() as usize;
    pointers
        .iter()
        .map(|&pointer| {
            let rest = &buffer[pointer as usize - start..];
            let end = rest.iter().position(|&byte| byte == 0).expect("each ends with a zero");
            String::from_utf8_lossy(&rest[..end]).into_owned()
        })
        .collect()
}

/// What was open from the start is closed, and other things put in its place.
pub fn end(report: &mut Report) {
    let dir = fresh("end");
    put(dir, "file", "text");
    report.is("fd_close stdin", close(0), "ok");
    report.is("fd_read stdin, closed", read(0, 1), "BADF");
    let file = open(dir, "file", 0, R);
    report.is("path_open takes the smallest number", file, "0");
    report.is("fd_read a file as stdin", read(0, 9), "text");
    report.is("fd_renumber a file onto the root", unsafe { fd_renumber(0, ROOT) }, "ok");
    report.is("fd_prestat_get the root's number", unsafe { fd_prestat_get(ROOT) }.map(drop), "BADF");
    report.is("path_open in the root's number", opens(ROOT, "end", 0, R), "NOTDIR");
    report.is("fd_close the root's number", close(ROOT), "ok");
    report.is("fd_close it again", close(ROOT), "BADF");
    report.is("path_open in a directory that stays", opens(dir, "file", 0, R), "ok");
    report.is("fd_close stderr", close(2), "ok");
    report.is("fd_write stderr, closed", write(2, &["nobody reads this"]), "BADF");
}
