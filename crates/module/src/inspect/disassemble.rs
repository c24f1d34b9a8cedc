//! Prints modules as text.

use std::borrow::Cow;
use std::fmt;

use wasm_encoder::{CustomSection, IndirectNameMap, Module, NameMap, NameSection, RawSection};
use wasmparser::{CustomSectionReader, KnownCustom, Name, Parser, Payload};

/// The maximum length of the text from [`disassemble`], in bytes.
const LIMIT: usize = 5 << 20;

/// A module's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disassembly {
    pub text: String,
    /// Whether the text is complete: only then can it be compiled again.
    pub is_whole: bool,
}

/// Prints a module as WebAssembly text, without the debug information that compilers emit. Text beyond 5 MiB is left
/// out, with a note at its end.
///
/// # Errors
///
/// A sentence that says why the module cannot be printed.
pub fn disassemble(wasm: &[u8]) -> Result<Disassembly, String> {
    let (readable, left_out) = readable(wasm);
    let mut limited = Limited { text: String::new(), full: false };
    let printed = wasmprinter::Config::new().print(&readable, &mut wasmprinter::PrintFmtWrite(&mut limited));
    let Limited { mut text, full } = limited;
    match printed {
        Ok(()) => {
            if !left_out.is_empty() {
                let sections = left_out.join(", ");
                text.push_str(&format!(";; Left out, as they are for debuggers: the custom sections {sections}.\n"));
            }
            Ok(Disassembly { text, is_whole: true })
        }
        Err(_) if full => {
            text.push_str("\n;; ... truncated: the whole text is too long to show\n");
            Ok(Disassembly { text, is_whole: false })
        }
        Err(error) => Err(format!("the module cannot be shown as text: {error}")),
    }
}

/// The module without its DWARF sections, which would make up most of the text, and without label names that cannot be
/// printed; also returns the names of these sections. What is before the code section stays, so that the remaining
/// offsets do not change.
pub fn readable(wasm: &[u8]) -> (Cow<'_, [u8]>, Vec<&str>) {
    let mut names = Vec::new();
    let mut is_past_code = false;
    let mut is_changed = false;
    let mut module = Module::new();
    for payload in Parser::new(0).parse_all(wasm) {
        // An unreadable module is not rewritten; printing it reports the error.
        let Ok(payload) = payload else { return (wasm.into(), Vec::new()) };
        is_past_code |= matches!(payload, Payload::CodeSectionStart { .. });
        if let Payload::CustomSection(section) = &payload
            && is_past_code
            && section.name().starts_with(".debug_")
        {
            names.push(section.name());
            is_changed = true;
        } else if let Payload::CustomSection(section) = &payload
            && is_past_code
            && let Some(data) = printable_labels(section)
        {
            module.section(&CustomSection { name: section.name().into(), data: data.into() });
            is_changed = true;
        } else if let Some((id, range)) = payload.as_section() {
            // The size of a code section is known before it is clear whether it is complete.
            let Some(data) = wasm.get(range.start as usize..range.end as usize) else {
                return (wasm.into(), Vec::new());
            };
            module.section(&RawSection { id, data });
        }
    }
    if is_changed { (module.finish().into(), names) } else { (wasm.into(), names) }
}

