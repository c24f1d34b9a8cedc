//! Reads a module, as far as splitting needs it.

use anyhow::{Context, Result, bail};
use std::collections::HashMap;
use wasmparser::{
    CompositeInnerType, ElementItems, Export, ExternalKind, FuncType, FunctionBody, GlobalType, MemoryType, Name,
    NameSectionReader, Operator, Parser, Payload, TableType, TypeRef,
};

/// Index spaces begin with the imports, as in the specification.
#[derive(Default)]
pub struct Module<'a> {
    pub wasm: &'a [u8],
    pub types: Vec<FuncType>,
    pub imported_functions: u32,
    /// The type of each function.
    pub functions: Vec<u32>,
    pub tables: Vec<TableType>,
    pub memories: Vec<MemoryType>,
    pub globals: Vec<GlobalType>,
    pub exports: Vec<Export<'a>>,
    pub start: Option<u32>,
    /// Functions that are referenced in element segments or in the initialisers of globals.
    pub referenced: Vec<u32>,
    pub bodies: Vec<FunctionBody<'a>>,
    pub names: HashMap<u32, &'a str>,
}

impl<'a> Module<'a> {
    /// # Errors
    ///
    /// If `wasm` is not a core module, or uses a type that is not a function type.
    pub fn read(wasm: &'a [u8]) -> Result<Self> {
        let mut module = Self { wasm, ..Self::default() };
        for payload in Parser::new(0).parse_all(wasm) {
            module.take(payload?)?;
        }
        Ok(module)
    }

    fn take(&mut self, payload: Payload<'a>) -> Result<()> {
        match payload {
            Payload::TypeSection(section) => {
                for group in section {
                    for ty in group?.into_types() {
                        match ty.composite_type.inner {
                            CompositeInnerType::Func(function) => self.types.push(function),
                            _ => bail!("a type that is not a function type cannot be split yet"),
                        }
                    }
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    match import?.ty {
                        TypeRef::Func(ty) => {
                            self.functions.push(ty);
                            self.imported_functions += 1;
                        }
                        TypeRef::Table(ty) => self.tables.push(ty),
                        TypeRef::Memory(ty) => self.memories.push(ty),
                        TypeRef::Global(ty) => self.globals.push(ty),
                        other => bail!("an import of {other:?} cannot be split yet"),
                    }
                }
            }
            Payload::FunctionSection(section) => {
                for ty in section {
                    self.functions.push(ty?);
                }
            }
            Payload::TableSection(section) => {
                for table in section {
                    self.tables.push(table?.ty);
                }
            }
            Payload::MemorySection(section) => {
                for memory in section {
                    self.memories.push(memory?);
                }
            }
            Payload::GlobalSection(section) => {
                for global in section {
                    let global = global?;
                    self.globals.push(global.ty);
                    self.refer(global.init_expr.get_operators_reader().into_iter())?;
                }
            }
            Payload::ExportSection(section) => self.exports = section.into_iter().collect::<Result<_, _>>()?,
            Payload::StartSection { func, .. } => self.start = Some(func),
            Payload::ElementSection(section) => {
                for element in section {
                    match element?.items {
                        ElementItems::Functions(functions) => {
                            for function in functions {
                                self.referenced.push(function?);
                            }
                        }
                        ElementItems::Expressions(_, expressions) => {
                            for expression in expressions {
                                self.refer(expression?.get_operators_reader().into_iter())?;
                            }
                        }
                    }
                }
            }
            Payload::CodeSectionEntry(body) => self.bodies.push(body),
            Payload::CustomSection(section) => {
                if let wasmparser::KnownCustom::Name(names) = section.as_known() {
                    self.read_names(names)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn refer(&mut self, operators: impl Iterator<Item = wasmparser::Result<Operator<'a>>>) -> Result<()> {
        for operator in operators {
            if let Operator::RefFunc { function_index } = operator? {
                self.referenced.push(function_index);
            }
        }
        Ok(())
    }

    fn read_names(&mut self, names: NameSectionReader<'a>) -> Result<()> {
        for name in names {
            if let Name::Function(functions) = name? {
                for naming in functions {
                    let naming = naming?;
                    self.names.insert(naming.index, naming.name);
                }
            }
        }
        Ok(())
    }

    /// The function that is exported under that name.
    pub fn exported_function(&self, name: &str) -> Option<u32> {
        self.exports
            .iter()
            .find(|export| export.name == name && export.kind == ExternalKind::Func)
            .map(|export| export.index)
    }

    /// The body of a function that is not imported.
    pub fn body(&self, function: u32) -> Option<&FunctionBody<'a>> {
        self.bodies.get(function.checked_sub(self.imported_functions)? as usize)
    }

    pub fn signature(&self, function: u32) -> Result<&FuncType> {
        let ty = self.functions.get(function as usize).context("a function has no type")?;
        self.types.get(*ty as usize).context("a function's type does not exist")
    }
}
