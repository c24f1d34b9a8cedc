//! Generated modules: however they are run, they do the same.
#![cfg(not(target_arch = "wasm32"))]

#[path = "support/fresh.rs"]
mod fresh;
#[path = "support/smith/mod.rs"]
mod smith;

use smith::{Ended, InSlices, Instrumented, Observed, Plain, State, observe};
use wasmoscope::engine::validate::{Validity, validate};

/// Of which seeds modules are made: always the same, whose number `SMITH_MODULES` in the environment changes, and some
/// that no run had before. `SEED=…` is one alone.
fn seeds() -> Vec<u64> {
    fresh::seeds("SMITH_MODULES", 1000, 100)
}

/// A generator whose modules all trap at once, or do nothing, would find no difference between anything.
#[test]
fn the_modules_are_valid_and_do_something() {
    let seeds = seeds();
    let modules = seeds.len() as u64;
    let mut seen = [0; 6];
    for seed in seeds {
        let wasm = smith::module(seed);
        let validity = validate(&wasm);
        assert!(matches!(validity, Validity::Valid(_)), "seed {seed:#x}: {validity:?}");
        let observed = observe(&wasm, &mut Plain);
        let calls = &observed.calls;
        let changes =
            |differ: fn(&State, &State) -> bool| calls.iter().any(|call| differ(&call.state, &observed.state_at_start));
        let found = [
            !calls.is_empty(),
            calls.iter().any(|call| matches!(&call.ended, Ended::Returned(values) if !values.is_empty())),
            calls.iter().any(|call| matches!(&call.ended, Ended::Failed(code) if code != "UnreachableCodeReached")),
            changes(|a, b| a.memories != b.memories),
            // The last one is the fuel, which always changes.
            changes(|a, b| {
                a.globals.split_last().map(|(_, globals)| globals) != b.globals.split_last().map(|(_, globals)| globals)
            }),
            !observed.host_calls.is_empty(),
        ];
        for (seen, found) in seen.iter_mut().zip(found) {
            *seen += u64::from(found);
        }
    }
    println!("called, returned values, trapped, changed a memory, a global, called the host: {seen:?}");
    let least = [70, 30, 10, 3, 10, 3].map(|percent| percent * modules / 100);
    // Fewer say little of how many do what.
    if modules < 300 {
        return;
    }
    assert!(seen.iter().zip(least).all(|(seen, least)| *seen >= least), "{seen:?} of {modules}");
}

#[test]
fn a_run_repeats_itself() {
    for seed in seeds().into_iter().step_by(10) {
        same(seed, &observe(&smith::module(seed), &mut Plain), &observe(&smith::module(seed), &mut Plain));
    }
}

#[test]
fn a_run_in_slices_is_the_same_as_one_at_once() {
    let mut slices = 0;
    let seeds = seeds();
    let modules = seeds.len() as u64;
    for seed in seeds {
        let wasm = smith::module(seed);
        let plain = observe(&wasm, &mut Plain);
        for fuel in [1, 7, 100] {
            let mut backend = InSlices::of(fuel);
            same(seed, &plain, &observe(&wasm, &mut backend));
            slices += backend.slices;
        }
    }
    assert!(modules < 300 || slices > modules * 10, "only {slices} slices");
}

#[test]
fn an_instrumented_run_is_the_same_as_a_plain_one() {
    for seed in seeds() {
        let wasm = smith::module(seed);
        let plain = observe(&wasm, &mut Plain);
        same(seed, &plain, &observe(&wasm, &mut Instrumented::default()));
        same(seed, &plain, &observe(&wasm, &mut Instrumented::watching()));
    }
}

/// Fails with the first thing that differs, for all of it is long.
fn same(seed: u64, plain: &Observed, other: &Observed) {
    let again = format!("to repeat it: SEED={seed:#x} cargo test --test smith");
    assert_eq!(plain.start, other.start, "{again}");
    assert_eq!(plain.state_at_start, other.state_at_start, "{again}");
    for (plain, other) in plain.calls.iter().zip(&other.calls) {
        assert_eq!(plain, other, "{again}");
    }
    assert_eq!(plain, other, "{again}");
}
