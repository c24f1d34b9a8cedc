//! Writes the primary module.

use super::module::Module;
use super::plan::Plan;
use super::secondary::{EXPORTED, GLOBAL, LOADED, LOADED_TYPE, MEMORY, TABLE, TRAMPOLINES, trampolines_table};
use wasm_encoder::reencode::{Error, Reencode, utils};
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, ExportKind, ExportSection, Function, FunctionSection, GlobalSection,
    Instruction, SectionId, TableSection,
};

pub fn encode(module: &Module<'_>, plan: &Plan) -> Result<Vec<u8>, Error> {
    let mut encoded = wasm_encoder::Module::new();
    let mut primary =
        Primary { module, plan, function: module.imported_functions, has_tables: false, has_globals: false };
    primary.parse_core_module(&mut encoded, wasmparser::Parser::new(0), module.wasm)?;
    Ok(encoded.finish())
}

struct Primary<'a> {
    module: &'a Module<'a>,
    plan: &'a Plan,
    /// The function whose body is read next.
    function: u32,
    has_tables: bool,
    has_globals: bool,
}

impl Primary<'_> {
    /// The trampolines' table is the last table, and the loaded flag is the last global.
    fn trampolines_index(&self) -> u32 {
        self.module.tables.len() as u32
    }

    fn loaded_index(&self) -> u32 {
        self.module.globals.len() as u32
    }

    fn add_trampolines_table(&mut self, tables: &mut TableSection) {
        self.has_tables = true;
        tables.table(trampolines_table(self.plan));
    }

    fn add_loaded_global(&mut self, globals: &mut GlobalSection) {
        self.has_globals = true;
        globals.global(LOADED_TYPE, &ConstExpr::i32_const(0));
    }

    fn trampoline(&self, function: u32, place: u32) -> Result<Function, Error> {
        let parameters = self.module.signature(function).map_or(0, |ty| ty.params().len()) as u32;
        let mut trampoline = Function::new([]);
        trampoline.instruction(&Instruction::GlobalGet(self.loaded_index()));
        trampoline.instruction(&Instruction::I32Eqz);
        trampoline.instruction(&Instruction::If(BlockType::Empty));
        trampoline.instruction(&Instruction::Call(self.plan.primary_index(self.plan.load).unwrap_or_default()));
        trampoline.instruction(&Instruction::End);
        for parameter in 0..parameters {
            trampoline.instruction(&Instruction::LocalGet(parameter));
        }
        trampoline.instruction(&Instruction::I32Const(place.cast_signed()));
        let type_index = self.module.functions[function as usize];
        trampoline.instruction(&Instruction::CallIndirect { type_index, table_index: self.trampolines_index() });
        trampoline.instruction(&Instruction::End);
        Ok(trampoline)
    }
}

impl Reencode for Primary<'_> {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Error> {
        // Whatever the primary module refers to is in it or has a trampoline in it: the plan ensures that.
        Ok(self.plan.primary_index(function).unwrap_or(function))
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        _: wasmparser::FunctionSectionReader<'_>,
    ) -> Result<(), Error> {
        for (function, ty) in (0..).zip(&self.module.functions).skip(self.module.imported_functions as usize) {
            if self.plan.primary_index(function).is_some() {
                functions.function(*ty);
            }
        }
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: wasmparser::CodeSectionReader<'_>,
    ) -> Result<(), Error> {
        for body in section {
            let (body, function) = (body?, self.function);
            self.function += 1;
            if !self.plan.is_secondary(function) {
                self.parse_function_body(code, body)?;
            } else if let Some(place) = self.plan.trampolines.get(&function) {
                code.function(&self.trampoline(function, *place)?);
            }
        }
        Ok(())
    }

    fn parse_table_section(
        &mut self,
        tables: &mut TableSection,
        section: wasmparser::TableSectionReader<'_>,
    ) -> Result<(), Error> {
        utils::parse_table_section(self, tables, section)?;
        self.add_trampolines_table(tables);
        Ok(())
    }

    fn parse_global_section(
        &mut self,
        globals: &mut GlobalSection,
        section: wasmparser::GlobalSectionReader<'_>,
    ) -> Result<(), Error> {
        utils::parse_global_section(self, globals, section)?;
        self.add_loaded_global(globals);
        Ok(())
    }

    fn parse_export_section(
        &mut self,
        exports: &mut ExportSection,
        section: wasmparser::ExportSectionReader<'_>,
    ) -> Result<(), Error> {
        utils::parse_export_section(self, exports, section)?;
        for index in 0..self.module.memories.len() as u32 {
            exports.export(&format!("{MEMORY}{index}"), ExportKind::Memory, index);
        }
        for index in 0..self.module.tables.len() as u32 {
            exports.export(&format!("{TABLE}{index}"), ExportKind::Table, index);
        }
        for index in 0..self.module.globals.len() as u32 {
            exports.export(&format!("{GLOBAL}{index}"), ExportKind::Global, index);
        }
        exports.export(TRAMPOLINES, ExportKind::Table, self.trampolines_index());
        exports.export(LOADED, ExportKind::Global, self.loaded_index());
        for (number, function) in self.plan.exported_to_secondary.iter().enumerate() {
            exports.export(&format!("{EXPORTED}{number}"), ExportKind::Func, self.function_index(*function)?);
        }
        Ok(())
    }

    fn intersperse_section_hook(
        &mut self,
        module: &mut wasm_encoder::Module,
        _: Option<SectionId>,
        before: Option<SectionId>,
    ) -> Result<(), Error> {
        // A module without tables or globals still needs these two.
        let before = before.map_or(u8::MAX, |section| section as u8);
        let is_past = |section: SectionId| before != SectionId::Custom as u8 && before > section as u8;
        if is_past(SectionId::Table) && !self.has_tables {
            let mut tables = TableSection::new();
            self.add_trampolines_table(&mut tables);
            module.section(&tables);
        }
        // The tag section comes before the global section, but has the higher number.
        if is_past(SectionId::Global) && before != SectionId::Tag as u8 && !self.has_globals {
            let mut globals = GlobalSection::new();
            self.add_loaded_global(&mut globals);
            module.section(&globals);
        }
        Ok(())
    }

    fn parse_custom_section(
        &mut self,
        _: &mut wasm_encoder::Module,
        _: wasmparser::CustomSectionReader<'_>,
    ) -> Result<(), Error> {
        // Names are a quarter of the file, and nothing uses them.
        Ok(())
    }
}
