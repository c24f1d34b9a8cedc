//! Invisible runs, from the request to the last event, so that the browser optimises their code.
//!
//! Before a program's first instruction, the worker reads, validates and links it, and wasmi translates it. A browser
//! compiles each of these functions when it is first called, and optimises the large ones after they have been called
//! often: until then, translating one function takes as long as a hundred do later.

use std::fmt::Write;

use super::Platform;
use super::event_loop::{EventLoop, Next};
use crate::engine::inspect::{self, Inspection};
use crate::engine::source::Source as EngineSource;
use crate::protocol::{Entry, Request, RunOptions, Source};

const NAME: &str = "warm-up.wat";

/// The start of the program's text: the WASI calls that programs make first, and its data.
const HEAD: &str = r#"(module
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_sizes_get" (func $environ_sizes (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_get" (func $environ (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_prestat_get" (func $prestat (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (table funcref (elem $i32 $i64))
  (type $integer (func (param i32 i32) (result i32)))
  (global $stack (mut i32) (i32.const 4096))
  (data (i32.const 1024) "\10\04\00\00\05\00\00\00")
  (data (i32.const 1040) "ready")
"#;

/// Calls everything once, and returns.
const START: &str = r#"(func (export "_start") (local $at i32)
    (drop (call $args_sizes (i32.const 64) (i32.const 68)))
    (drop (call $environ_sizes (i32.const 64) (i32.const 68)))
    (drop (call $environ (i32.const 64) (i32.const 128)))
    (drop (call $prestat (i32.const 3) (i32.const 64)))
    (loop $again
      (drop (call_indirect (type $integer) (local.get $at) (i32.const 7) (i32.const 0)))
      (drop (call $i64 (local.get $at) (i32.const 1)))
      (br_if $again (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 1))) (i32.const 4))))
    (drop (call $write (i32.const 1) (i32.const 1024) (i32.const 1) (i32.const 64)))
    (call $exit (i32.const 0)))
"#;

/// Calls, loops, memory and arithmetic, in an infinite loop.
const ENDLESS: &str = r#"(func $mix (param $n i32) (result i32)
    (if (result i32) (i32.lt_u (local.get $n) (i32.const 2))
      (then (local.get $n))
      (else (i32.add (call $mix (i32.sub (local.get $n) (i32.const 1)))
                     (call $mix (i32.sub (local.get $n) (i32.const 2)))))))
  (func (export "endless") (local $at i32)
    (loop $again
      (i32.store (i32.and (local.get $at) (i32.const 0xfffc)) (call $mix (i32.const 12)))
      (local.set $at (i32.add (local.get $at) (i32.const 4)))
      (br $again))))"#;

/// The text of a program with most kinds of instructions, except those that need the rest of the split engine.
fn program() -> String {
    let mut text = HEAD.to_owned();
    integers(&mut text, "i32", ["", ""], &["8", "16"]);
    integers(&mut text, "i64", ["(i64.extend_i32_u ", ")"], &["8", "16", "32"]);
    text.push_str(START);
    text.push_str(ENDLESS);
    text
}

/// A function `$i32` or `$i64` of type `$integer`; `from` and `to` wrap an i32 to convert it to that type.
fn integers(text: &mut String, ty: &str, [from, to]: [&str; 2], widths: &[&str]) {
    let mut line = |line: std::fmt::Arguments<'_>| {
        // Writing to a string cannot fail.
        let _ = text.write_fmt(line);
    };
    line(format_args!("(func ${ty} (param $x i32) (param $y i32) (result i32) (local $a {ty}) (local $b {ty})\n"));
    line(format_args!("(local.set $a {from}(local.get $x){to}) (local.set $b {from}(local.get $y){to})\n"));
    for operator in "add sub mul and or xor shl shr_s shr_u rotl rotr".split(' ') {
        line(format_args!("(local.set $a ({ty}.{operator} (local.get $a) (local.get $b)))\n"));
        line(format_args!("(local.set $b ({ty}.{operator} (local.get $a) ({ty}.const 5)))\n"));
    }
    for operator in "div_s div_u rem_s rem_u".split(' ') {
        line(format_args!("(local.set $a ({ty}.{operator} (local.get $b) ({ty}.const 3)))\n"));
    }
    for operator in "eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u".split(' ') {
        line(format_args!("(block (br_if 0 ({ty}.{operator} (local.get $a) (local.get $b)))\n"));
        line(format_args!("(local.set $a (select (local.get $a) (local.get $b)\n"));
        line(format_args!("({ty}.{operator} (local.get $a) ({ty}.const 9)))))\n"));
    }
    line(format_args!("({ty}.store (i32.const 256) (local.get $a))\n"));
    line(format_args!("(local.set $b ({ty}.load (global.get $stack)))\n"));
    for width in widths {
        line(format_args!("({ty}.store{width} offset=4 (local.get $y) (local.get $b))\n"));
        line(format_args!("(local.set $a ({ty}.add (local.get $a) ({ty}.load{width}_u (local.get $y))))\n"));
        line(format_args!("(local.set $b ({ty}.xor (local.get $b) ({ty}.load{width}_s offset=8 (local.get $y))))\n"));
    }
    line(format_args!("(global.set $stack (i32.add (global.get $stack) (i32.const 16)))\n"));
    line(format_args!("(memory.fill (i32.const 512) (i32.const 1) (i32.const 64))\n"));
    line(format_args!("(memory.copy (i32.const 600) (i32.const 512) (i32.const 64))\n"));
    line(format_args!("(block $c (block $b (block $a (br_table $a $b $c (local.get $x)))\n"));
    line(format_args!("(local.set $a ({ty}.clz (local.get $a)))) (local.set $a ({ty}.ctz (local.get $b))))\n"));
    line(format_args!("({ty}.eqz (local.get $a)))\n"));
}

