//! Writing the module that has only functions.

use super::IMPORTS;
use super::module::Module;
use super::plan::Plan;
use std::collections::HashMap;
use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{
    CodeSection, ConstExpr, ElementSection, Elements, EntityType, Function, FunctionSection, GlobalType, ImportSection,
    Instruction, RefType, StartSection, TableType, TypeSection, ValType,
};

// What the first exports for the rest. `~` begins no name that a compiler makes.
pub const MEMORY: &str = "~m";
pub const TABLE: &str = "~t";
pub const GLOBAL: &str = "~g";
pub const DOORS: &str = "~doors";
pub const LOADED: &str = "~loaded";
pub const LENT: &str = "~";

/// Whether the rest is there: 0 or 1.
pub const LOADED_TYPE: GlobalType = GlobalType { val_type: ValType::I32, mutable: true, shared: false };

/// What the doors call through.
pub fn doors_table(plan: &Plan) -> TableType {
    let size = plan.doors.len() as u64;
    let element_type = RefType::FUNCREF;
    TableType { element_type, minimum: size, maximum: Some(size), table64: false, shared: false }
}

pub fn encode(module: &Module<'_>, plan: &Plan) -> Result<Vec<u8>, Error> {
    // Functions: those of the first, those of the rest, and the one that says that it is there.
    let lent = plan.lent.iter().copied();
    let indices: HashMap<u32, u32> = lent.chain(plan.rest()).zip(0..).collect();
    let mut rest = Rest { indices };

    let mut types = TypeSection::new();
    for ty in &module.types {
        types.ty().func_type(&rest.func_type(ty.clone())?);
    }
    let no_parameters = types.len();
    types.ty().function([], []);

    let mut imports = ImportSection::new();
    for (index, ty) in module.memories.iter().enumerate() {
        imports.import(IMPORTS, &format!("{MEMORY}{index}"), EntityType::Memory(rest.memory_type(*ty)?));
    }
    for (index, ty) in module.tables.iter().enumerate() {
        imports.import(IMPORTS, &format!("{TABLE}{index}"), EntityType::Table(rest.table_type(*ty)?));
    }
    imports.import(IMPORTS, DOORS, EntityType::Table(doors_table(plan)));
    for (index, ty) in module.globals.iter().enumerate() {
        imports.import(IMPORTS, &format!("{GLOBAL}{index}"), EntityType::Global(rest.global_type(*ty)?));
    }
    imports.import(IMPORTS, LOADED, EntityType::Global(LOADED_TYPE));
    for (number, function) in plan.lent.iter().enumerate() {
        let ty = EntityType::Function(module.functions[*function as usize]);
        imports.import(IMPORTS, &format!("{LENT}{number}"), ty);
    }

    let mut functions = FunctionSection::new();
    let mut code = CodeSection::new();
    for function in plan.rest() {
        functions.function(module.functions[function as usize]);
        if let Some(body) = module.body(function) {
            rest.parse_function_body(&mut code, body.clone())?;
        }
    }
    functions.function(no_parameters);
    let mut say = Function::new([]);
    say.instruction(&Instruction::I32Const(1));
    say.instruction(&Instruction::GlobalSet(module.globals.len() as u32));
    say.instruction(&Instruction::End);
    code.function(&say);

    // The start function runs when the doors' table is filled.
    let start = StartSection { function_index: rest.indices.len() as u32 };
    let mut elements = ElementSection::new();
    let behind_doors =
        plan.doors.keys().map(|function| rest.function_index(*function)).collect::<Result<Vec<_>, _>>()?;
    elements.active(
        Some(module.tables.len() as u32),
        &ConstExpr::i32_const(0),
        Elements::Functions(behind_doors.into()),
    );
    // A function that `ref.func` refers to must be declared somewhere.
    let declared = plan.referred.iter().map(|function| rest.function_index(*function));
    let declared = declared.collect::<Result<Vec<_>, _>>()?;
    if !declared.is_empty() {
        elements.declared(Elements::Functions(declared.into()));
    }

    let mut encoded = wasm_encoder::Module::new();
    encoded.section(&types).section(&imports).section(&functions).section(&start).section(&elements).section(&code);
    Ok(encoded.finish())
}

struct Rest {
    /// From the whole's index to the rest's.
    indices: HashMap<u32, u32>,
}

impl Reencode for Rest {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Error> {
        // Whatever the rest refers to is in it or is lent to it: that is how the plan is made.
        Ok(self.indices.get(&function).copied().unwrap_or(function))
    }
}
