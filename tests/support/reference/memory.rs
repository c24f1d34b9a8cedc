//! Memories and their instructions (section 4.4.7 of the specification and the memory64 proposal).

use wasmparser::{MemArg, MemArgTarget, MemoryType, Operator};

use super::Machine;
use super::value::{Operand, Stack, Trap, pop, push};

pub const OUT_OF_BOUNDS: Trap = Trap("out-of-bounds-memory-access");

pub struct Memory {
    pub bytes: Vec<u8>,
    page: u64,
    /// In pages.
    most: u64,
    is_64: bool,
}

impl Memory {
    pub fn new(ty: &MemoryType) -> Self {
        let page = 1 << ty.page_size_log2.unwrap_or(16);
        let most = ty.maximum.unwrap_or((1 << 32) / page);
        Self { bytes: vec![0; (ty.initial * page) as usize], page, most, is_64: ty.memory64 }
    }

    fn grow(&mut self, pages: u64) -> Option<u64> {
        let before = self.bytes.len() as u64 / self.page;
        let after = before.checked_add(pages).filter(|after| *after <= self.most)?;
        self.bytes.resize((after * self.page) as usize, 0);
        Some(before)
    }

    pub fn slice(&mut self, start: u64, length: u64) -> Result<&mut [u8], Trap> {
        let end = start.checked_add(length).filter(|end| *end <= self.bytes.len() as u64).ok_or(OUT_OF_BOUNDS)?;
        Ok(&mut self.bytes[start as usize..end as usize])
    }
}

/// Pops an address or a length.
pub fn pop_index(stack: &mut Stack, is_64: bool) -> u64 {
    if is_64 { pop::<u64>(stack) } else { pop::<u32>(stack).into() }
}

/// Pushes a size, or -1.
pub fn push_size(stack: &mut Stack, is_64: bool, size: Option<u64>) {
    let size = size.unwrap_or(u64::MAX);
    if is_64 { push(stack, size) } else { push(stack, size as u32) }
}

