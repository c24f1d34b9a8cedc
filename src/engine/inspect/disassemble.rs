//! A module's text, for reading.

use std::fmt;

/// The most text that [`disassemble`] makes, in bytes.
const LIMIT: usize = 5 << 20;

/// Prints a module as WebAssembly text; what goes past 5 MiB is left out, and the text says so at its end.
///
/// # Errors
///
/// A sentence on why the module cannot be printed.
pub fn disassemble(wasm: &[u8]) -> Result<String, String> {
    let mut limited = Limited { text: String::new(), full: false };
    let printed = wasmprinter::Config::new().print(wasm, &mut wasmprinter::PrintFmtWrite(&mut limited));
    match printed {
        Ok(()) => Ok(limited.text),
        Err(_) if limited.full => {
            limited.text.push_str("\n;; ... cut here: the whole text is longer than is shown\n");
            Ok(limited.text)
        }
        Err(error) => Err(format!("the module cannot be shown as text: {error}")),
    }
}

struct Limited {
    text: String,
    full: bool,
}

impl fmt::Write for Limited {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        if self.text.len() + piece.len() > LIMIT {
            self.full = true;
            return Err(fmt::Error);
        }
        self.text.push_str(piece);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_larger_than_the_limit_is_cut_and_says_so() {
        let mut text = "(module (func".to_owned();
        text.push_str(&" i64.const 1234567890123 drop".repeat(200_000));
        text.push_str("))");
        let printed = disassemble(&wat::parse_str(&text).unwrap()).unwrap();
        assert!(printed.len() <= LIMIT + 100 && printed.len() > LIMIT / 2, "{}", printed.len());
        assert!(printed.ends_with("cut here: the whole text is longer than is shown\n"));
    }

    #[test]
    fn a_small_module_is_printed_whole() {
        let wasm = wat::parse_str("(module (func $f (export \"f\") (result i32) i32.const 42))").unwrap();
        let printed = disassemble(&wasm).unwrap();
        assert!(printed.contains("(func $f") && printed.contains("i32.const 42"), "{printed}");
    }
}
