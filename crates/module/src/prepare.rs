//! Prepares a module for running and inspection. Its code is unchanged except for the workarounds (see
//! `wasmi_workarounds`).
//!
//! wasmi gives access to a memory, a global or a table only through an export, and runs a start function in a way that
//! cannot be suspended. So every memory is exported under a reserved name, and the start function becomes an export
//! that the session calls first. Views hide names that begin with [`Reserved::prefix`].

use wasm_encoder::{ExportKind, ExportSection, Module, RawSection};
use wasmparser::{ExternalKind, MemorySectionReader, Parser, Payload, TypeRef};

use super::wasmi_workarounds::{CODE, separate_fused_selects_in_code};

/// The result of [`prepare`].
#[derive(Debug)]
pub struct Prepared {
    /// The module to pass to wasmi.
    pub wasm: Vec<u8>,
    pub reserved: Reserved,
}

/// The exports that are added to a prepared module.
#[derive(Debug)]
pub struct Reserved {
    /// The prefix of their names.
    pub prefix: String,
    /// The number of memories, including imported ones; each is exported, see [`Reserved::memory`].
    pub memories: u32,
    /// The module's initial memory size, in bytes.
    pub memory_bytes: u64,
    /// Whether there is a start function, exported as [`Reserved::start`].
    pub has_start: bool,
}

impl Reserved {
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

/// Rewrites the exports and the start function of a valid core module, and separates its fusible selects.
///
/// # Errors
///
/// If the module cannot be read; a valid one can.
pub fn prepare(wasm: &[u8], fusible: &[u64]) -> wasmparser::Result<Prepared> {
    let survey = survey(wasm)?;
    let reserved = Reserved {
        prefix: unused_prefix(&survey.export_names),
        memories: survey.memories,
        memory_bytes: survey.memory_bytes,
        has_start: survey.start.is_some(),
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
            finish(&mut module, exports.take(), &reserved, survey.start);
        }
        let data = &wasm[range.start as usize..range.end as usize];
        if id == CODE {
            module.section(&RawSection { id, data: &separate_fused_selects_in_code(data, range.start, fusible)? });
        } else if id != START {
            module.section(&RawSection { id, data });
        }
    }
    finish(&mut module, exports.take(), &reserved, survey.start);
    Ok(Prepared { wasm: module.finish(), reserved })
}

/// Adds the reserved exports and writes the section, once.
fn finish(module: &mut Module, exports: Option<ExportSection>, reserved: &Reserved, start: Option<u32>) {
    let Some(mut exports) = exports else { return };
    for memory in 0..reserved.memories {
        exports.export(&reserved.memory(memory), ExportKind::Memory, memory);
    }
    if let Some(start) = start {
        exports.export(&reserved.start(), ExportKind::Func, start);
    }
    if !exports.is_empty() {
        module.section(&exports);
    }
}

struct Survey {
    export_names: Vec<String>,
    memories: u32,
    memory_bytes: u64,
    start: Option<u32>,
}

fn survey(wasm: &[u8]) -> wasmparser::Result<Survey> {
    let mut survey = Survey { export_names: Vec::new(), memories: 0, memory_bytes: 0, start: None };
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    if matches!(import?.ty, TypeRef::Memory(_)) {
                        survey.memories += 1;
                    }
                }
            }
            Payload::MemorySection(section) => {
                survey.memories += section.count();
                survey.memory_bytes = memory_bytes(section)?;
            }
            Payload::ExportSection(section) => {
                for export in section {
                    survey.export_names.push(export?.name.to_owned());
                }
            }
            Payload::StartSection { func, .. } => survey.start = Some(func),
            _ => {}
        }
    }
    Ok(survey)
}

/// The initial size of the memories of a section, in bytes.
///
/// # Errors
///
/// If it cannot be read; in a valid module, it can.
pub fn memory_bytes(section: MemorySectionReader<'_>) -> wasmparser::Result<u64> {
    let mut bytes = 0_u64;
    for memory in section {
        let memory = memory?;
        let page = 1_u64.checked_shl(memory.page_size_log2.unwrap_or(16)).unwrap_or(u64::MAX);
        bytes = bytes.saturating_add(memory.initial.saturating_mul(page));
    }
    Ok(bytes)
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
        let prepared = prepare(&wat::parse_str(text).unwrap(), &[]).unwrap();
        wasmparser::Validator::new().validate_all(&prepared.wasm).expect("the prepared module is valid");
        prepared
    }

    #[test]
    fn a_memory_and_a_start_become_exports() {
        let prepared = prepare_text("(module (memory 1) (func $go) (start $go) (data (i32.const 0) \"x\"))");
        assert_eq!(exports(&prepared.wasm), ["wasmoscope:memory:0", "wasmoscope:start"]);
        assert!(prepared.reserved.has_start);
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
}
