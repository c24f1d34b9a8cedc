//! The host side of a copy made by [`instrument`](crate::instrument): the state memory, the tables that belong
//! to it, the registers.

use wasmi::{
    AsContext, AsContextMut, Caller, Error, Extern, ExternRef, Func, Global, Instance, Linker, Memory, MemoryType,
    Mutability, Nullable, Ref, RefType, Store, Table, TableType, TrapCode, Val,
};

use crate::instrument::layout::{self, Register};
use crate::instrument::{Instrumented, first_pages};

/// The maximum size of the state memory, in bytes.
const MOST_STATE: u32 = 1 << 30;
const PAGE: u32 = 1 << 16;

/// The host's side of one instance of a copy. The handles belong to one store.
#[derive(Debug, Clone, Copy)]
pub struct Attached {
    pub state: Memory,
    pub code: Table,
    /// Tables next to the state memory: for function references, and for external references.
    pub references: [Table; 2],
    registers: [Global; Register::ALL.len()],
    stack_base: u32,
}

impl Attached {
    pub fn register(&self, store: impl AsContext, register: Register) -> u32 {
        self.registers[register as usize].get(store).i32().unwrap_or(0).cast_unsigned()
    }

    /// The register itself, to be read later.
    pub fn global(&self, register: Register) -> Global {
        self.registers[register as usize]
    }

    pub fn set_register(&self, store: impl AsContextMut, register: Register, value: u32) {
        // The registers are mutable and of type i32: this cannot fail.
        let set = self.registers[register as usize].set(store, Val::I32(value.cast_signed()));
        debug_assert!(set.is_ok());
    }

    /// Resets it to the state before any call; needed after a trap, which leaves frames behind.
    pub fn reset(&self, mut store: impl AsContextMut) {
        self.set_register(&mut store, Register::Top, 0);
        self.set_register(&mut store, Register::Depth, 0);
        self.set_register(&mut store, Register::EnterOnly, 0);
        self.set_register(&mut store, Register::Next, self.stack_base);
    }

    /// Grows the state memory, if necessary, to that address plus a margin.
    pub fn grow(&self, mut store: impl AsContextMut, end: u32, margin: u32) -> Result<(), Error> {
        let wanted = end.saturating_add(margin);
        if wanted > MOST_STATE {
            return Err(TrapCode::StackOverflow.into());
        }
        let pages = self.state.size(&store) as u32;
        if wanted <= pages * PAGE {
            return Ok(());
        }
        // Doubles the size each time, so that deep recursion does not grow it at every call.
        let target = wanted.div_ceil(PAGE).max(pages * 2).min(MOST_STATE / PAGE);
        if self.state.grow(&mut store, u64::from(target - pages)).is_err() {
            return Err(TrapCode::StackOverflow.into());
        }
        let bytes = self.state.size(&store) as u32 * PAGE;
        for (table, null) in self.references.iter().zip(NULLS) {
            let size = table.size(&store);
            let wanted = u64::from(bytes / 8);
            if size > 0 && wanted > size && table.grow(&mut store, wanted - size, null()).is_err() {
                return Err(TrapCode::StackOverflow.into());
            }
        }
        self.set_register(&mut store, Register::Limit, bytes - margin);
        Ok(())
    }
}

const NULLS: [fn() -> Ref; 2] = [|| Ref::Func(Nullable::<Func>::Null), || Ref::Extern(Nullable::<ExternRef>::Null)];

