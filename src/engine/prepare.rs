//! A module made ready to be run and looked into. Its code stays as it is, but for what is mended (see `mend`).
//!
//! wasmi reaches a memory, a global or a table only through an export, and runs a start function in a way that cannot
//! be suspended. So every memory is exported under a reserved name, and the start function becomes an export that the
//! session calls first. The names are reserved: views hide what begins with [`Prepared::prefix`].

use wasm_encoder::{ExportKind, ExportSection, Module, RawSection};
use wasmparser::{ExternalKind, Operator, Parser, Payload, TypeRef};

use super::mend::{CODE, mend_code};

/// What [`prepare`] made.
#[derive(Debug)]
pub struct Prepared {
    /// The module to give to wasmi.
    pub wasm: Vec<u8>,
    /// With what the reserved export names begin.
    pub prefix: String,
    /// How many memories there are, imported ones included; each is exported, see [`Prepared::memory`].
    pub memories: u32,
    /// Whether there is a start function, exported as [`Prepared::start`].
    pub has_start: bool,
    /// Whether the code has a `table.grow`; see [`super::runtime::limits`].
    pub grows_tables: bool,
}

impl Prepared {
    /// The export name of a memory.
    pub fn memory(&self, index: u32) -> String {
        format!("{}memory:{index}", self.prefix)
    }

    /// The export name of the start function.
    pub fn start(&self) -> String {
        format!("{}start", self.prefix)
    }
}

/// Section identifiers, core specification, section 5.5.2.
const START: u8 = 8;
/// Sections that come after the exports in a module.
const AFTER_EXPORT: [u8; 5] = [START, 9, 12, 10, 11];

/// Opcodes, core specification, section 5.4.6.
const MISCELLANEOUS: u8 = 0xFC;
const TABLE_GROW: u32 = 15;

/// Rewrites the exports and the start of a valid core module.
///
/// # Errors
///
/// Where the module cannot be read; a valid module always can.
pub fn prepare(wasm: &[u8]) -> wasmparser::Result<Prepared> {
    let survey = survey(wasm)?;
    let prefix = unused_prefix(&survey.export_names);
    let mut prepared = Prepared {
        wasm: Vec::new(),
        prefix,
        memories: survey.memories,
        has_start: survey.start.is_some(),
        grows_tables: survey.grows_tables,
    };

    let mut exports = Some(ExportSection::new());
    let mut module = Module::new();
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload?;
        let Some((id, range)) = payload.as_section() else { continue };
        if let Payload::ExportSection(section) = &payload
            && let Some(exports) = &mut exports
        {
            for export in section.clone() {
                let export = export?;
                exports.export(export.name, kind(export.kind), export.index);
            }
            continue;
        }
        if AFTER_EXPORT.contains(&id) {
            finish(&mut module, exports.take(), &prepared, survey.start);
        }
        let data = &wasm[range.start as usize..range.end as usize];
        if id == CODE {
            module.section(&RawSection { id, data: &mend_code(data)? });
        } else if id != START {
            module.section(&RawSection { id, data });
        }
    }
    finish(&mut module, exports.take(), &prepared, survey.start);
    prepared.wasm = module.finish();
    Ok(prepared)
}

/// Adds the reserved exports and writes the section, once.
fn finish(module: &mut Module, exports: Option<ExportSection>, prepared: &Prepared, start: Option<u32>) {
    let Some(mut exports) = exports else { return };
    for memory in 0..prepared.memories {
        exports.export(&prepared.memory(memory), ExportKind::Memory, memory);
    }
    if let Some(start) = start {
        exports.export(&prepared.start(), ExportKind::Func, start);
    }
    if !exports.is_empty() {
        module.section(&exports);
    }
}

struct Survey {
    export_names: Vec<String>,
    memories: u32,
    start: Option<u32>,
    grows_tables: bool,
}

fn survey(wasm: &[u8]) -> wasmparser::Result<Survey> {
    let mut survey = Survey { export_names: Vec::new(), memories: 0, start: None, grows_tables: false };
    let mut tables = false;
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    match import?.ty {
                        TypeRef::Memory(_) => survey.memories += 1,
                        TypeRef::Table(_) => tables = true,
                        _ => {}
                    }
                }
            }
            Payload::TableSection(section) => tables |= section.count() > 0,
            Payload::MemorySection(section) => survey.memories += section.count(),
            Payload::ExportSection(section) => {
                for export in section {
                    survey.export_names.push(export?.name.to_owned());
                }
            }
            Payload::StartSection { func, .. } => survey.start = Some(func),
            // Reading every instruction takes longer than all the rest, and most functions have none of these.
            Payload::CodeSectionEntry(body) if tables && !survey.grows_tables && may_grow_tables(body.as_bytes()) => {
                for operator in body.get_operators_reader()? {
                    if matches!(operator?, Operator::TableGrow { .. }) {
                        survey.grows_tables = true;
                        break;
                    }
                }
            }
            _ => {}
        }
    }
    Ok(survey)
}

