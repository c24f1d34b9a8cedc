//! The module as a whole: the copy's imports before its own, three functions for one, everything exported.

use std::ops::Range;
use std::sync::Arc;

use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{
    CodeSection, ConstExpr, DataCountSection, DataSection, ElementSection, Elements, EntityType, ExportKind,
    ExportSection, FunctionSection, GlobalSection, GlobalType, ImportSection, MemorySection, MemoryType, Module,
    RefType, TableSection, TableType, TypeSection,
};
use wasmparser::{
    CompositeInnerType, FuncToValidate, FuncValidatorAllocations, FunctionBody, Operator, Parser, Payload, TypeRef,
    ValType, ValidPayload, Validator, ValidatorResources,
};

use super::analyse::{Function, analyse};
use super::emit;
use super::layout::{self, Register};
use super::plain::Shift;
use super::segments::{Segment, segments, single_steps};
use super::support::{self, Callee, Types};
use crate::engine::validate;

/// Why a module could not be instrumented: it is not valid, or something in it cannot be encoded.
#[derive(Debug, thiserror::Error)]
pub enum InstrumentError {
    #[error("the module is not valid")]
    Invalid(#[from] wasmparser::BinaryReaderError),
    #[error("the module cannot be written again")]
    Encode(#[from] reencode::Error<std::convert::Infallible>),
    #[error("{0}")]
    TooLarge(&'static str),
}

/// A copy of a module, as [`instrument`] makes it.
#[derive(Debug)]
pub struct Instrumented {
    /// The copy.
    pub wasm: Vec<u8>,
    /// With what the names of the exports begin that the original does not have.
    pub prefix: String,
    /// The functions with a body, in their order.
    pub functions: Vec<FunctionInfo>,
    /// How many functions the original imports; they come first in its index space.
    pub imported_functions: u32,
    /// How many there are in the original, imported ones included. Each is exported.
    pub memories: u32,
    pub globals: u32,
    pub tables: u32,
    /// The original's start function; the copy has none.
    pub start: Option<u32>,
    /// For each instruction, where a run function goes with it.
    pub redirects: Vec<u32>,
    /// Where they begin in the state memory.
    pub redirects_base: u32,
    /// How many data and elem segments there are, which may be dropped.
    pub drops: u32,
    /// Whether any instruction writes to a table.
    pub writes_tables: bool,
    /// Where the first frame may be.
    pub stack_base: u32,
    /// How far beyond [`Register::Limit`] the state memory has to go on.
    pub margin: u32,
    /// How many entries the table of code has: run functions, step functions, and then the original's functions. One
    /// more comes after them, see [`Instrumented::dropper_index`].
    pub code: u32,
    /// Where in that table the original's functions begin.
    pub first_function: u32,
    /// Whether any frame holds a reference; only then are there tables beside the state memory.
    pub holds_references: bool,
    original: Arc<[u8]>,
    bodies: Vec<Body>,
}

#[derive(Debug)]
struct Body {
    resources: ValidatorResources,
    index: u32,
    ty: u32,
    range: Range<usize>,
}

/// What the debugger needs to know of a function without analysing it again.
#[derive(Debug)]
pub struct FunctionInfo {
    pub params: Vec<ValType>,
    pub results: Vec<ValType>,
    /// In bytes.
    pub frame_size: u32,
    /// Without the parameters.
    pub locals: Vec<ValType>,
    /// The first of its instructions among [`Instrumented::redirects`].
    pub first_redirect: u32,
    pub instructions: u32,
    /// The first instruction of each segment, and how many steps the segment has.
    pub segments: Vec<(u32, u32)>,
    /// The first of its step functions among all the code.
    pub first_step_function: u32,
    /// The instruction from which on each step function is responsible.
    pub step_functions: Vec<u32>,
}

impl Instrumented {
    /// The export name of a memory of the original.
    pub fn memory(&self, index: u32) -> String {
        format!("{}memory:{index}", self.prefix)
    }

    /// The export name of a global of the original.
    pub fn global(&self, index: u32) -> String {
        format!("{}global:{index}", self.prefix)
    }

    /// The export name of a table of the original.
    pub fn table(&self, index: u32) -> String {
        format!("{}table:{index}", self.prefix)
    }

    /// The export name of the driver.
    pub fn driver(&self) -> String {
        format!("{}driver", self.prefix)
    }

    /// Where in the table of code is the function that drops again what the drops in the state memory name; only where
    /// something can be dropped.
    pub fn dropper_index(&self) -> u32 {
        self.code
    }

    /// The function, by its number among those with a body, and the instruction at an offset of the original; where
    /// control goes on from there, if it is no step.
    pub fn position_at(&self, offset: u64) -> Option<(u32, u32)> {
        let number = self.bodies.iter().position(|body| body.range.contains(&(offset as usize)))? as u32;
        let function = self.analyse(number)?;
        let index = function.instructions.partition_point(|instruction| instruction.offset < offset) as u32;
        let index = function.follow(index);
        function.is_step(index).then_some((number, index))
    }

    /// What is at each instruction of a function, which is named by its number among those with a body.
    pub fn analyse(&self, number: u32) -> Option<Function<'_>> {
        let body = self.bodies.get(number as usize)?;
        let bytes = self.original.get(body.range.clone())?;
        let reader = wasmparser::BinaryReader::new_features(bytes, body.range.start as u64, validate::supported());
        analyse(body.to_validate(), &FunctionBody::new(reader), &mut FuncValidatorAllocations::default()).ok()
    }
}

impl Body {
    fn to_validate(&self) -> FuncToValidate<ValidatorResources> {
        FuncToValidate {
            resources: self.resources.clone(),
            index: self.index,
            ty: self.ty,
            features: validate::supported(),
        }
    }
}

/// What calls need to know of all functions and types.
#[derive(Debug, Default)]
pub struct Signatures {
    types: Vec<Option<Signature>>,
    /// The types of all functions, imported ones first.
    functions: Vec<u32>,
    imported: u32,
    callees: Vec<Callee>,
    /// How many segments there are.
    data: u32,
    elements: u32,
}

/// Parameters and results of a function.
#[derive(Debug, Clone, Default)]
pub struct Signature {
    pub params: Vec<ValType>,
    pub results: Vec<ValType>,
}

impl Signatures {
    /// The function of that index, if it has a body.
    pub fn callee(&self, function: u32) -> Option<&Callee> {
        self.callees.get(function.checked_sub(self.imported)? as usize)
    }

    /// The type of what a call or tail call calls.
    ///
    /// # Errors
    ///
    /// Where there is no such function or type, which a valid module has.
    pub fn called(&self, operator: &Operator<'_>) -> Result<&Signature, InstrumentError> {
        let ty = match operator {
            Operator::Call { function_index } | Operator::ReturnCall { function_index } => {
                self.functions.get(*function_index as usize).copied()
            }
            Operator::CallIndirect { type_index, .. } | Operator::ReturnCallIndirect { type_index, .. } => {
                Some(*type_index)
            }
            _ => None,
        };
        ty.and_then(|ty| self.types.get(ty as usize)?.as_ref())
            .ok_or(InstrumentError::TooLarge("a call names a type that is not there"))
    }

    /// Where it is noted that an instruction has dropped a segment, if it does.
    pub fn drop_flag(&self, operator: &Operator<'_>) -> Option<u32> {
        match operator {
            Operator::DataDrop { data_index } => Some(layout::DROPS + data_index),
            Operator::ElemDrop { elem_index } => Some(layout::DROPS + self.data + elem_index),
            _ => None,
        }
    }

    /// Where the redirects begin.
    fn redirects(&self) -> u32 {
        layout::align(layout::DROPS + self.data + self.elements)
    }

    fn of_function(&self, function: u32) -> Signature {
        let ty = self.functions.get(function as usize);
        ty.and_then(|ty| self.types.get(*ty as usize)?.clone()).unwrap_or_default()
    }
}

/// Makes the copy of a valid module that needs nothing beyond [`validate::supported`].
///
/// # Errors
///
/// Where the module is not valid, or too large to be written again.
pub fn instrument(wasm: &[u8]) -> Result<Instrumented, InstrumentError> {
    let mut rewriter = Rewriter::new(wasm);
    rewriter.survey()?;
    rewriter.sections()?;
    rewriter.finish()
}

/// How many pages the state memory begins with, besides those for the redirects.
const FIRST_PAGES: u32 = 4;
const PAGE: u32 = 1 << 16;

struct Rewriter<'a> {
    wasm: &'a [u8],
    types: TypeSection,
    imports: ImportSection,
    functions: FunctionSection,
    tables: TableSection,
    memories: MemorySection,
    globals: GlobalSection,
    exports: ExportSection,
    elements: ElementSection,
    data_count: Option<u32>,
    data: DataSection,
    signatures: Signatures,
    export_names: Vec<String>,
    counts: Counts,
    start: Option<u32>,
    bodies: Vec<Body>,
    /// All instructions, counted generously.
    instructions: u32,
}

/// How many of each there are, imported ones included.
#[derive(Default)]
struct Counts {
    types: u32,
    memories: u32,
    globals: u32,
    tables: u32,
}

impl<'a> Rewriter<'a> {
    fn new(wasm: &'a [u8]) -> Self {
        Self {
            wasm,
            types: TypeSection::new(),
            imports: ImportSection::new(),
            functions: FunctionSection::new(),
            tables: TableSection::new(),
            memories: MemorySection::new(),
            globals: GlobalSection::new(),
            exports: ExportSection::new(),
            elements: ElementSection::new(),
            data_count: None,
            data: DataSection::new(),
            signatures: Signatures::default(),
            export_names: Vec::new(),
            counts: Counts::default(),
            start: None,
            bodies: Vec::new(),
            instructions: 0,
        }
    }

