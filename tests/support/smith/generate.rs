//! Modules of a seed.
#![allow(dead_code, reason = "each test binary uses a part")]

use arbitrary::Unstructured;
use wasm_encoder::{ExportKind, ExportSection, RawSection};
use wasm_smith::{Config, InstructionKind, InstructionKinds, MemoryOffsetChoices};
use wasmparser::{ExternalKind, Parser, Payload};

/// The export that a module's fuel is in: a global of type i32, one less for each call and each turn of a loop, and a
/// trap when it is used up.
pub const FUEL: &str = "fuel";

/// How often a call may call, or turn in a loop.
pub const FUEL_FOR_A_CALL: u32 = 500;

/// What one page of memory has, in bytes; memories have a few of them at most.
const PAGE: u64 = 65_536;

/// A valid module that ends, with all that is in it exported. The same seed gives the same module.
pub fn module(seed: u64) -> Vec<u8> {
    generate(seed, config)
}

/// As [`module`], of what the evaluator in `tests/support/reference` knows: without vectors, and without imports.
pub fn scalar_module(seed: u64) -> Vec<u8> {
    generate(seed, |random| Config {
        allowed_instructions: InstructionKinds::all(),
        max_imports: 0,
        simd_enabled: false,
        relaxed_simd_enabled: false,
        max_memory32_bytes: PAGE,
        max_memory64_bytes: u128::from(PAGE),
        ..config(random)
    })
}

/// As [`module`], of what each runtime does alike: without imports, with NaNs that are made canonical, and without the
/// vector instructions whose results are open.
pub fn vector_module(seed: u64) -> Vec<u8> {
    generate(seed, |random| Config {
        max_imports: 0,
        relaxed_simd_enabled: false,
        canonicalize_nans: true,
        ..config(random)
    })
}

/// As [`module`], of given bytes; `None` where they lead to no module.
pub fn module_of(bytes: &[u8]) -> Option<Vec<u8>> {
    let (seed, bytes) = bytes.split_first_chunk::<2>()?;
    let config = config(&mut SplitMix(u16::from_le_bytes(*seed).into()));
    let mut module = wasm_smith::Module::new(config, &mut Unstructured::new(bytes)).ok()?;
    let fuel = module.ensure_termination(FUEL_FOR_A_CALL).ok()?;
    Some(export_global(&module.to_bytes(), fuel))
}

fn generate(seed: u64, config: impl Fn(&mut SplitMix) -> Config) -> Vec<u8> {
    // Seeds next to each other should give modules that have nothing to do with each other.
    let mut random = SplitMix(seed);
    loop {
        let size = 4096 + random.next() % 16_384;
        let bytes: Vec<u8> = (0..size / 8).flat_map(|_| random.next().to_le_bytes()).collect();
        // Now and then the bytes lead to where no instruction is left to be chosen.
        let Ok(mut module) = wasm_smith::Module::new(config(&mut random), &mut Unstructured::new(&bytes)) else {
            continue;
        };
        let fuel = module.ensure_termination(FUEL_FOR_A_CALL).expect("all of the code was generated");
        return export_global(&module.to_bytes(), fuel);
    }
}

/// What wasmi runs, as this project sets it up, and small.
fn config(random: &mut SplitMix) -> Config {
    Config {
        export_everything: true,
        min_types: 4,
        min_funcs: 3,
        max_funcs: 12,
        // Without branches and calls, all of the code runs.
        allowed_instructions: if random.next().is_multiple_of(3) { straight() } else { InstructionKinds::all() },
        max_instructions: 10 + random.next() as usize % 150,
        max_imports: if random.next().is_multiple_of(2) { 4 } else { 0 },
        // Random code traps soon; without, it comes further.
        disallow_traps: !random.next().is_multiple_of(4),
        min_memories: u32::from(!random.next().is_multiple_of(4)),
        max_memories: 3,
        memory_offset_choices: MemoryOffsetChoices(100, 1, 1),
        max_memory32_bytes: 4 * PAGE,
        max_memory64_bytes: u128::from(4 * PAGE),
        memory_max_size_required: true,
        min_tables: u32::from(!random.next().is_multiple_of(4)),
        max_tables: 3,
        max_table_elements: 50,
        table_max_size_required: true,
        max_data_segments: 6,
        max_element_segments: 6,
        max_globals: 12,
        max_types: 20,
        custom_page_sizes_enabled: random.next().is_multiple_of(4),
        wide_arithmetic_enabled: true,
        // What wasmi does not run.
        gc_enabled: false,
        exceptions_enabled: false,
        threads_enabled: false,
        shared_everything_threads_enabled: false,
        acquire_release_atomics_enabled: false,
        custom_descriptors_enabled: false,
        compact_imports_enabled: false,
        multibyte_array_access_enabled: false,
        ..Config::default()
    }
}

fn straight() -> InstructionKinds {
    use InstructionKind::{Memory, Numeric, Parametric, Reference, Table, Variable, Vector};
    InstructionKinds::new(&[Numeric, Vector, Reference, Parametric, Variable, Table, Memory])
}

/// Adds an export to the section of exports, which is there, as all is exported.
fn export_global(wasm: &[u8], global: u32) -> Vec<u8> {
    let mut module = wasm_encoder::Module::new();
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload.expect("a generated module can be read");
        let Some((id, range)) = payload.as_section() else { continue };
        let Payload::ExportSection(section) = &payload else {
            module.section(&RawSection { id, data: &wasm[range.start as usize..range.end as usize] });
            continue;
        };
        let mut exports = ExportSection::new();
        for export in section.clone() {
            let export = export.expect("a generated module can be read");
            assert_ne!(export.name, FUEL);
            let kind = match export.kind {
                ExternalKind::Func | ExternalKind::FuncExact => ExportKind::Func,
                ExternalKind::Table => ExportKind::Table,
                ExternalKind::Memory => ExportKind::Memory,
                ExternalKind::Global => ExportKind::Global,
                ExternalKind::Tag => ExportKind::Tag,
            };
            exports.export(export.name, kind, export.index);
        }
        exports.export(FUEL, ExportKind::Global, global);
        module.section(&exports);
    }
    module.finish()
}

/// The generator of pseudo-random numbers of that name.
pub struct SplitMix(pub u64);

impl SplitMix {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let bits = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }
}
