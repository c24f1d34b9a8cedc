//! The result of [`instrument`](super::instrument): the copy, and what the debugger needs to know to run it.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use wasmparser::{
    BinaryReader, FuncToValidate, FuncValidatorAllocations, FunctionBody, GlobalType, MemoryType, Operator,
    OperatorsReader, TableType, ValType, ValidatorResources, WasmModuleResources,
};

use super::analyse::{Analysed, Function, analyse};
use super::code::Options;
use wasmoscope_module::validate;

/// A copy of a module, created by [`instrument`](super::instrument).
#[derive(Debug)]
pub struct Instrumented {
    /// The copy.
    pub wasm: Vec<u8>,
    /// The prefix of the names of exports that the original does not have.
    pub prefix: String,
    /// What kind of copy it is.
    pub options: Options,
    /// The functions with a body, in order.
    pub functions: Vec<FunctionInfo>,
    /// The number of functions that the original imports; they come first in its index space.
    pub imported_functions: u32,
    /// The number of memories of the original, including imported ones. Each is exported.
    pub memories: u32,
    /// The initial memory size of the original, in bytes.
    pub memory_bytes: u64,
    pub globals: u32,
    pub tables: u32,
    /// The original's start function; the copy has none.
    pub start: Option<u32>,
    /// The jump table: for each instruction, the index of the basic block that it begins.
    pub jump_table: Vec<u32>,
    /// Its address in the state memory.
    pub jump_table_base: u32,
    /// The address of the filter in the state memory.
    pub filter: u32,
    /// The number of data and element segments, which may be dropped.
    pub drops: u32,
    /// Whether any instruction writes to a table.
    pub writes_tables: bool,
    /// The first possible address of a frame.
    pub stack_base: u32,
    /// How far the state memory has to extend beyond [`Register::Limit`](super::layout::Register::Limit).
    pub margin: u32,
    /// The number of entries in the code table: run functions, step functions, and the original's functions. One more
    /// follows, see [`Instrumented::dropper_index`].
    pub code: u32,
    /// The index in that table of the first of the original's functions.
    pub first_function: u32,
    /// Whether any frame holds references; only then are there tables next to the state memory.
    pub holds_references: bool,
    /// The types of the original's memories, globals and tables.
    pub memory_types: Vec<MemoryType>,
    pub global_types: Vec<GlobalType>,
    pub table_types: Vec<TableType>,
    pub(super) original: Arc<[u8]>,
    pub(super) bodies: Vec<Body>,
    /// A cache of analysed functions.
    pub(super) known: RefCell<HashMap<u32, Rc<Function>>>,
    /// The function requested last.
    pub(super) latest: Cell<u32>,
}

/// The maximum number of instructions of all cached functions together: each takes some 60 bytes.
const MOST_KNOWN: usize = 200_000;

/// The body of a function of the original.
#[derive(Debug)]
pub struct Body {
    pub resources: ValidatorResources,
    /// In the index space of the original.
    pub index: u32,
    pub ty: u32,
    /// In the original, in bytes.
    pub range: Range<usize>,
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
    /// Its first entry in [`Instrumented::jump_table`].
    pub first_jump: u32,
    pub instructions: u32,
    /// The first instruction of each basic block, and its number of steps.
    pub basic_blocks: Vec<(u32, u32)>,
    /// The index of the first of its step functions in the code table.
    pub first_step_function: u32,
    /// The first instruction that each step function covers.
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

    /// The export name of the dispatch loop.
    pub fn dispatch_loop(&self) -> String {
        format!("{}dispatch_loop", self.prefix)
    }

    /// The export name of the function that writes the original's active segments, to be called once and first.
    pub fn initializer(&self) -> String {
        format!("{}initialize", self.prefix)
    }

    /// The export names of the functions that write all globals to the state memory, and read them from there, in a
    /// portable copy. Each global has [`GLOBAL_SIZE`](super::layout::GLOBAL_SIZE) bytes, from the address on that is the
    /// parameter; the last bytes of the state memory are free for them.
    pub fn global_functions(&self) -> (String, String) {
        (format!("{}save_globals", self.prefix), format!("{}load_globals", self.prefix))
    }

    /// The index in the code table of the function that repeats the drops recorded in the state memory; only if
    /// anything can be dropped.
    pub fn dropper_index(&self) -> u32 {
        self.code
    }

    /// The function, by its index among those with a body, and the instruction at an offset of the original; if that is
    /// not a step, where control continues.
    pub fn position_at(&self, offset: u64) -> Option<(u32, u32)> {
        let number = self.function_at(offset)?;
        let function = self.analyse(number)?;
        let index = function.instructions.partition_point(|instruction| instruction.offset < offset) as u32;
        let index = function.follow(index);
        function.is_step(index).then_some((number, index))
    }