impl Machine<'_> {
    /// Executes an instruction on memories; `None` if it is none.
    pub fn execute_on_memory(&mut self, operator: &Operator<'_>) -> Option<Result<(), Trap>> {
        use Operator as O;
        Some(match *operator {
            O::I32Load { memarg } => self.load(memarg, u32::from_le_bytes),
            O::I64Load { memarg } => self.load(memarg, u64::from_le_bytes),
            O::F32Load { memarg } => self.load(memarg, f32::from_le_bytes),
            O::F64Load { memarg } => self.load(memarg, f64::from_le_bytes),
            O::I32Load8S { memarg } => self.load(memarg, |bytes: [u8; 1]| i32::from(i8::from_le_bytes(bytes))),
            O::I32Load8U { memarg } => self.load(memarg, |bytes: [u8; 1]| u32::from(bytes[0])),
            O::I32Load16S { memarg } => self.load(memarg, |bytes| i32::from(i16::from_le_bytes(bytes))),
            O::I32Load16U { memarg } => self.load(memarg, |bytes| u32::from(u16::from_le_bytes(bytes))),
            O::I64Load8S { memarg } => self.load(memarg, |bytes: [u8; 1]| i64::from(i8::from_le_bytes(bytes))),
            O::I64Load8U { memarg } => self.load(memarg, |bytes: [u8; 1]| u64::from(bytes[0])),
            O::I64Load16S { memarg } => self.load(memarg, |bytes| i64::from(i16::from_le_bytes(bytes))),
            O::I64Load16U { memarg } => self.load(memarg, |bytes| u64::from(u16::from_le_bytes(bytes))),
            O::I64Load32S { memarg } => self.load(memarg, |bytes| i64::from(i32::from_le_bytes(bytes))),
            O::I64Load32U { memarg } => self.load(memarg, |bytes| u64::from(u32::from_le_bytes(bytes))),
            O::I32Store { memarg } => self.store(memarg, u32::to_le_bytes),
            O::I64Store { memarg } => self.store(memarg, u64::to_le_bytes),
            O::F32Store { memarg } => self.store(memarg, f32::to_le_bytes),
            O::F64Store { memarg } => self.store(memarg, f64::to_le_bytes),
            O::I32Store8 { memarg } => self.store(memarg, |value: u32| (value as u8).to_le_bytes()),
            O::I32Store16 { memarg } => self.store(memarg, |value: u32| (value as u16).to_le_bytes()),
            O::I64Store8 { memarg } => self.store(memarg, |value: u64| (value as u8).to_le_bytes()),
            O::I64Store16 { memarg } => self.store(memarg, |value: u64| (value as u16).to_le_bytes()),
            O::I64Store32 { memarg } => self.store(memarg, |value: u64| (value as u32).to_le_bytes()),
            O::MemorySize { mem } => {
                let memory = &self.module.memories[mem as usize];
                let (is_64, size) = (memory.is_64, memory.bytes.len() as u64 / memory.page);
                push_size(self.stack(), is_64, Some(size));
                Ok(())
            }
            O::MemoryGrow { mem } => {
                let is_64 = self.module.memories[mem as usize].is_64;
                let pages = pop_index(self.stack(), is_64);
                let before = self.module.memories[mem as usize].grow(pages);
                push_size(self.stack(), is_64, before);
                Ok(())
            }
            O::MemoryFill { mem } => self.fill(mem as usize),
            O::MemoryCopy { dst_mem, src_mem } => self.copy(dst_mem as usize, src_mem as usize),
            O::MemoryInit { data_index, mem } => {
                let (length, from) = (pop::<u32>(self.stack()), pop::<u32>(self.stack()));
                let to = pop_index_of(self, mem as usize);
                self.initialize_memory(mem as usize, to, data_index as usize, from.into(), length.into())
            }
            O::DataDrop { data_index } => {
                self.module.data[data_index as usize].items = &[];
                Ok(())
            }
            _ => return None,
        })
    }

    fn load<const N: usize, T: Operand>(&mut self, memarg: MemArg, of: impl FnOnce([u8; N]) -> T) -> Result<(), Trap> {
        let (memory, address) = self.address(memarg)?;
        let bytes = self.module.memories[memory].slice(address, N as u64)?;
        let value = of(bytes.try_into().expect("it has that length"));
        push(self.stack(), value);
        Ok(())
    }

    fn store<const N: usize, T: Operand>(&mut self, memarg: MemArg, to: impl FnOnce(T) -> [u8; N]) -> Result<(), Trap> {
        let value = pop(self.stack());
        let (memory, address) = self.address(memarg)?;
        self.module.memories[memory].slice(address, N as u64)?.copy_from_slice(&to(value));
        Ok(())
    }

    fn address(&mut self, memarg: MemArg) -> Result<(usize, u64), Trap> {
        let MemArgTarget::Memory(memory) = memarg.target else { panic!("the evaluator knows no arrays") };
        let base = pop_index_of(self, memory as usize);
        Ok((memory as usize, base.checked_add(memarg.offset).ok_or(OUT_OF_BOUNDS)?))
    }

    fn fill(&mut self, memory: usize) -> Result<(), Trap> {
        let length = pop_index_of(self, memory);
        let byte = pop::<u32>(self.stack());
        let start = pop_index_of(self, memory);
        self.module.memories[memory].slice(start, length)?.fill(byte as u8);
        Ok(())
    }

    fn copy(&mut self, to: usize, from: usize) -> Result<(), Trap> {
        let is_64 = |memory: usize| self.module.memories[memory].is_64;
        let both = is_64(to) && is_64(from);
        let length = pop_index(self.stack(), both);
        let source = pop_index_of(self, from);
        let target = pop_index_of(self, to);
        let bytes = self.module.memories[from].slice(source, length)?.to_vec();
        self.module.memories[to].slice(target, length)?.copy_from_slice(&bytes);
        Ok(())
    }

    pub fn initialize_memory(
        &mut self,
        memory: usize,
        to: u64,
        data: usize,
        from: u64,
        length: u64,
    ) -> Result<(), Trap> {
        let bytes = self.module.data[data].items;
        let end = from.checked_add(length).filter(|end| *end <= bytes.len() as u64).ok_or(OUT_OF_BOUNDS)?;
        let target = self.module.memories[memory].slice(to, length)?;
        target.copy_from_slice(&bytes[from as usize..end as usize]);
        Ok(())
    }
}

fn pop_index_of(machine: &mut Machine<'_>, memory: usize) -> u64 {
    let is_64 = machine.module.memories[memory].is_64;
    pop_index(machine.stack(), is_64)
}
