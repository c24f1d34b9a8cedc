//! Standard input, which has to be `one\ntwo\nthree` and then its end.

use super::poll::{poll, reads};
use crate::report::Report;
use crate::system::*;

pub fn section(report: &mut Report) {
    report.is("poll_oneoff input", poll(&[reads(1, 0)]), "1 FD_READ SUCCESS");
    report.is("fd_read nothing", read(0, 0), "");
    report.is("fd_read some", read(0, 2), "on");
    let mut line = String::new();
    report.is("read_line", std::io::stdin().read_line(&mut line).is_ok(), "yes");
    report.is("what it read", line.trim_end(), "e");
    let rest: Vec<String> = std::io::stdin().lines().map_while(Result::ok).collect();
    report.is("the rest", rest, "two three");
    report.is("fd_read at the end", read(0, 10), "");
    report.is("fd_read at the end again", read(0, 10), "");
    report.is("poll_oneoff at the end", poll(&[reads(2, 0)]), "2 FD_READ SUCCESS");
}