/// Runs, one after the other, each in a separate event loop.
pub(super) struct WarmUpRuns<M> {
    platform: M,
    /// The same program as text and as a module: users have both.
    sources: [Source; 2],
    event_loop: Option<Box<EventLoop<M>>>,
    /// The number of completed runs.
    done: u32,
}

impl<M: Platform> WarmUpRuns<M> {
    /// Prepares the program; `None` if that fails.
    pub fn new(platform: M) -> Option<Self> {
        let text = program();
        let Inspection { wasm, .. } = inspect::inspect(&EngineSource::new(NAME, text.as_str()));
        let sources = [wasm?.to_vec(), text.into_bytes()].map(|bytes| Source { name: NAME.to_owned(), bytes });
        Some(Self { platform, sources, event_loop: None, done: 0 })
    }

    /// The program as a module; its export `endless` is an infinite loop.
    pub fn module(&self) -> &[u8] {
        &self.sources[0].bytes
    }

    /// Does the smallest possible piece of work.
    pub fn step(&mut self) {
        match &mut self.event_loop {
            None => {
                let source = self.sources[self.done as usize % self.sources.len()].clone();
                let run = Request::Run { run: 1, source, entry: Entry::Default, options: RunOptions::default() };
                let mut event_loop = Box::new(EventLoop::new(self.platform.clone()));
                // Decoding a request is warm by then: the page requests a check as soon as it is loaded.
                event_loop.handle(run, &mut |event| drop(event.encode()));
                self.event_loop = Some(event_loop);
            }
            Some(event_loop) => {
                if event_loop.tick(&mut |event| drop(event.encode())) == Next::Idle {
                    self.event_loop = None;
                    self.done += 1;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::runtime::{Compiled, Entry, Limits, Outcome, Progress, Session, SessionConfig};
    use crate::engine::vfs::Vfs;
    use crate::engine::wasi::{Clock, Random, WasiConfig};

    struct FixedPlatform;

    impl Clock for FixedPlatform {
        fn realtime_ns(&mut self) -> u64 {
            0
        }

        fn monotonic_ns(&mut self) -> u64 {
            0
        }
    }

    impl Random for FixedPlatform {
        fn fill(&mut self, _bytes: &mut [u8]) {}
    }

    #[test]
    fn the_program_is_valid_prints_and_ends() {
        let Inspection { wasm, summary, problems, facts, .. } = inspect::inspect(&EngineSource::new(NAME, program()));
        assert!(problems.is_empty(), "{problems:?}");
        let wasi = WasiConfig {
            args: Vec::new(),
            env: Vec::new(),
            vfs: Vfs::default(),
            preopens: Vec::new(),
            clock: Box::new(FixedPlatform),
            random: Box::new(FixedPlatform),
            output_limit: None,
        };
        let config = SessionConfig { entry: Entry::Default, limits: Limits::default(), wasi };
        let compiled = Compiled::new(NAME, &wasm.unwrap(), &facts, &config.limits).expect("it compiles");
        let mut session = Session::start(NAME, &compiled, &summary.unwrap(), config).expect("it starts");
        assert_eq!(session.advance(1_000_000), Progress::Done(Outcome::Exited(0)));
        assert_eq!(session.counters().output, 5);
    }
}
