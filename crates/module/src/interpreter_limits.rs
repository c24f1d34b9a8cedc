//! The size limits of a module that can run here.
//!
//! wasmi 2.0.0 and the debugger's copy each reject larger modules, at different sizes and with different messages, some
//! only when the function is called. A module has to keep to the smaller of the two limits, which is checked at
//! validation: so a program that runs can also be debugged, and for one that cannot run, the error says where and why.

use wasmparser::{BinaryReader, Payload, TypeRef};

/// The maximum number of memories: wasmi's 100, of which the copy uses one for its state.
pub const MOST_MEMORIES: u32 = 100 - 1;
/// The number of tables that a copy has before the module's own.
pub const TABLES_OF_A_COPY: u32 = 3;
/// The maximum number of tables: wasmi's 100, of which the copy uses some.
pub const MOST_TABLES: u32 = 100 - TABLES_OF_A_COPY;
/// The maximum number of parameters and locals of a function: wasmi's `LOCAL_VARIABLES_MAX`.
pub const MOST_LOCALS: u32 = 30_000;
/// The maximum number of targets of a `br_table`, without the default: wasmi's parser limit.
pub const MOST_TARGETS: u32 = 128 << 10;
/// The maximum number of slots of a function, see [`local_slots`]: wasmi numbers them in 16 bits, and a copy needs a
/// few of its own. An operand takes one. A vector operand takes two, which is not counted: a function that is too large
/// only because of that is rejected when it is called, plain and instrumented.
pub const MOST_SLOTS: u32 = 65_000;

/// The first byte of a `br_table`; core specification, section 5.4.1.
pub const BR_TABLE: u8 = 0x0E;

/// A limit that a module exceeds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExceededLimit {
    /// In bytes from the start of the module.
    pub offset: u64,
    pub message: String,
    /// What to do.
    pub help: &'static str,
}

/// The number of memories and tables so far, including imported ones.
#[derive(Debug, Default)]
pub struct Counts {
    memories: u32,
    tables: u32,
}

impl Counts {
    /// Counts the items of a section, and reports the first that exceeds a limit.
    ///
    /// # Errors
    ///
    /// If the section cannot be read; in a valid module, it can.
    pub fn add(&mut self, payload: &Payload<'_>, exceeded_limits: &mut Vec<ExceededLimit>) -> wasmparser::Result<()> {
        match payload {
            Payload::ImportSection(section) => {
                for import in section.clone().into_imports_with_offsets() {
                    let (offset, import) = import?;
                    match import.ty {
                        TypeRef::Memory(_) => exceeded_limits.extend(self.memory(offset)),
                        TypeRef::Table(_) => exceeded_limits.extend(self.table(offset)),
                        TypeRef::Func(_) | TypeRef::FuncExact(_) | TypeRef::Global(_) | TypeRef::Tag(_) => {}
                    }
                }
            }
            Payload::MemorySection(section) => {
                for memory in section.clone().into_iter_with_offsets() {
                    exceeded_limits.extend(self.memory(memory?.0));
                }
            }
            Payload::TableSection(section) => {
                for table in section.clone().into_iter_with_offsets() {
                    exceeded_limits.extend(self.table(table?.0));
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn memory(&mut self, offset: u64) -> Option<ExceededLimit> {
        self.memories += 1;
        (self.memories == MOST_MEMORIES + 1).then(|| ExceededLimit {
            offset,
            message: format!("the module has more memories than this interpreter supports ({MOST_MEMORIES})"),
            help: "merge several memories into one, with their data at different addresses",
        })
    }

    fn table(&mut self, offset: u64) -> Option<ExceededLimit> {
        self.tables += 1;
        (self.tables == MOST_TABLES + 1).then(|| ExceededLimit {
            offset,
            message: format!("the module has more tables than this interpreter supports ({MOST_TABLES})"),
            help: "merge several tables of the same type into one, with their elements at different indices",
        })
    }
}

/// Checks a function with this many parameters and locals, whose body is at an offset.
pub fn locals(count: u32, offset: u64) -> Option<ExceededLimit> {
    (count > MOST_LOCALS).then(|| ExceededLimit {
        offset,
        message: format!(
            "the function has {count} parameters and locals, but this interpreter supports at most {MOST_LOCALS}"
        ),
        help: "split the function, or keep values in a memory",
    })
}

/// Checks a `br_table`, given by its bytes and what follows.
pub fn targets(instruction: &[u8], offset: u64) -> Option<ExceededLimit> {
    let count = BinaryReader::new(instruction.get(1..)?, 0).read_var_u32().ok()?;
    (count > MOST_TARGETS).then(|| ExceededLimit {
        offset,
        message: format!(
            "the `br_table` has {count} targets besides the default, but this interpreter supports at most \
             {MOST_TARGETS}"
        ),
        help: "split it: one `br_table` on the quotient of the index, which branches to others on the remainder",
    })
}

/// How many of wasmi's slots the parameters and locals of a function take.
pub fn local_slots(count: u32, vectors: u32) -> u32 {
    count.saturating_mul(2).saturating_add(vectors)
}

/// Checks a function whose parameters and locals take this many slots, and which has at most this many operands, after
/// the instruction at an offset.
pub fn slots(locals: u32, (operands, offset): (u32, u64)) -> Option<ExceededLimit> {
    let slots = locals.saturating_add(operands);
    (slots > MOST_SLOTS).then(|| ExceededLimit {
        offset,
        message: format!(
            "the function needs {slots} slots for its parameters, locals and operands, but this interpreter supports \
             at most {MOST_SLOTS}"
        ),
        help: "split the function, or keep values in a memory: a local takes two slots, a vector three, an operand one",
    })
}
