//! The fuzz targets on inputs that are new in every run.
//!
//! A failure prints the target, the seed of the input and the command that repeats it, and leaves the input in
//! `target/fuzz/`. In the environment:
//!
//! - `FUZZ_SEED=0x… cargo test --test fuzz TARGET` tries the input of that seed only;
//! - `FUZZ_INPUT=FILE cargo test --test fuzz TARGET` tries that file only;
//! - `FUZZ_INPUTS=100000` or `FUZZ_SECONDS=600` tries more.
#![cfg(not(target_arch = "wasm32"))]

#[path = "support/fresh.rs"]
mod fresh;
#[path = "../fuzz/src/lib.rs"]
mod fuzz;

use std::any::Any;
use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use fuzz::targets::{TARGETS, Target, target};
use fuzz::{SplitMix, mutate};

/// How long one input may take. A thousand times what most take, as the machine may be busy; what is not linear takes
/// much longer.
const DEADLINE: Duration = Duration::from_secs(20);
/// How long a target goes on in the ordinary suite, if it has not had all its inputs by then.
const SECONDS: u64 = 5;
/// How often a failing input is tried with a piece less.
const ATTEMPTS: usize = 300;
/// The stack of the thread that a target runs on: what the main thread of a program has, and less than a worker of a
/// browser can have.
const STACK: usize = 8 << 20;

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    let parsed = match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => text.parse(),
    };
    Some(parsed.unwrap_or_else(|_| panic!("{variable} is a number, not `{text}`")))
}

/// How an input failed.
enum Failure {
    Panicked(String),
    /// It was not done in time; the thread goes on until the process ends.
    TooLong,
}

fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a panic without a message".to_owned())
}

/// Runs a target on an input, on a thread with the seed in its name: a stack that overflows cannot be caught, but the
/// name of its thread is printed.
fn tried(run: fn(&[u8]), input: &Arc<[u8]>, name: &str) -> Result<(), Failure> {
    let (sender, receiver) = channel();
    let input = input.clone();
    let body = move || {
        let result = catch_unwind(AssertUnwindSafe(|| run(&input)));
        let _ = sender.send(result.map_err(|payload| message(&*payload)));
    };
    std::thread::Builder::new().name(name.to_owned()).stack_size(STACK).spawn(body).expect("a thread can be started");
    match receiver.recv_timeout(DEADLINE) {
        Ok(result) => result.map_err(Failure::Panicked),
        Err(RecvTimeoutError::Timeout) => Err(Failure::TooLong),
        Err(RecvTimeoutError::Disconnected) => Err(Failure::Panicked("the thread ended".to_owned())),
    }
}

fn kept(name: &str, seed: u64, input: &[u8]) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/fuzz");
    let path = folder.join(format!("{name}-{seed:#018x}.bin"));
    std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&path, input)).expect("target/fuzz can be written");
    path
}

fn report(target: &Target, seed: u64, input: &Arc<[u8]>, failure: Failure) -> ! {
    let name = target.name;
    let mut told = format!("fuzz target `{name}` failed with the input of seed {seed:#x} ({} bytes)\n", input.len());
    let smallest = match failure {
        Failure::TooLong => {
            let _ = writeln!(told, "it was not done within {} seconds", DEADLINE.as_secs());
            input.to_vec()
        }
        Failure::Panicked(message) => {
            let message: String = message.chars().take(4000).collect();
            let _ = writeln!(told, "{message}");
            let fails = |shorter: &[u8]| tried(target.run, &Arc::from(shorter), name).is_err();
            let until = Instant::now() + 2 * DEADLINE;
            mutate::shrunk(input, ATTEMPTS, |shorter| Instant::now() < until && fails(shorter))
        }
    };
    let path = kept(name, seed, &smallest);
    if smallest.len() <= 256 {
        let _ = writeln!(told, "what is left of it: \"{}\"", smallest.escape_ascii());
    }
    if std::env::var_os("FUZZ_INPUT").is_none() {
        let _ = writeln!(told, "to repeat it:  FUZZ_SEED={seed:#x} cargo test --test fuzz {name}");
    }
    let _ = writeln!(told, "or, with what is left of it:  FUZZ_INPUT={} cargo test --test fuzz {name}", path.display());
    panic!("{told}");
}

/// Panics of the thread that is tried are reported once, at the end, and not for each attempt to make the input smaller.
fn quiet_panics() {
    static ONCE: OnceLock<()> = OnceLock::new();
    ONCE.get_or_init(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let thread = std::thread::current();
            let name = thread.name().unwrap_or_default();
            let is_tried = TARGETS.iter().any(|target| name.starts_with(target.name) && name != target.name);
            if is_tried {
                let place = info.location().map(ToString::to_string).unwrap_or_default();
                *PLACE.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = place;
            } else {
                usual(info);
            }
        }));
    });
}

