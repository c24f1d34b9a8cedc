//! Rewrites the whole module: the copy's imports before its own, three functions for one, everything exported.

use wasm_encoder::reencode::Reencode;
use wasm_encoder::{
    ConstExpr, DataCountSection, DataSection, ElementSection, Elements, EntityType, ExportKind, ExportSection,
    FunctionSection, GlobalSection, GlobalType, ImportSection, MemorySection, MemoryType, Module, RefType,
    TableSection, TableType, TypeSection,
};
use wasmparser::{Parser, Payload, TypeRef};

use super::InstrumentError;
use super::code::{Code, Embedding, Options};
use super::copy::Instrumented;
use super::emit;
use super::initialize::Initializers;
use super::layout::{self, Register};
use super::plain::Shift;
use super::signatures::Signatures;
use super::support::Types;
use super::survey::Survey;

/// Makes the copy of a valid module that needs nothing beyond [`supported`](wasmoscope_module::validate::supported).
///
/// # Errors
///
/// If the module is not valid, or too large to be rewritten.
pub fn instrument(wasm: &[u8]) -> Result<Instrumented, InstrumentError> {
    instrument_with(wasm, Options::default())
}

/// Like [`instrument`], for a certain engine, or with checks of memory accesses. The copies of one module differ only in
/// their code: facts about one hold for the others, and so do saved states.
///
/// # Errors
///
/// Like [`instrument`].
pub fn instrument_with(wasm: &[u8], options: Options) -> Result<Instrumented, InstrumentError> {
    let survey = Survey::of(wasm)?;
    let types = Types::after(survey.signatures.types.len() as u32);
    let mut code = Code::of(wasm, &survey, types, options)?;
    let jump_table_bytes = code.jump_table.len() as u64 * u64::from(layout::COUNTER_STEP);
    if jump_table_bytes > u64::from(u32::MAX / 4) {
        return Err(InstrumentError::TooLarge("the module has too many instructions to be debugged"));
    }
    let prefix = unused_prefix(&survey.export_names);
    let mut sections = Sections::default();
    sections.own_imports(types);
    code.initialize(sections.reencode(wasm, code.has_stand_ins())?);
    sections.own_types(code.optimizes().then_some(&survey.signatures));
    code.declare(&mut sections.functions, &survey.signatures, types);
    sections.own_exports(&prefix, &survey, &code);
    sections.own_elements(&code);
    let jump_table_base = survey.signatures.jump_table();
    let saved_globals = match options.embedding {
        Embedding::Portable => survey.globals.len() as u32 * layout::GLOBAL_SIZE,
        Embedding::Linked | Embedding::Hosted => 0,
    };
    Ok(Instrumented {
        wasm: sections.module(&code),
        prefix,
        options,
        imported_functions: survey.signatures.imported,
        memories: survey.memories.len() as u32,
        memory_bytes: survey.memory_bytes,
        globals: survey.globals.len() as u32,
        tables: survey.tables.len() as u32,
        start: survey.start,
        filter: survey.signatures.filter(),
        jump_table_base,
        drops: if code.has_drops { survey.signatures.data + survey.signatures.elements } else { 0 },
        writes_tables: code.writes_tables,
        stack_base: layout::align(jump_table_base + jump_table_bytes as u32),
        // The results of a call from outside are stored before its frame, the globals after all frames.
        margin: layout::align(code.margin) + 64 * 1024 + saved_globals,
        code: code.table().len() as u32,
        first_function: code.first_function(),
        holds_references: code.holds_references,
        functions: code.functions,
        jump_table: code.jump_table,
        memory_types: survey.memories,
        global_types: survey.globals,
        table_types: survey.tables,
        original: wasm.into(),
        bodies: survey.bodies,
        known: Default::default(),
        latest: Default::default(),
    })
}

/// The sections of the copy except its code.
#[derive(Default)]
struct Sections {
    types: TypeSection,
    imports: ImportSection,
    functions: FunctionSection,
    tables: TableSection,
    memories: MemorySection,
    globals: GlobalSection,
    exports: ExportSection,
    elements: ElementSection,
    data: DataSection,
}

