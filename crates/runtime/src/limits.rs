//! The limits of a program, and the limiter that enforces them.

use wasmi::errors::{MemoryError, TableError};
use wasmi::{CompilationMode, Config, CustomFuelCosts, Engine, ResourceLimiter};

use wasmi_core::LimiterError;

use super::outcome::LimitKind;
use wasmoscope_module::words;

/// The limits on a program's resources. `None`: no limit but the machine's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// All linear memories together, in bytes.
    pub memory: Option<u64>,
    /// Each table, in elements.
    pub table: Option<u64>,
    /// The call depth.
    pub recursion: u32,
    /// Standard output and standard error together, in bytes.
    pub output: Option<u64>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { memory: Some(1 << 30), table: Some(10_000_000), recursion: 20_000, output: Some(4 << 30) }
    }
}

/// The value stack's height in bytes: room for the deepest recursion with frames of a few hundred bytes.
pub const STACK_HEIGHT: usize = 64 << 20;

/// How many bytes a copying instruction moves per unit of fuel: wasmi's default.
const BYTES_COPIED_PER_FUEL: u32 = 64;

/// A wasmi engine with these limits.
///
/// Compiling a function costs no fuel: wasmi 2.0.0 cannot continue if the fuel runs out in the middle of it.
///
/// `grows_tables`: whether the module has a `table.grow`. In wasmi 2.0.0, if that instruction runs out of fuel, it is
/// resumed one instruction too early and repeats the previous one. For such a module, copying costs almost no fuel, so
/// that this cannot happen; for any other, copying costs its usual price, so that a loop of `memory.fill` is cut into
/// slices like any other loop.
pub fn engine(limits: &Limits, mode: CompilationMode, grows_tables: bool) -> Engine {
    let mut config = Config::default();
    config
        .consume_fuel(true)
        .compilation_mode(mode)
        .fuel_cost(CustomFuelCosts {
            bytes_copied_per_fuel: if grows_tables { u32::MAX } else { BYTES_COPIED_PER_FUEL },
            fuel_per_bytes_translated: 0,
            fuel_per_bytes_validated: 0,
        })
        .wasm_custom_page_sizes(true)
        .wasm_wide_arithmetic(true)
        .set_max_stack_height(STACK_HEIGHT);
    config.set_max_recursion_depth(limits.recursion as usize);
    Engine::new(&config)
}

/// A wasmi engine for copies made by `wasmoscope-reversible`, with these limits.
///
/// The copy counts its instructions itself, so fuel is mostly not needed; a function is compiled when it is first
/// called, because most functions of a copy never are.
pub fn debug_engine(limits: &Limits, metered: bool) -> Engine {
    let mut config = Config::default();
    config
        .consume_fuel(metered)
        .compilation_mode(CompilationMode::Lazy)
        .wasm_custom_page_sizes(true)
        .wasm_wide_arithmetic(true)
        .set_max_stack_height(STACK_HEIGHT);
    // A copy counts its calls itself; a call takes a run function, and at times a trampoline.
    config.set_max_recursion_depth(2 * limits.recursion as usize + 256);
    Engine::new(&config)
}

/// Limits the growth of memories and tables.
#[derive(Debug)]
pub struct Limiter {
    memory_limit: Option<u64>,
    table_limit: Option<u64>,
    memory: u64,
    peak_memory: u64,
    growing: u64,
    /// Set while the growth is not the program's.
    exempt: bool,
    refused: Option<Refusal>,
}

/// A growth that was refused.
#[derive(Debug, Clone)]
pub struct Refusal {
    pub limit: LimitKind,
    pub message: String,
}

impl Refusal {
    fn memory(wanted: u64, limit: u64) -> Self {
        // Rounded, the two numbers could look the same.
        let is_close = wanted - limit < limit / 8;
        let describe = |bytes: u64| if is_close { format!("{} KiB", bytes >> 10) } else { words::bytes(bytes) };
        let message =
            format!("the program asked for {} of memory, and the limit is {}", describe(wanted), describe(limit));
        Self { limit: LimitKind::Memory, message }
    }

    /// The refusal for a module whose initial memory exceeds the limit. If it exceeds the machine's address space, such
    /// as 4 GiB in a browser, wasmi itself reports that before it asks a limiter.
    pub fn at_start(memory_bytes: u64, limits: &Limits) -> Option<Self> {
        match limits.memory {
            Some(limit) if memory_bytes > limit => Some(Self::memory(memory_bytes, limit)),
            _ if memory_bytes > isize::MAX as u64 => Some(Self {
                limit: LimitKind::Memory,
                message: format!(
                    "the module starts with {} of memory, but a program can have less than {} here",
                    words::bytes(memory_bytes),
                    words::bytes(isize::MAX as u64 + 1)
                ),
            }),
            _ => None,
        }
    }

    /// What the refusal meant for a program that continued.
    pub fn describe(&self) -> String {
        format!("{}: `{}.grow` gave -1", self.message, self.limit.name())
    }
}

impl Limiter {
    pub fn new(limits: &Limits) -> Self {
        Self {
            memory_limit: limits.memory,
            table_limit: limits.table,
            memory: 0,
            peak_memory: 0,
            growing: 0,
            exempt: false,
            refused: None,
        }
    }

    /// The peak size of all memories together, in bytes.
    pub fn peak_memory(&self) -> u64 {
        self.peak_memory
    }

    /// Sets the peak size reached before.
    pub fn had(&mut self, peak_memory: u64) {
        self.peak_memory = self.peak_memory.max(peak_memory);
    }

    /// While this is set, growth is not counted: it is the debugger's own.
    pub fn exempt(&mut self, exempt: bool) {
        self.exempt = exempt;
    }

    /// The last growth that was refused. For the program, a refused growth is a -1 that it may ignore.
    pub fn refused(&self) -> Option<&Refusal> {
        self.refused.as_ref()
    }

    /// Restores the last refusal of a checkpoint.
    pub fn set_refused(&mut self, refused: Option<Refusal>) {
        self.refused = refused;
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(&mut self, current: usize, desired: usize, _most: Option<usize>) -> Result<bool, LimiterError> {
        if self.exempt {
            self.growing = 0;
            return Ok(true);
        }
        let growing = (desired as u64).saturating_sub(current as u64);
        let wanted = self.memory.saturating_add(growing);
        if let Some(limit) = self.memory_limit
            && wanted > limit
        {
            self.refused = Some(Refusal::memory(wanted, limit));
            return Ok(false);
        }
        self.growing = growing;
        self.memory = wanted;
        self.peak_memory = self.peak_memory.max(wanted);
        Ok(true)
    }

    fn table_growing(&mut self, _current: usize, desired: usize, _most: Option<usize>) -> Result<bool, LimiterError> {
        match self.table_limit {
            Some(limit) if desired as u64 > limit && !self.exempt => {
                self.refused = Some(Refusal {
                    limit: LimitKind::Table,
                    message: format!("the program asked for a table of {desired} elements, and the limit is {limit}"),
                });
                Ok(false)
            }
            _ => Ok(true),
        }
    }

    fn memory_grow_failed(&mut self, _error: &MemoryError) -> Result<(), LimiterError> {
        self.memory = self.memory.saturating_sub(std::mem::take(&mut self.growing));
        Ok(())
    }

    fn table_grow_failed(&mut self, _error: &TableError) -> Result<(), LimiterError> {
        Ok(())
    }

    fn instances(&self) -> usize {
        1
    }

    fn tables(&self) -> usize {
        100_000
    }

    fn memories(&self) -> usize {
        // The number per module is checked at validation; the state memory of a copy is one more.
        usize::MAX
    }
}
