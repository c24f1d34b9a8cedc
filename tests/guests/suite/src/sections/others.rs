//! What is left: randomness, yielding, signals, sockets.

use crate::report::Report;
use crate::system::*;

pub fn section(report: &mut Report) {
    let random = |len: usize| {
        let mut bytes = vec![0; len];
        unsafe { random_get(bytes.as_mut_ptr(), len) }.map(|()| bytes)
    };
    report.is("random_get nothing", random(0), "");
    report.is("random_get 32 bytes, twice the same", random(32) == random(32), "no");
    let many = random(100_000).expect("there is room for them");
    report.is("random_get 100000 bytes, all values", (0..=255).all(|byte| many.contains(&byte)), "yes");
    report.is("sched_yield", unsafe { sched_yield() }, "ok");

    let file = create(fresh("others"), "file");
    for (name, fd, answer) in [("a file", file, "NOTSOCK"), ("stdin", 0, "NOTSOCK"), ("nobody", NOBODY, "BADF")] {
        report.is(&format!("sock_accept {name}"), unsafe { sock_accept(fd, 0) }, answer);
        let mut byte = 0;
        let into = [Iovec { buf: &raw mut byte, buf_len: 1 }];
        report.is(&format!("sock_recv {name}"), unsafe { sock_recv(fd, &into, 0) }.map(drop), answer);
        let from = [Ciovec { buf: &raw const byte, buf_len: 1 }];
        report.is(&format!("sock_send {name}"), unsafe { sock_send(fd, &from, 0) }, answer);
        report.is(&format!("sock_shutdown {name}"), unsafe { sock_shutdown(fd, SDFLAGS_RD) }, answer);
    }
    report.is("proc_raise", unsafe { proc_raise(SIGNAL_NONE) }, "NOTSUP");
}