/// The imports of the copy, with their names.
pub type Items = Vec<(&'static str, Extern)>;

/// Creates what the copy imports from [`layout::MODULE`], with the import names.
///
/// `exempt` is called with `true` before and `false` after allocating memory that belongs to the debugger rather than
/// to the program.
///
/// # Errors
///
/// If the store has no room for it.
pub fn attach<T: 'static>(
    store: &mut Store<T>,
    instrumented: &Instrumented,
    max_depth: u32,
    exempt: fn(&mut T, bool),
) -> Result<(Attached, Items), Error> {
    exempt(store.data_mut(), true);
    let made = make(store, instrumented, max_depth);
    exempt(store.data_mut(), false);
    let attached = made?;
    let margin = instrumented.margin;
    let grow = Func::wrap(&mut *store, move |mut caller: Caller<'_, T>, end: u32| -> Result<(), Error> {
        exempt(caller.data_mut(), true);
        let grown = attached.grow(&mut caller, end, margin);
        exempt(caller.data_mut(), false);
        grown
    });
    let overflow = Func::wrap(&mut *store, || -> Result<(), Error> { Err(TrapCode::StackOverflow.into()) });
    // Of the kinds of copies, only a linked one runs with nothing else than this; it calls none of these.
    let host_call = Func::wrap(&mut *store, |_: u32, _: u32| -> Result<i32, Error> {
        Err(Error::new("an imported function was called, but nothing makes the host calls of this copy"))
    });
    let may_grow = Func::wrap(&mut *store, |_: u32, _: u64| 1_i32);
    let bad_conversion =
        Func::wrap(&mut *store, || -> Result<(), Error> { Err(TrapCode::BadConversionToInteger.into()) });
    let [funcrefs, externrefs] = attached.references;
    let mut items = vec![
        (layout::GROW, Extern::Func(grow)),
        (layout::OVERFLOW, Extern::Func(overflow)),
        (layout::HOST_CALL, Extern::Func(host_call)),
        (layout::MAY_GROW, Extern::Func(may_grow)),
        (layout::BAD_CONVERSION, Extern::Func(bad_conversion)),
        (layout::STATE, Extern::Memory(attached.state)),
        (layout::CODE, Extern::Table(attached.code)),
        (layout::FUNCREFS, Extern::Table(funcrefs)),
        (layout::EXTERNREFS, Extern::Table(externrefs)),
    ];
    for register in Register::ALL {
        items.push((register.name(), Extern::Global(attached.registers[register as usize])));
    }
    Ok((attached, items))
}

/// Like [`attach`], but defines the items in a linker.
///
/// # Errors
///
/// Like [`attach`].
pub fn attach_to_linker<T: 'static>(
    store: &mut Store<T>,
    linker: &mut Linker<T>,
    instrumented: &Instrumented,
    max_depth: u32,
    exempt: fn(&mut T, bool),
) -> Result<Attached, Error> {
    let (attached, items) = attach(store, instrumented, max_depth, exempt)?;
    for (name, item) in items {
        linker.define(layout::MODULE, name, item).map_err(|error| Error::new(error.to_string()))?;
    }
    Ok(attached)
}

/// Writes the active segments, which a copy does not do at instantiation.
///
/// # Errors
///
/// The trap of a segment that is out of bounds; the instance remains usable.
pub fn initialize(mut store: impl AsContextMut, instance: Instance, instrumented: &Instrumented) -> Result<(), Error> {
    match instance.get_func(&store, &instrumented.initializer()) {
        Some(initializer) => initializer.call(&mut store, &[], &mut []),
        None => Err(Error::new("the copy has lost its initializer")),
    }
}

fn make<T>(store: &mut Store<T>, instrumented: &Instrumented, max_depth: u32) -> Result<Attached, Error> {
    let pages = first_pages(instrumented.stack_base, instrumented.margin);
    let state = Memory::new(&mut *store, MemoryType::new(pages, None))?;
    let bytes = state.data_mut(&mut *store);
    let (places, _) = bytes[instrumented.jump_table_base as usize..].as_chunks_mut();
    for (place, entry) in places.iter_mut().zip(&instrumented.jump_table) {
        *place = entry.to_le_bytes();
    }
    let [null_func, null_extern] = NULLS;
    let code = Table::new(&mut *store, TableType::new(RefType::Func, instrumented.code + 1, None), null_func())?;
    let beside = if instrumented.holds_references { pages * (PAGE / 8) } else { 0 };
    let funcrefs = Table::new(&mut *store, TableType::new(RefType::Func, beside, None), null_func())?;
    let externrefs = Table::new(&mut *store, TableType::new(RefType::Extern, beside, None), null_extern())?;
    let registers = Register::ALL.map(|_| Global::new(&mut *store, Val::I32(0), Mutability::Var));
    let attached =
        Attached { state, code, references: [funcrefs, externrefs], registers, stack_base: instrumented.stack_base };
    attached.reset(&mut *store);
    attached.set_register(&mut *store, Register::MaxDepth, max_depth);
    attached.set_register(&mut *store, Register::Limit, pages * PAGE - instrumented.margin);
    Ok(attached)
}