/// Whether the bytes of a `table.grow` are among these: they may also be those of a constant or a length.
fn may_grow_tables(code: &[u8]) -> bool {
    let prefixes = code.iter().enumerate().filter(|(_, byte)| **byte == MISCELLANEOUS);
    prefixes.into_iter().any(|(at, _)| sub_opcode(&code[at + 1..]) == TABLE_GROW)
}

/// The number in front of these bytes, in LEB128: a small one may be written with more bytes than it needs.
fn sub_opcode(bytes: &[u8]) -> u32 {
    let mut number = 0;
    for (place, byte) in bytes.iter().take(5).enumerate() {
        number |= u32::from(byte & 0x7F) << (7 * place);
        if byte & 0x80 == 0 {
            break;
        }
    }
    number
}

/// A prefix that none of the module's own exports begins with.
fn unused_prefix(names: &[String]) -> String {
    let mut prefix = "wasmoscope:".to_owned();
    while names.iter().any(|name| name.starts_with(&prefix)) {
        prefix.insert(0, '_');
    }
    prefix
}

fn kind(kind: ExternalKind) -> ExportKind {
    match kind {
        ExternalKind::Func | ExternalKind::FuncExact => ExportKind::Func,
        ExternalKind::Table => ExportKind::Table,
        ExternalKind::Memory => ExportKind::Memory,
        ExternalKind::Global => ExportKind::Global,
        ExternalKind::Tag => ExportKind::Tag,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exports(wasm: &[u8]) -> Vec<String> {
        survey(wasm).unwrap().export_names
    }

    fn prepare_text(text: &str) -> Prepared {
        let prepared = prepare(&wat::parse_str(text).unwrap()).unwrap();
        wasmparser::Validator::new().validate_all(&prepared.wasm).expect("the prepared module is valid");
        prepared
    }

    #[test]
    fn a_memory_and_a_start_become_exports() {
        let prepared = prepare_text("(module (memory 1) (func $go) (start $go) (data (i32.const 0) \"x\"))");
        assert_eq!(exports(&prepared.wasm), ["wasmoscope:memory:0", "wasmoscope:start"]);
        assert!(prepared.has_start && !prepared.grows_tables);
        assert_eq!(survey(&prepared.wasm).unwrap().start, None);
    }

    #[test]
    fn exports_of_the_module_stay_and_come_first() {
        let prepared = prepare_text("(module (memory (export \"memory\") 1) (func (export \"f\")))");
        assert_eq!(exports(&prepared.wasm), ["memory", "f", "wasmoscope:memory:0"]);
    }

    #[test]
    fn a_module_that_uses_the_reserved_names_keeps_them() {
        let prepared = prepare_text("(module (memory (export \"wasmoscope:memory:0\") 1))");
        assert_eq!(exports(&prepared.wasm), ["wasmoscope:memory:0", "_wasmoscope:memory:0"]);
    }

    #[test]
    fn an_empty_module_stays_empty() {
        assert_eq!(prepare_text("(module)").wasm, b"\0asm\x01\0\0\0");
    }

    #[test]
    fn a_table_that_grows_is_seen() {
        let text = "(module (table 1 funcref) (func (drop (table.grow (ref.null func) (i32.const 1)))))";
        assert!(prepare_text(text).grows_tables);
        // Written with two bytes more than it takes.
        let mut wasm = wat::parse_str(text).unwrap();
        let at = wasm.windows(2).position(|bytes| bytes == [0xFC, 15]).unwrap();
        wasm.splice(at + 1..at + 2, [0x8F, 0x80, 0x00]);
        // The body is longer by two bytes, and so is its section.
        let code = wasm.iter().position(|byte| *byte == 10).unwrap();
        (wasm[code + 1], wasm[code + 3]) = (wasm[code + 1] + 2, wasm[code + 3] + 2);
        wasmparser::Validator::new().validate_all(&wasm).expect("it is valid");
        assert!(prepare(&wasm).unwrap().grows_tables);
    }

    #[test]
    fn a_constant_that_looks_like_a_growing_table_is_none() {
        // -132 is 0xFC 0x7E, and 0x7FC is 0xFC 0x0F.
        let text = "(module (table 1 funcref) (func (drop (i32.const 0x7FC)) (drop (i32.const -132))))";
        assert!(wat::parse_str(text).unwrap().windows(2).any(|bytes| bytes == [0xFC, 15]));
        assert!(!prepare_text(text).grows_tables);
    }
}