/// Where the last panic was.
static PLACE: Mutex<String> = Mutex::new(String::new());

fn fuzz(name: &str) {
    quiet_panics();
    let target = target(name);
    let try_one = |seed: u64, input: Vec<u8>| {
        let input: Arc<[u8]> = input.into();
        if let Err(failure) = tried(target.run, &input, &format!("{name} seed {seed:#x}")) {
            let failure = match failure {
                Failure::Panicked(message) => {
                    let place = PLACE.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
                    Failure::Panicked(format!("{message}\n(the last panic was at {place})"))
                }
                other => other,
            };
            report(&target, seed, &input, failure);
        }
    };
    if let Ok(path) = std::env::var("FUZZ_INPUT") {
        return try_one(0, std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}")));
    }
    let corpus = (target.corpus)();
    if let Some(seed) = number("FUZZ_SEED") {
        return try_one(seed, mutate::input(seed, &corpus));
    }
    let seconds = number("FUZZ_SECONDS");
    let inputs = number("FUZZ_INPUTS").unwrap_or(if seconds.is_some() { u64::MAX } else { target.inputs });
    let until = Instant::now() + Duration::from_secs(seconds.unwrap_or(SECONDS));
    let mut seeds = SplitMix(fresh::seed());
    let mut tries = 0;
    for seed in std::iter::repeat_with(|| seeds.next()) {
        if tries >= inputs || (number("FUZZ_INPUTS").is_none() && Instant::now() > until) {
            break;
        }
        try_one(seed, mutate::input(seed, &corpus));
        tries += 1;
    }
    println!("{name}: {tries} inputs");
    assert!(tries > 0 && !corpus.is_empty());
}

/// What the targets begin with fails in none of them.
fn unchanged(name: &str) {
    quiet_panics();
    let target = target(name);
    for (place, input) in (target.corpus)().into_iter().enumerate() {
        let input: Arc<[u8]> = input.into();
        match tried(target.run, &input, &format!("{name} input {place} of the corpus")) {
            Ok(()) => {}
            Err(Failure::TooLong) => panic!("{name}: input {place} of the corpus takes too long"),
            Err(Failure::Panicked(message)) => {
                let path = kept(name, place as u64, &input);
                panic!("{name}: input {place} of the corpus, {}: {message}", path.display());
            }
        }
    }
}

macro_rules! targets {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            fuzz(stringify!($name));
        })*

        #[test]
        fn what_the_targets_begin_with_fails_in_none() {
            $(unchanged(stringify!($name));)*
        }

        #[test]
        fn each_target_is_run_here_and_by_libfuzzer() {
            let here = [$(stringify!($name)),*];
            let all: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
            assert_eq!(here.as_slice(), all);
            let manifest = include_str!("../fuzz/Cargo.toml");
            for name in all {
                let shell = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fuzz/fuzz_targets/{name}.rs"));
                let shell = std::fs::read_to_string(&shell).unwrap_or_else(|error| panic!("{}: {error}", shell.display()));
                assert!(shell.contains(&format!("targets::run(\"{name}\"")), "the shell of {name} runs it");
                assert!(manifest.contains(&format!("name = \"{name}\"")), "fuzz/Cargo.toml has {name}");
            }
        }
    };
}

targets! {
    detect text print copy wasi dwarf condition share project archive step_link protocol requests console
}

/// A harness that finds nothing would look like a program without faults.
#[test]
fn a_panic_and_a_hang_are_found_and_made_small() {
    quiet_panics();
    let fails = |input: &[u8]| input.windows(2).any(|pair| pair == b"()");
    let input = [b"a".repeat(500), b"()".to_vec(), b"b".repeat(500)].concat();
    assert_eq!(mutate::shrunk(&input, 2000, fails), b"()");
    let panics: fn(&[u8]) = |input| assert!(input.is_empty(), "it is not empty");
    assert!(tried(panics, &Arc::from(*b""), "detect test").is_ok());
    let failed = tried(panics, &Arc::from(*b"x"), "detect test");
    assert!(matches!(failed, Err(Failure::Panicked(message)) if message == "it is not empty"));
    let corpus = vec![b"(module (func))".to_vec(), b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0".to_vec()];
    let inputs: std::collections::HashSet<Vec<u8>> = (0..200).map(|seed| mutate::input(seed, &corpus)).collect();
    assert!(inputs.len() > 150, "the mutator makes {} inputs of 200 seeds", inputs.len());
    assert_eq!(mutate::input(7, &corpus), mutate::input(7, &corpus), "a seed stands for an input");
}