    /// The function whose body contains an offset of the original, by its index among those with a body.
    pub fn function_at(&self, offset: u64) -> Option<u32> {
        let after = self.bodies.partition_point(|body| body.range.start as u64 <= offset);
        let number = after.checked_sub(1)?;
        ((offset as usize) < self.bodies[number].range.end).then_some(number as u32)
    }

    /// The original module.
    pub fn original(&self) -> &[u8] {
        &self.original
    }

    /// The instructions of a function, given by its index among those with a body, with their indices.
    pub fn operators(&self, number: u32) -> impl Iterator<Item = (u32, Operator<'_>)> {
        let body = self.bodies.get(number as usize);
        let reader = body.and_then(|body| {
            let bytes = self.original.get(body.range.clone())?;
            let reader = BinaryReader::new_features(bytes, body.range.start as u64, validate::supported());
            FunctionBody::new(reader).get_operators_reader().ok()
        });
        (0..).zip(reader.into_iter().flatten().map_while(Result::ok))
    }

    /// The offsets of a function's instructions in the original, in bytes.
    pub fn offsets(&self, number: u32) -> Vec<u64> {
        let Some(body) = self.bodies.get(number as usize) else { return Vec::new() };
        let Some(bytes) = self.original.get(body.range.clone()) else { return Vec::new() };
        let reader = BinaryReader::new_features(bytes, body.range.start as u64, validate::supported());
        let Ok(operators) = FunctionBody::new(reader).get_operators_reader() else { return Vec::new() };
        operators.into_iter_with_offsets().map_while(Result::ok).map(|(_, offset)| offset).collect()
    }

    /// Analyses a function, given by its index among those with a body.
    pub fn analyse(&self, number: u32) -> Option<Rc<Function>> {
        let mut known = self.known.borrow_mut();
        if let Some(function) = known.get(&number) {
            self.latest.set(number);
            return Some(Rc::clone(function));
        }
        let body = self.bodies.get(number as usize)?;
        let analysed = body.analyse(&self.original, &mut FuncValidatorAllocations::default()).ok()?;
        let function = Rc::new(analysed.function);
        let instructions: usize = known.values().map(|function| function.instructions.len()).sum();
        if instructions + function.instructions.len() > MOST_KNOWN {
            // A function and the one that it calls may both exceed the limit.
            let latest = self.latest.get();
            known.retain(|number, _| *number == latest);
        }
        known.insert(number, Rc::clone(&function));
        self.latest.set(number);
        Some(function)
    }

    /// The parameters and results of a type of the original; `None` if it is not a function type.
    pub fn signature(&self, ty: u32) -> Option<(&[ValType], &[ValType])> {
        let resources = &self.bodies.first()?.resources;
        match &resources.sub_type_at(ty)?.composite_type.inner {
            wasmparser::CompositeInnerType::Func(function) => Some((function.params(), function.results())),
            _ => None,
        }
    }

    /// The same for a function of the original, in the index space that includes imports.
    pub fn signature_of_function(&self, index: u32) -> Option<(&[ValType], &[ValType])> {
        self.signature(self.bodies.first()?.resources.type_index_of_function(index)?)
    }

    /// An instruction of a function, given by its index among those with a body.
    pub fn operator(&self, number: u32, instruction: u32) -> Option<Operator<'_>> {
        let offset = self.analyse(number)?.instructions.get(instruction as usize)?.offset;
        let end = self.bodies.get(number as usize)?.range.end;
        let bytes = self.original.get(offset as usize..end)?;
        OperatorsReader::new(BinaryReader::new_features(bytes, offset, validate::supported())).read().ok()
    }
}

impl Body {
    /// Analyses it as a part of the original.
    ///
    /// # Errors
    ///
    /// If it is not valid after all.
    pub fn analyse<'a>(
        &self,
        original: &'a [u8],
        allocations: &mut FuncValidatorAllocations,
    ) -> wasmparser::Result<Analysed<'a>> {
        let bytes = &original[self.range.clone()];
        let reader = BinaryReader::new_features(bytes, self.range.start as u64, validate::supported());
        analyse(self.to_validate(), &FunctionBody::new(reader), allocations)
    }

    fn to_validate(&self) -> FuncToValidate<ValidatorResources> {
        FuncToValidate {
            resources: self.resources.clone(),
            index: self.index,
            ty: self.ty,
            features: validate::supported(),
        }
    }
}

/// The initial number of pages of the state memory, without those of the jump table.
const FIRST_PAGES: u32 = 4;
const PAGE: u32 = 1 << 16;

/// The initial number of pages of the state memory.
pub fn first_pages(stack_base: u32, margin: u32) -> u32 {
    (stack_base + margin).div_ceil(PAGE) + FIRST_PAGES
}
