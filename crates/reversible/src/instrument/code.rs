//! The copy's code: stand-ins of imported functions, trampolines, run functions, the dispatch loop, the check of watched
//! accesses, step functions, the function that drops segments again, those that save and load globals, and the
//! initializers, in that order.

use std::ops::Range;

use wasm_encoder::{CodeSection, Function as Encoded, FunctionSection};
use wasmparser::{FuncValidatorAllocations, Operator};

use super::InstrumentError;
use super::analyse::Analysed;
use super::basic_blocks::{BasicBlock, basic_blocks, single_steps};
use super::copy::FunctionInfo;
use super::emit::optimized::{self, Loop, Optimizer};
use super::emit::{self, Checks, OptimizedRun};
use super::initialize::Initializers;
use super::layout;
use super::signatures::Signatures;
use super::support::{self, Callee, Types};
use super::survey::Survey;

/// Which accesses a copy checks for watchpoints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Watched {
    #[default]
    Nothing,
    /// Writes to memories.
    Writes,
    /// Reads of memories as well.
    Reads,
}

/// What executes a copy, as far as the copy is different for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Embedding {
    /// Modules that are linked with each other: an imported function stays an import, and returns when it is called.
    Linked,
    /// One module whose host calls can wait: imported functions are called through [`layout::HOST_CALL`].
    #[default]
    Hosted,
    /// The same on any engine, with the same results to the bit. Each NaN that an instruction makes is the canonical
    /// one, memories and tables ask before they grow, and globals are saved by functions, because an engine may not
    /// hand out all bits of a float.
    Portable,
}

/// What kind of copy to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    pub watched: Watched,
    pub embedding: Embedding,
}

/// See the module's documentation.
#[derive(Default)]
pub struct Code {
    pub section: CodeSection,
    pub functions: Vec<FunctionInfo>,
    /// The jump table: for each instruction, the index of the basic block that it begins.
    pub jump_table: Vec<u32>,
    /// The maximum size of a frame without its operands, in bytes.
    pub margin: u32,
    pub holds_references: bool,
    pub writes_tables: bool,
    pub has_drops: bool,
    options: Options,
    steps: Vec<Encoded>,
    optimized: Vec<Encoded>,
    /// The optimized functions of loops.
    loops: Vec<Encoded>,
    /// The number of functions that write active segments; the last of them calls the others.
    initializers: u32,
    /// The number of functions with a body in the original.
    count: u32,
    /// The index of the first trampoline.
    first: u32,
}

impl Code {
    /// Writes all functions.
    ///
    /// # Errors
    ///
    /// If something cannot be encoded.
    pub fn of(wasm: &[u8], survey: &Survey, types: Types, options: Options) -> Result<Self, InstrumentError> {
        let mut code = Self {
            options,
            jump_table: Vec::with_capacity(survey.instructions as usize / 2),
            count: survey.bodies.len() as u32,
            first: survey.signatures.imported + layout::FUNCTIONS,
            ..Self::default()
        };
        if code.has_stand_ins() {
            let signatures = &survey.signatures;
            for import in 0..signatures.imported {
                let signature = signatures.of_function(import);
                code.section.function(&support::stand_in(import, &signature, signatures.host_values()));
            }
        }
        for callee in &survey.signatures.callees {
            let optimized = code.optimizes().then(|| survey.signatures.optimized_function(callee.number));
            code.section.function(&support::trampoline(callee, code.dispatch_loop(), optimized));
        }
        let mut allocations = FuncValidatorAllocations::default();
        for (body, callee) in survey.bodies.iter().zip(&survey.signatures.callees) {
            let analysed = body.analyse(wasm, &mut allocations)?;
            code.function(&analysed, callee, &survey.signatures)?;
        }
        for optimized in &code.optimized {
            code.section.function(optimized);
        }
        code.section.function(&support::dispatch_loop(types));
        if code.check_access().is_some() {
            code.section.function(&support::check_access());
        }
        for loop_ in &code.loops {
            code.section.function(loop_);
        }
        for step in &code.steps {
            code.section.function(step);
        }
        if code.has_drops {
            code.section.function(&support::dropper(survey.signatures.data, survey.signatures.elements));
        }
        if code.moves_globals() {
            code.section.function(&support::save_globals(&survey.globals));
            code.section.function(&support::load_globals(&survey.globals));
        }
        Ok(code)
    }

