//! Seeds that are new in every run.
#![allow(dead_code, reason = "each test binary uses a part")]

use std::hash::{BuildHasher as _, RandomState};

/// A seed that no run had before.
pub fn seed() -> u64 {
    let time = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |time| time.as_nanos());
    // The standard library's hasher begins with keys from the operating system.
    RandomState::new().hash_one(time)
}

/// The seeds of a test: a fixed range, so that a run can be compared with the one before, and then new ones.
///
/// `variable` in the environment asks for another number of the fixed ones; `SEED=0x…` for that seed alone, which is how
/// a failure is repeated.
pub fn seeds(variable: &str, fixed: u64, new: u64) -> Vec<u64> {
    if let Ok(text) = std::env::var("SEED") {
        let digits = text.strip_prefix("0x");
        let seed = digits.map_or_else(|| text.parse(), |digits| u64::from_str_radix(digits, 16));
        return vec![seed.unwrap_or_else(|_| panic!("SEED is a number, not `{text}`"))];
    }
    let fixed = std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(fixed);
    (0..fixed).chain((0..new).map(|_| seed())).collect()
}
