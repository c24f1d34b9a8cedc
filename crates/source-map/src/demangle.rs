//! Demangles names.

use std::fmt::{self, Write};

/// The maximum length of a name, in bytes.
const LONGEST: usize = 1_000;

/// A demangled Rust function name; any other name is returned unchanged.
pub fn demangled(name: &str) -> String {
    let Ok(demangled) = rustc_demangle::try_demangle(name) else { return name.to_owned() };
    let mut short = Short(String::new());
    // The alternate form omits the hash at the end.
    if write!(short, "{demangled:#}").is_err() {
        short.0.push('…');
    }
    short.0
}

/// Limits the length, because a mangled name can expand to more than all memory.
struct Short(String);

impl Write for Short {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        if self.0.len() + piece.len() > LONGEST {
            return Err(fmt::Error);
        }
        self.0.push_str(piece);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_of_mangling_are_undone_and_other_names_left() {
        assert_eq!(demangled("_ZN9wordcount5count5Count2of17h0123456789abcdefE"), "wordcount::count::Count::of");
        assert_eq!(demangled("_RNvCs1234_7mycrate3foo"), "mycrate::foo");
        assert_eq!(demangled("main"), "main");
        assert_eq!(demangled("$größe"), "$größe");
    }

    #[test]
    fn a_name_that_grows_without_end_is_cut() {
        // Each tuple holds the one before it twice.
        let mut name = "_RIC0TCs_1aB3_E".to_owned();
        for _ in 0..30 {
            let at = name.len() - 2;
            name.insert_str(at, "B3_B3_");
        }
        assert!(demangled(&name).len() <= LONGEST + "…".len().max(name.len()));
        let long = format!("_RNvC5crate{}{}", 3_000, "x".repeat(3_000));
        assert!(demangled(&long).len() <= LONGEST + "…".len());
    }
}
