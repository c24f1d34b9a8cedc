//! The contents of a core module.

use std::collections::HashMap;

use wasmparser::{
    BinaryReader, CompositeInnerType, ExternalKind, FuncType, GlobalType, KnownCustom, MemoryType, Name, Parser,
    Payload, TableType, TypeRef, ValType,
};

use crate::words;

/// Imports, exports and sizes of a core module.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    /// In the order of the import section.
    pub imports: Vec<Import>,
    /// In the order of the export section.
    pub exports: Vec<Export>,
    /// Descriptions of the memories by index, imported ones first.
    pub memories: Vec<String>,
    /// Their names without `$`, if the name section has any.
    pub memory_names: Vec<Option<String>>,
    /// The sections in order: name and size in bytes.
    pub sections: Vec<(String, u64)>,
    /// Names of the custom sections.
    pub custom_sections: Vec<String>,
    /// Whether it has a start function.
    pub has_start: bool,
    /// The number of functions, including imported ones.
    pub functions: u32,
    pub globals: u32,
    pub tables: u32,
}

/// One import.
#[derive(Debug, Clone)]
pub struct Import {
    pub module: String,
    pub name: String,
    /// Its type in the text format.
    pub ty: String,
    /// The type of a function, if the interpreter supports it.
    pub function: Option<FuncType>,
    /// Its offset in the binary.
    pub offset: u64,
}

/// One export.
#[derive(Debug, Clone)]
pub struct Export {
    pub name: String,
    pub kind: ExportKind,
    /// Its type in the text format.
    pub ty: String,
    /// A function's parameters and results; empty for other exports.
    pub params: Vec<String>,
    pub results: Vec<String>,
    /// The parameters' names without `$`, if the name section has any.
    pub param_names: Vec<Option<String>>,
}

/// The kind of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportKind {
    Function,
    Table,
    Memory,
    Global,
    Tag,
}

impl Summary {
    /// The exported function with that name.
    pub fn function_export(&self, name: &str) -> Option<&Export> {
        self.exports.iter().find(|export| export.kind == ExportKind::Function && export.name == name)
    }

    /// The names of the exported functions.
    pub fn function_exports(&self) -> impl Iterator<Item = &Export> {
        self.exports.iter().filter(|export| export.kind == ExportKind::Function)
    }

    /// What is called by default: `_start`, or `main` if it has no parameters, or the only exported function without
    /// parameters.
    pub fn default_entry(&self) -> Option<&str> {
        let takes_nothing = |export: &&Export| export.params.is_empty();
        if let Some(start) = self.function_export("_start") {
            return Some(&start.name);
        }
        if let Some(main) = self.function_export("main").filter(takes_nothing) {
            return Some(&main.name);
        }
        let mut candidates =
            self.function_exports().filter(takes_nothing).filter(|export| export.name != "_initialize");
        match (candidates.next(), candidates.next()) {
            (Some(only), None) => Some(&only.name),
            _ => None,
        }
    }
}