/// A name section without the label names that wasmprinter 0.263 writes as `$"#label0 " (@name "")`: the annotation is
/// allowed where the label is declared, but wasmprinter also writes it behind every branch to it, where it does not
/// compile. `None` if the section has none of these, or is another section.
fn printable_labels(section: &CustomSectionReader<'_>) -> Option<Vec<u8>> {
    let KnownCustom::Name(mut reader) = section.as_known() else { return None };
    let (data, begin) = (section.data(), section.data_offset());
    let mut rewritten = Vec::new();
    let mut is_changed = false;
    loop {
        let start = reader.sections.original_position();
        // A section that cannot be read to its end is printed as far as it can be.
        let Some(subsection) = reader.next().transpose().ok()? else { break };
        let range = (start - begin) as usize..(reader.sections.original_position() - begin) as usize;
        let Name::Label(functions) = subsection else {
            rewritten.extend_from_slice(data.get(range)?);
            continue;
        };
        let mut kept = IndirectNameMap::new();
        for function in functions {
            let function = function.ok()?;
            let mut labels = NameMap::new();
            for label in function.names {
                let label = label.ok()?;
                match label.name.is_empty() || label.name.starts_with('#') {
                    true => is_changed = true,
                    false => labels.append(label.index, label.name),
                }
            }
            kept.append(function.index, &labels);
        }
        let mut labels = NameSection::new();
        labels.labels(&kept);
        rewritten.extend_from_slice(&labels.as_custom().data);
    }
    is_changed.then_some(rewritten)
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
    fn a_code_section_that_is_cut_short_is_refused() {
        let mut cut = wat::parse_str("(module (func) (func))").expect("it compiles");
        let size = cut.len() - 9;
        assert_eq!(cut[size..][..3], [10, 7, 2]);
        cut[size + 1] = 100;
        let error = disassemble(&cut).expect_err("it is not all there");
        assert!(error.starts_with("the module cannot be shown as text"), "{error}");
    }

    #[test]
    fn a_module_larger_than_the_limit_is_truncated_with_a_note() {
        let mut text = "(module (func".to_owned();
        text.push_str(&" i64.const 1234567890123 drop".repeat(200_000));
        text.push_str("))");
        let Disassembly { text: printed, is_whole } = disassemble(&wat::parse_str(&text).unwrap()).unwrap();
        assert!(!is_whole);
        assert!(printed.len() <= LIMIT + 100 && printed.len() > LIMIT / 2, "{}", printed.len());
        assert!(printed.ends_with("truncated: the whole text is too long to show\n"));
    }

    /// Found by the fuzz target `print`.
    #[test]
    fn a_label_whose_name_cannot_be_printed_has_its_number() {
        let text = r#"(module (func $f (param $n i32)
            block $"x" (@name "") local.get $n br_if $"x" br 0 end
            loop $l block $"y" (@name "\#label") br $l br $"y" end end))"#;
        let wasm = wat::parse_str(text.replace("\\#", "#")).unwrap();
        let Disassembly { text: printed, .. } = disassemble(&wasm).unwrap();
        assert!(printed.contains("(func $f (;0;)") && printed.contains("local.get $n"), "{printed}");
        assert!(printed.contains("br_if 0") && printed.contains("br $l"), "{printed}");
        let again = disassemble(&wat::parse_str(&printed).unwrap()).unwrap();
        assert_eq!(again.text, printed);
    }

    #[test]
    fn a_small_module_is_printed_whole() {
        let wasm = wat::parse_str("(module (func $f (export \"f\") (result i32) i32.const 42))").unwrap();
        let Disassembly { text: printed, is_whole } = disassemble(&wasm).unwrap();
        assert!(is_whole);
        assert!(printed.contains("(func $f") && printed.contains("i32.const 42"), "{printed}");
    }

    #[test]
    fn what_is_for_debuggers_is_left_out_and_named() {
        let text =
            |custom: &str| format!("(module (@custom \".debug_early\" (before code) \"abc\") (func $f) {custom})");
        let with = "(@custom \"mine\" \"1\") (@custom \".debug_info\" \"2\") (@custom \".debug_str\" \"3\")";
        let with = wat::parse_str(text(with)).unwrap();
        let printed = disassemble(&with).unwrap();
        assert!(printed.is_whole && printed.text.contains("mine") && printed.text.contains(".debug_early"));
        assert!(printed.text.ends_with("the custom sections .debug_info, .debug_str.\n"), "{}", printed.text);
        let again = wat::parse_str(&printed.text).unwrap();
        assert_eq!(readable(&again).0, readable(&with).0);
        let code = |wasm: &[u8]| wasm.iter().position(|byte| *byte == 10);
        assert_eq!(code(&readable(&with).0), code(&with), "offsets stay");
    }
}
