//! Writes the secondary module.

use super::IMPORTS;
use super::module::Module;
use super::plan::Plan;
use std::collections::HashMap;
use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{
    CodeSection, ConstExpr, ElementSection, Elements, EntityType, Function, FunctionSection, GlobalType, ImportSection,
    Instruction, RefType, StartSection, TableType, TypeSection, ValType,
};

// The names of the primary module's exports for the secondary one. Compilers do not generate names with `~`.
pub const MEMORY: &str = "~m";
pub const TABLE: &str = "~t";
pub const GLOBAL: &str = "~g";
pub const TRAMPOLINES: &str = "~doors";
pub const LOADED: &str = "~loaded";
pub const EXPORTED: &str = "~";

/// Whether the secondary module is loaded: 0 or 1.
pub const LOADED_TYPE: GlobalType = GlobalType { val_type: ValType::I32, mutable: true, shared: false };

/// The table that the trampolines call through.
pub fn trampolines_table(plan: &Plan) -> TableType {
    let size = plan.trampolines.len() as u64;
    let element_type = RefType::FUNCREF;
    TableType { element_type, minimum: size, maximum: Some(size), table64: false, shared: false }
}

pub fn encode(module: &Module<'_>, plan: &Plan) -> Result<Vec<u8>, Error> {
    // Functions: those imported from the primary module, those of the secondary one, and the start function, which sets
    // the flag.
    let exported_to_secondary = plan.exported_to_secondary.iter().copied();
    let indices: HashMap<u32, u32> = exported_to_secondary.chain(plan.secondary()).zip(0..).collect();
    let mut secondary = Secondary { indices };

    let mut types = TypeSection::new();
    for ty in &module.types {
        types.ty().func_type(&secondary.func_type(ty.clone())?);
    }
    let no_parameters = types.len();
    types.ty().function([], []);

    let mut imports = ImportSection::new();
    for (index, ty) in module.memories.iter().enumerate() {
        imports.import(IMPORTS, &format!("{MEMORY}{index}"), EntityType::Memory(secondary.memory_type(*ty)?));
    }
    for (index, ty) in module.tables.iter().enumerate() {
        imports.import(IMPORTS, &format!("{TABLE}{index}"), EntityType::Table(secondary.table_type(*ty)?));
    }
    imports.import(IMPORTS, TRAMPOLINES, EntityType::Table(trampolines_table(plan)));
    for (index, ty) in module.globals.iter().enumerate() {
        imports.import(IMPORTS, &format!("{GLOBAL}{index}"), EntityType::Global(secondary.global_type(*ty)?));
    }
    imports.import(IMPORTS, LOADED, EntityType::Global(LOADED_TYPE));
    for (number, function) in plan.exported_to_secondary.iter().enumerate() {
        let ty = EntityType::Function(module.functions[*function as usize]);
        imports.import(IMPORTS, &format!("{EXPORTED}{number}"), ty);
    }

    let mut functions = FunctionSection::new();
    let mut code = CodeSection::new();
    for function in plan.secondary() {
        functions.function(module.functions[function as usize]);
        if let Some(body) = module.body(function) {
            secondary.parse_function_body(&mut code, body.clone())?;
        }
    }
    functions.function(no_parameters);
    let mut set_loaded = Function::new([]);
    set_loaded.instruction(&Instruction::I32Const(1));
    set_loaded.instruction(&Instruction::GlobalSet(module.globals.len() as u32));
    set_loaded.instruction(&Instruction::End);
    code.function(&set_loaded);

    // The start function runs after the trampolines' table is filled.
    let start = StartSection { function_index: secondary.indices.len() as u32 };
    let mut elements = ElementSection::new();
    let targets =
        plan.trampolines.keys().map(|function| secondary.function_index(*function)).collect::<Result<Vec<_>, _>>()?;
    elements.active(Some(module.tables.len() as u32), &ConstExpr::i32_const(0), Elements::Functions(targets.into()));
    // A function that `ref.func` refers to must be declared somewhere.
    let declared = plan.referred.iter().map(|function| secondary.function_index(*function));
    let declared = declared.collect::<Result<Vec<_>, _>>()?;
    if !declared.is_empty() {
        elements.declared(Elements::Functions(declared.into()));
    }

    let mut encoded = wasm_encoder::Module::new();
    encoded.section(&types).section(&imports).section(&functions).section(&start).section(&elements).section(&code);
    Ok(encoded.finish())
}

struct Secondary {
    /// From the original's index to the secondary module's.
    indices: HashMap<u32, u32>,
}

impl Reencode for Secondary {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Error> {
        // Whatever the secondary module refers to is in it or imported: the plan ensures that.
        Ok(self.indices.get(&function).copied().unwrap_or(function))
    }
}