    /// What has to be known before anything can be written.
    fn survey(&mut self) -> Result<(), InstrumentError> {
        let mut validator = Validator::new_with_features(validate::supported());
        let mut parser = Parser::new(0);
        parser.set_features(validate::supported());
        for payload in parser.parse_all(self.wasm) {
            let payload = payload?;
            if let ValidPayload::Func(function, body) = validator.payload(&payload)? {
                self.survey_body(function, &body)?;
            }
            match payload {
                Payload::TypeSection(section) => {
                    for group in section {
                        for ty in group?.into_types() {
                            let signature = match ty.composite_type.inner {
                                CompositeInnerType::Func(function) => Some(Signature {
                                    params: function.params().to_vec(),
                                    results: function.results().to_vec(),
                                }),
                                _ => None,
                            };
                            self.signatures.types.push(signature);
                        }
                    }
                }
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        match import?.ty {
                            TypeRef::Func(ty) | TypeRef::FuncExact(ty) => self.signatures.functions.push(ty),
                            TypeRef::Memory(_) => self.counts.memories += 1,
                            TypeRef::Global(_) => self.counts.globals += 1,
                            TypeRef::Table(_) => self.counts.tables += 1,
                            TypeRef::Tag(_) => {}
                        }
                    }
                    self.signatures.imported = self.signatures.functions.len() as u32;
                }
                Payload::FunctionSection(section) => {
                    for ty in section {
                        self.signatures.functions.push(ty?);
                    }
                }
                Payload::MemorySection(section) => self.counts.memories += section.count(),
                Payload::GlobalSection(section) => self.counts.globals += section.count(),
                Payload::TableSection(section) => self.counts.tables += section.count(),
                Payload::StartSection { func, .. } => self.start = Some(func),
                Payload::DataSection(section) => self.signatures.data = section.count(),
                Payload::ElementSection(section) => self.signatures.elements = section.count(),
                Payload::ExportSection(section) => {
                    for export in section {
                        self.export_names.push(export?.name.to_owned());
                    }
                }
                _ => {}
            }
        }
        self.counts.types = self.signatures.types.len() as u32;
        Ok(())
    }

    fn survey_body(
        &mut self,
        function: FuncToValidate<ValidatorResources>,
        body: &FunctionBody<'_>,
    ) -> Result<(), InstrumentError> {
        let Signature { params, results } = self.signatures.of_function(function.index);
        let mut locals = Vec::new();
        for group in body.get_locals_reader()? {
            let (count, ty) = group?;
            if locals.len() as u64 + u64::from(count) > MOST_LOCALS {
                return Err(InstrumentError::TooLarge("a function has more than 50000 locals"));
            }
            locals.extend(std::iter::repeat_n(ty, count as usize));
        }
        let number = self.signatures.callees.len() as u32;
        self.signatures.callees.push(Callee { number, params, results, locals });
        let range = body.range().start as usize..body.range().end as usize;
        // Every instruction has a byte at least.
        self.instructions = self.instructions.saturating_add(range.len() as u32);
        self.bodies.push(Body { resources: function.resources, index: function.index, ty: function.ty, range });
        Ok(())
    }

    fn sections(&mut self) -> Result<(), InstrumentError> {
        let code_type = self.counts.types;
        self.own_imports(code_type);
        for payload in Parser::new(0).parse_all(self.wasm) {
            match payload? {
                Payload::TypeSection(section) => Shift.parse_type_section(&mut self.types, section)?,
                Payload::ImportSection(section) => Shift.parse_import_section(&mut self.imports, section)?,
                Payload::TableSection(section) => Shift.parse_table_section(&mut self.tables, section)?,
                Payload::MemorySection(section) => Shift.parse_memory_section(&mut self.memories, section)?,
                Payload::GlobalSection(section) => Shift.parse_global_section(&mut self.globals, section)?,
                Payload::ExportSection(section) => Shift.parse_export_section(&mut self.exports, section)?,
                Payload::ElementSection(section) => Shift.parse_element_section(&mut self.elements, section)?,
                Payload::DataCountSection { count, .. } => self.data_count = Some(count),
                Payload::DataSection(section) => Shift.parse_data_section(&mut self.data, section)?,
                _ => {}
            }
        }
        let i32 = wasm_encoder::ValType::I32;
        self.types.ty().function([i32], [i32]);
        self.types.ty().function([i32], []);
        self.types.ty().function([], []);
        Ok(())
    }

    fn own_imports(&mut self, code_type: u32) {
        let types = own_types(code_type);
        let mut import = |name: &str, ty: EntityType| {
            self.imports.import(layout::MODULE, name, ty);
        };
        import(layout::GROW, EntityType::Function(types.grow));
        import(layout::OVERFLOW, EntityType::Function(types.overflow));
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

    fn finish(mut self) -> Result<Instrumented, InstrumentError> {
        let prefix = unused_prefix(&self.export_names);
        let types = own_types(self.counts.types);
        let count = self.bodies.len() as u32;
        let first = self.signatures.imported + layout::FUNCTIONS;
        // Doors, run functions, the driver, then all step functions.
        let driver = first + 2 * count;

        let mut code = CodeSection::new();
        for callee in &self.signatures.callees {
            self.functions.function(self.signatures.functions[(self.signatures.imported + callee.number) as usize]);
            code.function(&support::door(callee, driver));
        }

        let mut functions = Vec::with_capacity(count as usize);
        let mut redirects = Vec::with_capacity(self.instructions as usize / 2);
        let mut step_bodies = CodeParts::default();
        let mut allocations = FuncValidatorAllocations::default();
        let mut next_code = count;
        let mut margin = 0;
        let (mut holds_references, mut writes_tables, mut has_drops) = (false, false, false);
        for (body, callee) in self.bodies.iter().zip(&self.signatures.callees) {
            let bytes = &self.wasm[body.range.clone()];
            let reader = wasmparser::BinaryReader::new_features(bytes, body.range.start as u64, validate::supported());
            let function = analyse(body.to_validate(), &FunctionBody::new(reader), &mut allocations)?;
            let run_segments = segments(&function);
            let first_redirect = redirects.len() as u32;
            let place = self.signatures.redirects() + first_redirect * layout::COUNTER_STEP;
            code.function(&emit::run_function(&function, &run_segments, place, &self.signatures)?);

            let leave = run_segments.len() as u32;
            redirects.extend(std::iter::repeat_n(leave, function.instructions.len()));
            for (index, segment) in run_segments.iter().enumerate() {
                redirects[(first_redirect + segment.steps[0]) as usize] = index as u32;
            }
            let step_functions = self.step_functions(&function, &mut step_bodies)?;
            holds_references |= function.holds_references();
            for instruction in &function.instructions {
                has_drops |= self.signatures.drop_flag(&instruction.operator).is_some();
                writes_tables |= matches!(
                    instruction.operator,
                    Operator::TableSet { .. }
                        | Operator::TableCopy { .. }
                        | Operator::TableInit { .. }
                        | Operator::TableFill { .. }
                        | Operator::TableGrow { .. }
                );
            }
            margin = margin.max(layout::HEADER + layout::sizes(&function.locals));
            functions.push(FunctionInfo {
                params: callee.params.clone(),
                results: callee.results.clone(),
                frame_size: function.frame_size(),
                locals: callee.locals.clone(),
                first_redirect,
                instructions: function.instructions.len() as u32,
                segments: run_segments.iter().map(|segment| (segment.steps[0], segment.steps.len() as u32)).collect(),
                first_step_function: next_code,
                step_functions: step_functions.clone(),
            });
            next_code += step_functions.len() as u32;
        }
        code.function(&support::driver(types));
        for body in &step_bodies.all {
            code.function(body);
        }
        for _ in 0..count + 1 + step_bodies.all.len() as u32 {
            self.functions.function(types.code);
        }
        let dropper = driver + 1 + step_bodies.all.len() as u32;
        if has_drops {
            code.function(&support::dropper(self.signatures.data, self.signatures.elements));
            self.functions.function(types.overflow);
        }

        self.add_exports(&prefix, driver);
        let runs = first + count..first + 2 * count;
        let steps = driver + 1..driver + 1 + step_bodies.all.len() as u32;
        // The doors and the imported functions too, so that the debugger can tell which function a reference is.
        let functions_of_original = layout::FUNCTIONS..first + count;
        let all: Vec<u32> =
            runs.chain(steps).chain(functions_of_original).chain(has_drops.then_some(dropper)).collect();
        let code_length = all.len() as u32 - u32::from(has_drops);
        if !all.is_empty() {
            // After the module's own segments, whose indices stay as they are.
            self.elements.active(Some(0), &ConstExpr::i32_const(0), Elements::Functions(all.into()));
        }

        let redirect_bytes = redirects.len() as u64 * u64::from(layout::COUNTER_STEP);
        if redirect_bytes > u64::from(u32::MAX / 4) {
            return Err(InstrumentError::TooLarge("the module has too many instructions to be debugged"));
        }
        let stack_base = layout::align(self.signatures.redirects() + redirect_bytes as u32);
        let wasm = self.module(&code);
        Ok(Instrumented {
            wasm,
            prefix,
            functions,
            imported_functions: self.signatures.imported,
            memories: self.counts.memories,
            globals: self.counts.globals,
            tables: self.counts.tables,
            start: self.start,
            redirects,
            redirects_base: self.signatures.redirects(),
            drops: if has_drops { self.signatures.data + self.signatures.elements } else { 0 },
            writes_tables,
            stack_base,
            // Results of a call from outside stand before its frame.
            margin: layout::align(margin) + 64 * 1024,
            code: code_length,
            first_function: next_code,
            holds_references,
            original: self.wasm.into(),
            bodies: self.bodies,
        })
    }

    fn step_functions(&self, function: &Function<'_>, bodies: &mut CodeParts) -> Result<Vec<u32>, InstrumentError> {
        let steps: Vec<Segment> = single_steps(function);
        let mut firsts = Vec::new();
        for part in steps.chunks(layout::STEPS_PER_FUNCTION) {
            let first = part[0].steps[0];
            bodies.all.push(emit::step_function(function, part, first, &self.signatures)?);
            firsts.push(first);
        }
        Ok(firsts)
    }

    fn add_exports(&mut self, prefix: &str, driver: u32) {
        for memory in 0..self.counts.memories {
            self.exports.export(&format!("{prefix}memory:{memory}"), ExportKind::Memory, memory + 1);
        }
        for global in 0..self.counts.globals {
            let index = global + Register::COUNT;
            self.exports.export(&format!("{prefix}global:{global}"), ExportKind::Global, index);
        }
        for table in 0..self.counts.tables {
            self.exports.export(&format!("{prefix}table:{table}"), ExportKind::Table, table + layout::TABLES);
        }
        self.exports.export(&format!("{prefix}driver"), ExportKind::Func, driver);
    }

    fn module(&self, code: &CodeSection) -> Vec<u8> {
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
        if let Some(count) = self.data_count {
            module.section(&DataCountSection { count });
        }
        module.section(code);
        if !self.data.is_empty() {
            module.section(&self.data);
        }
        module.finish()
    }
}

#[derive(Default)]
struct CodeParts {
    all: Vec<wasm_encoder::Function>,
}

const MOST_LOCALS: u64 = 50_000;

fn own_types(first: u32) -> Types {
    Types { code: first, grow: first + 1, overflow: first + 2 }
}

/// A prefix that none of the module's own exports begins with.
fn unused_prefix(names: &[String]) -> String {
    let mut prefix = "wasmoscope:".to_owned();
    while names.iter().any(|name| name.starts_with(&prefix)) {
        prefix.insert(0, '_');
    }
    prefix
}

/// How many pages the state memory begins with.
pub fn first_pages(stack_base: u32, margin: u32) -> u32 {
    (stack_base + margin).div_ceil(PAGE) + FIRST_PAGES
}