impl Sections {
    /// Re-encodes the original's sections, after those written already. Its active segments become passive; returns the
    /// functions that write them. If imported functions have stand-ins, they are no imports of the copy.
    fn reencode(&mut self, wasm: &[u8], has_stand_ins: bool) -> Result<Initializers, InstrumentError> {
        let mut initializers = Initializers::default();
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::TypeSection(section) => Shift.parse_type_section(&mut self.types, section)?,
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        let import = import?;
                        if !(has_stand_ins && matches!(import.ty, TypeRef::Func(_) | TypeRef::FuncExact(_))) {
                            Shift.parse_import(&mut self.imports, import)?;
                        }
                    }
                }
                Payload::TableSection(section) => Shift.parse_table_section(&mut self.tables, section)?,
                Payload::MemorySection(section) => Shift.parse_memory_section(&mut self.memories, section)?,
                Payload::GlobalSection(section) => Shift.parse_global_section(&mut self.globals, section)?,
                Payload::ExportSection(section) => Shift.parse_export_section(&mut self.exports, section)?,
                Payload::ElementSection(section) => {
                    for element in section {
                        initializers.element(&mut self.elements, element?)?;
                    }
                }
                Payload::DataSection(section) => {
                    for data in section {
                        initializers.data(&mut self.data, data?)?;
                    }
                }
                _ => {}
            }
        }
        Ok(initializers)
    }

    /// [`Types`], after the original's.
    fn own_types(&mut self, optimized: Option<&Signatures>) {
        let i32 = wasm_encoder::ValType::I32;
        self.types.ty().function([i32], [i32]);
        self.types.ty().function([i32], []);
        self.types.ty().function([], []);
        self.types.ty().function([i32; 4], [i32]);
        self.types.ty().function([i32; 2], [i32]);
        self.types.ty().function([i32, wasm_encoder::ValType::I64], [i32]);
        let Some(signatures) = optimized else { return };
        for ty in signatures.optimized_types() {
            let signature = signatures.types.get(ty as usize).cloned().flatten().unwrap_or_default();
            let params = [i32].into_iter().chain(signature.params.iter().map(|ty| emit::encoded(*ty)));
            let results = signature.results.iter().map(|ty| emit::encoded(*ty)).chain([i32]);
            self.types.ty().function(params.collect::<Vec<_>>(), results.collect::<Vec<_>>());
        }
    }

    fn own_imports(&mut self, types: Types) {
        let mut import = |name: &str, ty: EntityType| {
            self.imports.import(layout::MODULE, name, ty);
        };
        import(layout::GROW, EntityType::Function(types.grow));
        import(layout::OVERFLOW, EntityType::Function(types.nothing));
        import(layout::HOST_CALL, EntityType::Function(types.host_call));
        import(layout::MAY_GROW, EntityType::Function(types.may_grow));
        import(layout::BAD_CONVERSION, EntityType::Function(types.nothing));
        import(
            layout::STATE,
            EntityType::Memory(MemoryType {
                minimum: 1,
                maximum: None,
                memory64: false,
                shared: false,
                page_size_log2: None,
            }),
        );
        for (name, element_type) in [
            (layout::CODE, RefType::FUNCREF),
            (layout::FUNCREFS, RefType::FUNCREF),
            (layout::EXTERNREFS, RefType::EXTERNREF),
        ] {
            let ty = TableType { element_type, table64: false, minimum: 0, maximum: None, shared: false };
            import(name, EntityType::Table(ty));
        }
        for register in Register::ALL {
            let ty = GlobalType { val_type: wasm_encoder::ValType::I32, mutable: true, shared: false };
            import(register.name(), EntityType::Global(ty));
        }
    }

    fn own_exports(&mut self, prefix: &str, survey: &Survey, code: &Code) {
        for memory in 0..survey.memories.len() as u32 {
            self.exports.export(&format!("{prefix}memory:{memory}"), ExportKind::Memory, memory + 1);
        }
        for global in 0..survey.globals.len() as u32 {
            let index = global + Register::COUNT;
            self.exports.export(&format!("{prefix}global:{global}"), ExportKind::Global, index);
        }
        for table in 0..survey.tables.len() as u32 {
            self.exports.export(&format!("{prefix}table:{table}"), ExportKind::Table, table + layout::TABLES);
        }
        self.exports.export(&format!("{prefix}dispatch_loop"), ExportKind::Func, code.dispatch_loop());
        self.exports.export(&format!("{prefix}initialize"), ExportKind::Func, code.initializer());
        if let Some((save, load)) = code.global_functions() {
            self.exports.export(&format!("{prefix}save_globals"), ExportKind::Func, save);
            self.exports.export(&format!("{prefix}load_globals"), ExportKind::Func, load);
        }
    }

    /// Adds the code table's elements after the module's own segments, whose indices stay the same. It is written at
    /// instantiation.
    fn own_elements(&mut self, code: &Code) {
        let all: Vec<u32> = code.table().into_iter().chain(code.dropper()).collect();
        if !all.is_empty() {
            self.elements.active(Some(0), &ConstExpr::i32_const(0), Elements::Functions(all.into()));
        }
    }

    fn module(&self, code: &Code) -> Vec<u8> {
        let mut module = Module::new();
        module.section(&self.types).section(&self.imports).section(&self.functions);
        if !self.tables.is_empty() {
            module.section(&self.tables);
        }
        if !self.memories.is_empty() {
            module.section(&self.memories);
        }
        if !self.globals.is_empty() {
            module.section(&self.globals);
        }
        module.section(&self.exports);
        if !self.elements.is_empty() {
            module.section(&self.elements);
        }
        if !self.data.is_empty() {
            module.section(&DataCountSection { count: self.data.len() });
        }
        module.section(&code.section);
        if !self.data.is_empty() {
            module.section(&self.data);
        }
        module.finish()
    }
}

/// A prefix that none of the module's own exports has.
fn unused_prefix(names: &[String]) -> String {
    let mut prefix = "wasmoscope:".to_owned();
    while names.iter().any(|name| name.starts_with(&prefix)) {
        prefix.insert(0, '_');
    }
    prefix
}