    /// Adds the functions that write active segments, after all others.
    pub fn initialize(&mut self, initializers: Initializers) {
        for initializer in initializers.finish(self.end()) {
            self.section.function(&initializer);
            self.initializers += 1;
        }
    }

    /// Declares their types in the same order.
    pub fn declare(&self, functions: &mut FunctionSection, signatures: &Signatures, types: Types) {
        if self.has_stand_ins() {
            for import in 0..signatures.imported {
                functions.function(signatures.functions[import as usize]);
            }
        }
        for callee in &signatures.callees {
            functions.function(signatures.functions[(signatures.imported + callee.number) as usize]);
        }
        for _ in 0..self.count {
            functions.function(types.code);
        }
        if self.optimizes() {
            let optimized = signatures.optimized_types();
            for callee in &signatures.callees {
                let ty = signatures.functions[(signatures.imported + callee.number) as usize];
                functions.function(types.optimized + optimized.partition_point(|known| *known < ty) as u32);
            }
        }
        functions.function(types.code);
        if self.check_access().is_some() {
            functions.function(types.check_access);
        }
        for _ in self.loops.iter().chain(&self.steps) {
            functions.function(types.code);
        }
        if self.has_drops {
            functions.function(types.nothing);
        }
        if self.moves_globals() {
            functions.function(types.grow);
            functions.function(types.grow);
        }
        for _ in 0..self.initializers {
            functions.function(types.nothing);
        }
    }

    /// The index of the dispatch loop.
    pub fn dispatch_loop(&self) -> u32 {
        self.first + self.count * if self.optimizes() { 3 } else { 2 }
    }

    /// Whether the copy has optimized functions: they check nothing, and call no imports.
    pub fn optimizes(&self) -> bool {
        self.options.embedding >= Embedding::Hosted && self.options.watched == Watched::Nothing
    }

    /// The contents of the code table: run functions, step functions, and the original's functions, so that the
    /// debugger can identify references.
    pub fn table(&self) -> Vec<u32> {
        let runs = self.first + self.count..self.first + 2 * self.count;
        let functions_of_original = layout::FUNCTIONS..self.first + self.count;
        runs.chain(self.step_functions()).chain(functions_of_original).collect()
    }

    /// The index in that table of the first of the original's functions.
    pub fn first_function(&self) -> u32 {
        self.count + self.steps.len() as u32
    }

    /// The index of the function that drops segments again, if the module can drop any.
    pub fn dropper(&self) -> Option<u32> {
        self.has_drops.then(|| self.step_functions().end)
    }

    /// The index of the function that writes all active segments.
    pub fn initializer(&self) -> u32 {
        self.end() + self.initializers - 1
    }

    /// The indices of the functions that save and load the globals, in a portable copy.
    pub fn global_functions(&self) -> Option<(u32, u32)> {
        let first = self.step_functions().end + u32::from(self.has_drops);
        self.moves_globals().then_some((first, first + 1))
    }

    /// The index after those of all functions except the ones that write active segments.
    fn end(&self) -> u32 {
        self.step_functions().end + u32::from(self.has_drops) + if self.moves_globals() { 2 } else { 0 }
    }

    /// Whether imported functions are functions of the copy.
    pub fn has_stand_ins(&self) -> bool {
        self.options.embedding >= Embedding::Hosted
    }

    fn moves_globals(&self) -> bool {
        self.options.embedding == Embedding::Portable
    }

    /// The index of the function that checks accesses, in a copy that watches.
    fn check_access(&self) -> Option<u32> {
        (self.options.watched != Watched::Nothing).then(|| self.dispatch_loop() + 1)
    }

    /// The index of the first optimized function of a loop.
    fn first_loop(&self) -> u32 {
        self.dispatch_loop() + 1 + u32::from(self.check_access().is_some())
    }