/// Reads a core module's imports, exports and sizes.
pub fn summarize(wasm: &[u8]) -> wasmparser::Result<Summary> {
    let mut summary = Summary::default();
    let mut types: Vec<Option<FuncType>> = Vec::new();
    let mut functions: Vec<u32> = Vec::new();
    let mut tables: Vec<TableType> = Vec::new();
    let mut memories: Vec<MemoryType> = Vec::new();
    let mut globals: Vec<GlobalType> = Vec::new();
    let mut known: HashMap<u32, &str> = HashMap::new();
    // Exports whose parameters may have names: the index of the function, and of the export.
    let mut named: Vec<(u32, usize)> = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload?;
        if let Some((id, range)) = payload.as_section() {
            summary.sections.push((section_name(id, &payload), range.end - range.start));
        }
        match payload {
            Payload::TypeSection(section) => {
                for group in section {
                    types.extend(group?.into_types().map(|ty| match ty.composite_type.inner {
                        CompositeInnerType::Func(function) => Some(function),
                        _ => None,
                    }));
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports_with_offsets() {
                    let (offset, import) = import?;
                    let mut function = None;
                    let ty = match import.ty {
                        TypeRef::Func(index) | TypeRef::FuncExact(index) => {
                            functions.push(index);
                            function = types.get(index as usize).cloned().flatten();
                            function_text(function.as_ref())
                        }
                        TypeRef::Table(table) => {
                            tables.push(table);
                            table_text(&table)
                        }
                        TypeRef::Memory(memory) => {
                            memories.push(memory);
                            memory_text(&memory)
                        }
                        TypeRef::Global(global) => {
                            globals.push(global);
                            global_text(&global)
                        }
                        TypeRef::Tag(_) => "(tag)".to_owned(),
                    };
                    let (module, name) = (import.module.to_owned(), import.name.to_owned());
                    summary.imports.push(Import { module, name, ty, function, offset });
                }
            }
            Payload::FunctionSection(section) => {
                for index in section {
                    functions.push(index?);
                }
            }
            Payload::TableSection(section) => {
                for table in section {
                    tables.push(table?.ty);
                }
            }
            Payload::MemorySection(section) => {
                for memory in section {
                    memories.push(memory?);
                }
            }
            Payload::GlobalSection(section) => {
                for global in section {
                    globals.push(global?.ty);
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    let index = export.index as usize;
                    let mut signature = None;
                    let (kind, ty) = match export.kind {
                        ExternalKind::Func | ExternalKind::FuncExact => {
                            let index = functions.get(index).copied().unwrap_or(u32::MAX) as usize;
                            signature = types.get(index).cloned().flatten();
                            (ExportKind::Function, function_text(signature.as_ref()))
                        }
                        ExternalKind::Table => {
                            (ExportKind::Table, tables.get(index).map(table_text).unwrap_or_default())
                        }
                        ExternalKind::Memory => {
                            (ExportKind::Memory, memories.get(index).map(memory_text).unwrap_or_default())
                        }
                        ExternalKind::Global => {
                            (ExportKind::Global, globals.get(index).map(global_text).unwrap_or_default())
                        }
                        ExternalKind::Tag => (ExportKind::Tag, "(tag)".to_owned()),
                    };
                    let names = |types: &[ValType]| types.iter().map(|ty| value_type(*ty)).collect();
                    let count = signature.as_ref().map_or(0, |ty| ty.params().len());
                    if count > 0 {
                        named.push((export.index, summary.exports.len()));
                    }
                    summary.exports.push(Export {
                        name: export.name.to_owned(),
                        kind,
                        ty,
                        params: signature.as_ref().map(|ty| names(ty.params())).unwrap_or_default(),
                        results: signature.as_ref().map(|ty| names(ty.results())).unwrap_or_default(),
                        param_names: vec![None; count],
                    });
                }
            }
            Payload::StartSection { .. } => summary.has_start = true,
            Payload::CustomSection(section) => {
                // A single memory needs no name; most modules have only one, so the code for this loads later.
                if memories.len() > 1
                    && let KnownCustom::Name(names) = section.as_known()
                {
                    // An invalid name section is ignored.
                    for name in names.into_iter().map_while(Result::ok) {
                        if let Name::Memory(map) = name {
                            known.extend(map.into_iter().map_while(Result::ok).map(|name| (name.index, name.name)));
                        }
                    }
                }
                if section.name() == "name" && !named.is_empty() {
                    named.sort_unstable();
                    // A name section is ignored from the first error on.
                    let _ = name_parameters(section.data(), &named, &mut summary.exports);
                }
                summary.custom_sections.push(section.name().to_owned());
            }
            _ => {}
        }
    }
    summary.functions = functions.len() as u32;
    summary.globals = globals.len() as u32;
    summary.tables = tables.len() as u32;
    summary.memories = memories.iter().map(memory_words).collect();
    summary.memory_names = (0..memories.len() as u32).map(|index| known.get(&index).map(ToString::to_string)).collect();
    Ok(summary)
}

/// Reads the names of parameters from the name section (core specification, appendix 7.4.1): the subsection of locals,
/// the first of which are the parameters. `named` is sorted: the index of a function, and that of one of its exports.
fn name_parameters(section: &[u8], named: &[(u32, usize)], exports: &mut [Export]) -> wasmparser::Result<()> {
    const LOCALS: u8 = 2;
    let mut section = BinaryReader::new(section, 0);
    while !section.eof() {
        let (id, size) = (section.read_u8()?, section.read_var_u32()?);
        let mut names = BinaryReader::new(section.read_bytes(size as usize)?, 0);
        if id != LOCALS {
            continue;
        }
        for _ in 0..names.read_var_u32()? {
            let (function, locals) = (names.read_var_u32()?, names.read_var_u32()?);
            let first = named.partition_point(|(index, _)| *index < function);
            let of_function = named[first..].iter().take_while(|(index, _)| *index == function);
            for _ in 0..locals {
                let (local, name) = (names.read_var_u32()? as usize, names.read_string()?);
                for (_, export) in of_function.clone() {
                    if let Some(known) = exports[*export].param_names.get_mut(local) {
                        *known = Some(name.to_owned());
                    }
                }
            }
        }
    }
    Ok(())
}

