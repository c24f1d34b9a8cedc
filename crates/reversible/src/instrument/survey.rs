//! What has to be known about a module before any of its copy can be written.

use wasmparser::{
    CompositeInnerType, FuncToValidate, FunctionBody, GlobalType, MemoryType, Parser, Payload, TableType, TypeRef,
    ValidPayload, Validator, ValidatorResources,
};

use super::InstrumentError;
use super::copy::Body;
use super::signatures::{Signature, Signatures};
use super::support::Callee;
use wasmoscope_module::prepare::memory_bytes;
use wasmoscope_module::validate;

/// See the module's documentation.
#[derive(Default)]
pub struct Survey {
    pub signatures: Signatures,
    pub export_names: Vec<String>,
    pub start: Option<u32>,
    /// The module's initial memory size, in bytes.
    pub memory_bytes: u64,
    pub bodies: Vec<Body>,
    pub memories: Vec<MemoryType>,
    pub globals: Vec<GlobalType>,
    pub tables: Vec<TableType>,
    /// An upper bound of the number of all instructions.
    pub instructions: u32,
    /// All locals, without parameters.
    locals: u64,
}

const MOST_LOCALS: u64 = 50_000;
/// Limited because a function can declare any number of locals in a few bytes.
const MOST_LOCALS_OF_ALL: u64 = 4_000_000;

impl Survey {
    /// Reads and validates the module.
    ///
    /// # Errors
    ///
    /// If the module is not valid, or too large to be rewritten.
    pub fn of(wasm: &[u8]) -> Result<Self, InstrumentError> {
        let mut survey = Self::default();
        let mut validator = Validator::new_with_features(validate::supported());
        let mut parser = Parser::new(0);
        parser.set_features(validate::supported());
        for payload in parser.parse_all(wasm) {
            let payload = payload?;
            if let ValidPayload::Func(function, body) = validator.payload(&payload)? {
                survey.body(function, &body)?;
            }
            survey.payload(payload)?;
        }
        Ok(survey)
    }

    fn payload(&mut self, payload: Payload<'_>) -> Result<(), InstrumentError> {
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
                        TypeRef::Memory(ty) => self.memories.push(ty),
                        TypeRef::Global(ty) => self.globals.push(ty),
                        TypeRef::Table(ty) => self.tables.push(ty),
                        TypeRef::Tag(_) => {}
                    }
                }
                self.signatures.measure_imports();
            }
            Payload::FunctionSection(section) => {
                for ty in section {
                    self.signatures.functions.push(ty?);
                }
            }
            Payload::MemorySection(section) => {
                for memory in section.clone() {
                    self.memories.push(memory?);
                }
                self.memory_bytes = memory_bytes(section)?;
            }
            Payload::GlobalSection(section) => {
                for global in section {
                    self.globals.push(global?.ty);
                }
            }
            Payload::TableSection(section) => {
                for table in section {
                    self.tables.push(table?.ty);
                }
            }
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
        Ok(())
    }

    fn body(
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
        self.locals += locals.len() as u64;
        if self.locals > MOST_LOCALS_OF_ALL {
            return Err(InstrumentError::TooLarge("the functions have more than 4 million locals together"));
        }
        self.signatures.callees.push(Callee::new(number, params, results, locals));
        let range = body.range().start as usize..body.range().end as usize;
        // Every instruction has at least one byte.
        self.instructions = self.instructions.saturating_add(range.len() as u32);
        self.bodies.push(Body { resources: function.resources, index: function.index, ty: function.ty, range });
        Ok(())
    }
}
