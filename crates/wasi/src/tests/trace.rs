//! What a trace shows of calls.

use super::{Answer, BUFFER, Guest, IOVEC, RESULT, Vfs, config};
use crate::trace::{Filter, Outcome, TraceCall};
use crate::{Record, Version, WasiCtx};

fn traced(files: &[(&str, &str)]) -> Guest {
    let mut guest = Guest::with_files(files);
    let clock = Box::new(guest.clock.clone());
    guest.ctx().start_trace(clock);
    guest
}

impl Guest {
    fn calls(&mut self) -> Vec<TraceCall> {
        self.ctx().trace_mut().unwrap().take().collect()
    }

    fn lines(&mut self) -> Vec<String> {
        self.calls().iter().map(TraceCall::to_string).collect()
    }

    #[track_caller]
    fn line(&mut self) -> String {
        let [line] = self.lines().try_into().unwrap();
        line
    }
}

#[test]
fn a_file_is_opened_written_read_and_closed() {
    let mut guest = traced(&[]);
    let [path, len] = guest.path("it's.txt");
    guest.ok("path_open", &[3, 1, path, len, 9, 66, 0, 1, RESULT.into()]);
    assert_eq!(
        guest.line(),
        r#"path_open(3</>, SYMLINK_FOLLOW, "it's.txt", CREAT|TRUNC, FD_READ|FD_WRITE, 0, APPEND) = SUCCESS fd 4"#
    );
    guest.write(4, b"hello\n").unwrap();
    assert_eq!(guest.line(), r#"fd_write(4</it's.txt>, ["hello\n"]) = SUCCESS nwritten 6"#);
    guest.seek(4, -5, 2);
    assert_eq!(guest.line(), "fd_seek(4</it's.txt>, -5, END) = SUCCESS newoffset 1");
    guest.read(4, 100).unwrap();
    assert_eq!(guest.line(), r#"fd_read(4</it's.txt>, [100 bytes]) = SUCCESS "ello\n", nread 5"#);
    guest.ok("fd_close", &[4]);
    assert_eq!(guest.call("fd_close", &[4]), super::Errno::Badf);
    assert_eq!(guest.lines(), ["fd_close(4</it's.txt>) = SUCCESS", "fd_close(4) = BADF"]);
}

#[test]
fn filestat_and_dirent_are_decoded() {
    let mut guest = traced(&[("d/a", "12"), ("d/b", "")]);
    let [path, len] = guest.path("d/a");
    guest.ok("path_filestat_get", &[3, 0, path, len, BUFFER.into()]);
    let stat = guest.line();
    assert!(
        stat.starts_with(r#"path_filestat_get(3</>, 0, "d/a") = SUCCESS {REGULAR_FILE, size 2, nlink 1, ino"#),
        "{stat}"
    );
    let directory = guest.open_directory("d");
    let opened = guest.line();
    assert!(opened.contains(r#", "d", DIRECTORY, 0, ALL, 0) = SUCCESS fd 4"#), "{opened}");
    guest.ok("fd_readdir", &[directory, BUFFER.into(), 1000, 0, RESULT.into()]);
    let listed = guest.line();
    assert!(listed.contains(r#"fd_readdir(4</d>, 1000, 0) = SUCCESS ["#), "{listed}");
    assert!(listed.contains(r#""a", "b"], bufused"#), "{listed}");
    guest.ok("fd_fdstat_get", &[1, BUFFER.into()]);
    let stat = guest.line();
    assert!(stat.contains("fd_fdstat_get(1<stdout>) = SUCCESS {CHARACTER_DEVICE, flags 0, rights "), "{stat}");
    guest.ok("fd_prestat_get", &[3, BUFFER.into()]);
    guest.ok("fd_prestat_dir_name", &[3, BUFFER.into(), 1]);
    assert_eq!(
        guest.lines(),
        ["fd_prestat_get(3</>) = SUCCESS {DIR, pr_name_len 1}", r#"fd_prestat_dir_name(3</>, 1) = SUCCESS "/""#]
    );
    assert_eq!(guest.on_paths("path_symlink", "d/a", "link"), super::Errno::Success);
    let [path, len] = guest.path("link");
    guest.ok("path_readlink", &[3, path, len, BUFFER.into(), 100, RESULT.into()]);
    assert_eq!(
        guest.lines(),
        [
            r#"path_symlink("d/a", 3</>, "link") = SUCCESS"#,
            r#"path_readlink(3</>, "link", 100) = SUCCESS "d/a", bufused 3"#
        ]
    );
}

#[test]
fn arguments_clocks_and_randomness_are_decoded() {
    let mut guest = traced(&[]);
    guest.ok("args_sizes_get", &[RESULT.into(), i64::from(RESULT) + 4]);
    guest.ok("args_get", &[RESULT.into(), BUFFER.into()]);
    guest.ok("environ_get", &[RESULT.into(), BUFFER.into()]);
    guest.clock.ns.set(1_500_000_000);
    guest.ok("clock_time_get", &[1, 1000, RESULT.into()]);
    guest.ok("random_get", &[BUFFER.into(), 0]);
    guest.call("proc_raise", &[6]);
    assert_eq!(
        guest.lines(),
        [
            "args_sizes_get() = SUCCESS argc 2, argv_buf_size 12",
            r#"args_get() = SUCCESS ["prog", "zwölf"]"#,
            r#"environ_get() = SUCCESS ["HOME=/", "EMPTY="]"#,
            "clock_time_get(MONOTONIC, 0.000001s) = SUCCESS time 1.5s",
            r#"random_get(0) = SUCCESS """#,
            "proc_raise(ABRT) = NOTSUP",
        ]
    );
    assert_eq!(guest.answer("proc_exit", &[7]), Answer::Exit(7));
    assert_eq!(guest.line(), "proc_exit(7) = exits");
}

#[test]
fn a_call_that_waits_is_there_once_with_its_result() {
    let mut guest = traced(&[]);
    let [iovs, count] = guest.iovec(64);
    guest.clock.ns.set(100);
    guest.answer("fd_read", &[0, iovs, count, RESULT.into()]);
    assert!(guest.calls().is_empty());
    let waiting = guest.ctx().trace().unwrap().waiting().unwrap();
    assert_eq!((waiting.to_string().as_str(), waiting.number), ("fd_read(0<stdin>, [64 bytes]) = waits", 1));
    guest.retry();
    assert!(guest.calls().is_empty(), "it still waits");
    guest.clock.ns.set(5_000_000_100);
    guest.ctx().push_stdin(b"Ada\n");
    guest.retry();
    let [read] = guest.calls().try_into().unwrap();
    assert_eq!(read.to_string(), r#"fd_read(0<stdin>, [64 bytes]) = SUCCESS "Ada\n", nread 4"#);
    assert_eq!((read.number, read.at_ns, read.waited_ns), (1, 100, Some(5_000_000_000)));
    assert_eq!(guest.ctx().trace().unwrap().waiting(), None);
}

#[test]
fn what_is_polled_for_and_what_happens_is_decoded() {
    let mut guest = traced(&[]);
    guest.put(BUFFER, &[0; 96]);
    guest.put(BUFFER + 16, &[1]);
    guest.put(BUFFER + 24, &2_000_000_000_u64.to_le_bytes());
    guest.put(BUFFER + 48 + 8, &[1]);
    guest.answer("poll_oneoff", &[BUFFER.into(), i64::from(BUFFER) + 200, 2, RESULT.into()]);
    guest.ctx().push_stdin(b"x");
    guest.retry();
    assert_eq!(
        guest.line(),
        "poll_oneoff([{CLOCK MONOTONIC 2s}, {FD_READ 0<stdin>}], 2) = SUCCESS [{FD_READ 1 byte}], nevents 1"
    );
}

#[test]
fn a_pointer_out_of_memory_is_shown_as_one() {
    let mut guest = traced(&[]);
    guest.call("path_unlink_file", &[3, -16, 100]);
    guest.call("fd_write", &[1, -1, 1, RESULT.into()]);
    guest.put(IOVEC, &0xffff_0000_u32.to_le_bytes());
    guest.put(IOVEC + 4, &4_u32.to_le_bytes());
    guest.call("fd_write", &[1, IOVEC.into(), 1, RESULT.into()]);
    guest.call("clock_time_get", &[0, 0, 0x2_0000]);
    guest.call("fd_write", &[1, 0, 0x7fff_ffff, RESULT.into()]);
    assert_eq!(
        guest.lines(),
        [
            "path_unlink_file(3</>, <out of bounds 0xfffffff0>) = FAULT",
            "fd_write(1<stdout>, <out of bounds 0xffffffff>) = FAULT",
            "fd_write(1<stdout>, [<out of bounds 0xffff0000>]) = FAULT",
            "clock_time_get(REALTIME, 0s, <out of bounds 0x20000>) = FAULT",
            "fd_write(1<stdout>, <out of bounds 0x0>) = INVAL",
        ]
    );
}

#[test]
fn long_values_are_truncated() {
    let mut guest = traced(&[]);
    guest.write(1, &[b'x'; 1000]).unwrap();
    assert_eq!(
        guest.line(),
        format!("fd_write(1<stdout>, [\"{}\"… (1000 bytes)]) = SUCCESS nwritten 1000", "x".repeat(64))
    );
    for index in 0..100 {
        guest.put(IOVEC + 8 * index, &BUFFER.to_le_bytes());
        guest.put(IOVEC + 8 * index + 4, &1_u32.to_le_bytes());
    }
    guest.ok("fd_write", &[1, IOVEC.into(), 100, RESULT.into()]);
    let line = guest.line();
    assert!(line.ends_with(r#""x", … 92 more]) = SUCCESS nwritten 100"#), "{line}");
}

#[test]
fn a_buffer_that_overlaps_its_iovec_is_shown_as_it_was() {
    let mut guest = traced(&[("f", "abcdefgh")]);
    let fd = guest.open("f");
    guest.calls();
    guest.put(IOVEC, &IOVEC.to_le_bytes());
    guest.put(IOVEC + 4, &8_u32.to_le_bytes());
    guest.ok("fd_read", &[fd, IOVEC.into(), 1, RESULT.into()]);
    assert_eq!(guest.line(), r#"fd_read(4</f>, [8 bytes]) = SUCCESS "abcdefgh", nread 8"#);
}

#[test]
fn the_older_version_is_decoded_by_its_own_layouts() {
    let mut guest = Guest::start(Version::Unstable, |clock| WasiCtx::new(config(Vfs::new(), clock)));
    let clock = Box::new(guest.clock.clone());
    guest.ctx().start_trace(clock);
    let fd = guest.create("f");
    guest.calls();
    guest.write(fd, b"abc").unwrap();
    guest.seek(fd, 1, 2);
    guest.ok("fd_filestat_get", &[fd, BUFFER.into()]);
    let lines = guest.lines();
    assert_eq!(lines[1], "fd_seek(4</f>, 1, SET) = SUCCESS newoffset 1");
    assert!(lines[2].contains("{REGULAR_FILE, size 3, nlink 1, "), "{}", lines[2]);
}

#[test]
fn calls_are_filtered_by_name_path_and_failure() {
    let mut guest = traced(&[("d/words.txt", "")]);
    let fd = guest.open("d/words.txt");
    guest.write(fd, b"x").unwrap();
    guest.write(1, b"x").unwrap();
    guest.on_path("path_unlink_file", "nothing");
    guest.on_path("path_unlink_file", "d/words.txt");
    guest.ok("fd_renumber", &[fd, 1]);
    guest.write(1, b"y").unwrap();
    let filtered = |functions: &str, path: &str, failures: bool| Filter {
        functions: Filter::functions(functions),
        path: path.to_owned(),
        failures,
    };
    let ring = guest.ctx().trace().unwrap().ring();
    let numbers = |filter: Filter| {
        let passed: Vec<u64> = (1..=ring.total()).filter(|number| ring.passes(*number, &filter)).collect();
        let calls = (1..=ring.total()).filter_map(|number| ring.get(number));
        let again: Vec<u64> = calls.filter(|call| filter.passes_call(call)).map(|call| call.number).collect();
        assert_eq!(passed, again);
        passed
    };
    assert_eq!(numbers(filtered("", "", false)), [1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(numbers(filtered("fd_write", "", false)), [2, 3, 7]);
    assert_eq!(numbers(filtered("path_, renumber", "", false)), [1, 4, 5, 6]);
    assert_eq!(numbers(filtered("", "words", false)), [1, 2, 5, 6, 7]);
    assert_eq!(numbers(filtered("", "", true)), [4]);
    assert_eq!(numbers(filtered("fd_write", "words", false)), [2, 7]);
    assert_eq!(numbers(filtered("", "words", true)), [] as [u64; 0]);
    assert_eq!(ring.get(4).map(|call| call.outcome), Some(Outcome::Errno(44)));
}

#[test]
fn a_traced_run_is_the_same_run() {
    let run = |traces: bool| {
        let mut guest = Guest::new();
        if traces {
            let clock = Box::new(guest.clock.clone());
            guest.ctx().start_trace(clock);
        }
        guest.ok("clock_time_get", &[0, 0, RESULT.into()]);
        guest.ok("random_get", &[BUFFER.into(), 100]);
        let fd = guest.create("f");
        guest.write(fd, b"text").unwrap();
        guest.ctx().push_stdin(b"line\n");
        guest.read(0, 10).unwrap();
        postcard::to_allocvec(guest.ctx().record()).unwrap()
    };
    assert!(run(true) == run(false));
    let record: Record = postcard::from_bytes(&run(true)).unwrap();
    let mut replayed = Guest::start(Version::Preview1, |clock| {
        let mut ctx = WasiCtx::replay(&record);
        ctx.start_trace(Box::new(clock.clone()));
        ctx
    });
    replayed.ok("clock_time_get", &[0, 0, RESULT.into()]);
    assert!(replayed.u64_at(RESULT) > super::EPOCH, "the trace's clock takes none of the recorded readings");
}