fn section_name(id: u8, payload: &Payload<'_>) -> String {
    match payload {
        Payload::CustomSection(section) => format!("custom \"{}\"", section.name()),
        _ => match id {
            1 => "type",
            2 => "import",
            3 => "function",
            4 => "table",
            5 => "memory",
            6 => "global",
            7 => "export",
            8 => "start",
            9 => "element",
            10 => "code",
            11 => "data",
            12 => "data count",
            13 => "tag",
            _ => "unknown",
        }
        .to_owned(),
    }
}

fn value_type(ty: ValType) -> String {
    match ty {
        ValType::Ref(reference) if reference.is_func_ref() => "funcref".to_owned(),
        ValType::Ref(reference) if reference.is_extern_ref() => "externref".to_owned(),
        other => other.to_string(),
    }
}

fn function_text(ty: Option<&FuncType>) -> String {
    let Some(ty) = ty else { return "(func)".to_owned() };
    let list = |word: &str, types: &[ValType]| match types {
        [] => String::new(),
        types => format!(" ({word} {})", types.iter().map(|ty| value_type(*ty)).collect::<Vec<_>>().join(" ")),
    };
    format!("(func{}{})", list("param", ty.params()), list("result", ty.results()))
}

fn table_text(table: &TableType) -> String {
    let most = table.maximum.map(|most| format!(" {most}")).unwrap_or_default();
    format!("(table {}{most} {})", table.initial, value_type(ValType::Ref(table.element_type)))
}

fn memory_text(memory: &MemoryType) -> String {
    let address = if memory.memory64 { "i64 " } else { "" };
    let most = memory.maximum.map(|most| format!(" {most}")).unwrap_or_default();
    let page_size = memory.page_size_log2.map(|log2| format!(" (pagesize {})", 1u64 << log2)).unwrap_or_default();
    format!("(memory {address}{}{most}{page_size})", memory.initial)
}

fn memory_words(memory: &MemoryType) -> String {
    let page = 1u64 << memory.page_size_log2.unwrap_or(16);
    let size = words::bytes(memory.initial.saturating_mul(page));
    let pages = if memory.initial == 1 { "page" } else { "pages" };
    match memory.maximum {
        Some(most) => format!("{} {pages} ({size}), at most {most}", memory.initial),
        None => format!("{} {pages} ({size})", memory.initial),
    }
}

fn global_text(global: &GlobalType) -> String {
    let ty = value_type(global.content_type);
    if global.mutable { format!("(global (mut {ty}))") } else { format!("(global {ty})") }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    fn param_names(text: &str) -> Vec<Vec<Option<String>>> {
        let wasm = wat::parse_str(text).expect("the text compiles");
        let summary = summarize(&wasm).expect("the module is valid");
        summary.exports.into_iter().map(|export| export.param_names).collect()
    }

    #[test]
    fn parameters_have_the_names_that_the_name_section_gives() {
        let text = "(module (import \"a\" \"b\" (func $b (param $x i32)))
            (func $calc (export \"calc\") (export \"again\") (param $a i32) (param i32) (param $c f64) (local $d i32))
            (func (export \"none\") (param i64)) (func (export \"nothing\")) (export \"b\" (func $b)))";
        let calc = vec![Some("a".to_owned()), None, Some("c".to_owned())];
        assert_eq!(param_names(text), [calc.clone(), calc, vec![None], vec![], vec![Some("x".to_owned())]]);
    }

    #[test]
    fn a_name_section_that_cannot_be_read_gives_no_names() {
        let mut wasm = wat::parse_str("(module (func (export \"f\") (param i32)))").expect("the text compiles");
        // The locals of a function, cut off.
        wasm.extend_from_slice(b"\0\x08\x04name\x02\x05\x01");
        let summary = summarize(&wasm).expect("the module is read");
        assert_eq!(summary.exports[0].param_names, [None]);
    }
}