    fn step_functions(&self) -> Range<u32> {
        let first = self.first_loop() + self.loops.len() as u32;
        first..first + self.steps.len() as u32
    }

    /// Adds a run function, and its step functions.
    fn function(
        &mut self,
        analysed: &Analysed<'_>,
        callee: &Callee,
        signatures: &Signatures,
    ) -> Result<(), InstrumentError> {
        let function = &analysed.function;
        let basic_blocks = basic_blocks(function);
        let first_jump = self.jump_table.len() as u32;
        let place = signatures.jump_table() + first_jump * layout::COUNTER_STEP;
        let reads = self.options.watched == Watched::Reads;
        let checks =
            self.check_access().map(|check_access| Checks { reads, filter: signatures.filter(), check_access });
        let optimized = self.optimize(analysed, &basic_blocks, callee, signatures)?;
        self.section.function(&emit::run_function(
            analysed,
            &basic_blocks,
            place,
            signatures,
            checks,
            self.options.embedding,
            optimized.as_ref(),
        )?);
        let exit = basic_blocks.len() as u32;
        self.jump_table.extend(std::iter::repeat_n(exit, function.instructions.len()));
        for (index, basic_block) in basic_blocks.iter().enumerate() {
            self.jump_table[(first_jump + basic_block.steps[0]) as usize] = index as u32;
        }

        let first_step_function = self.first_function();
        let mut step_functions = Vec::new();
        for part in single_steps(function).chunks(layout::STEPS_PER_FUNCTION) {
            let first = part[0].steps[0];
            self.steps.push(emit::step_function(analysed, part, first, signatures, self.options.embedding)?);
            step_functions.push(first);
        }

        self.note(analysed, signatures);
        self.functions.push(FunctionInfo {
            params: callee.params.clone(),
            results: callee.results.clone(),
            frame_size: function.frame_size(),
            locals: callee.locals.clone(),
            first_jump,
            instructions: function.instructions.len() as u32,
            basic_blocks: basic_blocks
                .iter()
                .map(|basic_block| (basic_block.steps[0], basic_block.steps.len() as u32))
                .collect(),
            first_step_function,
            step_functions,
        });
        Ok(())
    }

    /// Adds the optimized functions of a function and of its loops.
    fn optimize(
        &mut self,
        analysed: &Analysed<'_>,
        basic_blocks: &[BasicBlock],
        callee: &Callee,
        signatures: &Signatures,
    ) -> Result<Option<OptimizedRun>, InstrumentError> {
        if !self.optimizes() {
            return Ok(None);
        }
        let embedding = self.options.embedding;
        let optimizer = Optimizer::new(analysed, basic_blocks, callee, signatures, embedding);
        let function = optimizer.as_ref().map(Optimizer::function).transpose()?.flatten();
        let is_optimized = function.is_some();
        self.optimized.push(function.unwrap_or_else(|| optimized::unoptimized(callee)));
        let mut loops = Vec::new();
        if let Some(optimizer) = &optimizer {
            for Loop { label, leader } in optimizer.loops() {
                if let Some(function) = optimizer.loop_function(label)? {
                    loops.push((leader, self.first_loop() + self.loops.len() as u32));
                    self.loops.push(function);
                }
            }
        }
        Ok(Some(OptimizedRun { callee: is_optimized.then(|| callee.clone()), loops }))
    }

    /// Records the requirements of the copy as a whole.
    fn note(&mut self, Analysed { function, operators }: &Analysed<'_>, signatures: &Signatures) {
        self.margin = self.margin.max(layout::HEADER + layout::sizes(&function.locals));
        self.holds_references |= function.holds_references();
        for operator in operators {
            self.has_drops |= signatures.drop_flag(operator).is_some();
            self.writes_tables |= matches!(
                operator,
                Operator::TableSet { .. }
                    | Operator::TableCopy { .. }
                    | Operator::TableInit { .. }
                    | Operator::TableFill { .. }
                    | Operator::TableGrow { .. }
            );
        }
    }
}
