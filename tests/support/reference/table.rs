//! Tables and references, and their instructions (sections 4.4.4 and 4.4.6 of the specification).

use wasmparser::{Operator, TableType};

use super::Machine;
use super::memory::{pop_index, push_size};
use super::value::{Trap, Value, pop, push};

pub const OUT_OF_BOUNDS: Trap = Trap("out-of-bounds-table-access");

pub struct Table {
    pub elements: Vec<Value>,
    most: u64,
    is_64: bool,
}

impl Table {
    pub fn new(ty: &TableType, initial: Value) -> Self {
        let most = ty.maximum.unwrap_or(u32::MAX.into());
        Self { elements: vec![initial; ty.initial as usize], most, is_64: ty.table64 }
    }

    fn slice(&mut self, start: u64, length: u64) -> Result<&mut [Value], Trap> {
        let end = start.checked_add(length).filter(|end| *end <= self.elements.len() as u64).ok_or(OUT_OF_BOUNDS)?;
        Ok(&mut self.elements[start as usize..end as usize])
    }
}

impl Machine<'_> {
    /// Executes an instruction on tables or references; `None` if it is none.
    pub fn execute_on_table(&mut self, operator: &Operator<'_>) -> Option<Result<(), Trap>> {
        use Operator as O;
        Some(match *operator {
            O::RefNull { .. } => {
                push(self.stack(), None);
                Ok(())
            }
            O::RefFunc { function_index } => {
                push(self.stack(), Some(function_index));
                Ok(())
            }
            O::RefIsNull => {
                let reference = pop::<Option<u32>>(self.stack());
                push(self.stack(), reference.is_none());
                Ok(())
            }
            O::TableGet { table } => self.get(table as usize),
            O::TableSet { table } => {
                let value = pop::<Option<u32>>(self.stack());
                let index = self.index(table as usize);
                self.module.tables[table as usize].slice(index, 1).map(|place| place[0] = Value::Ref(value))
            }
            O::TableSize { table } => {
                let table = &self.module.tables[table as usize];
                let (is_64, size) = (table.is_64, table.elements.len() as u64);
                push_size(self.stack(), is_64, Some(size));
                Ok(())
            }
            O::TableGrow { table } => {
                let by = self.index(table as usize);
                let value = pop::<Option<u32>>(self.stack());
                let table = &mut self.module.tables[table as usize];
                let (is_64, before) = (table.is_64, table.elements.len() as u64);
                let after = before.checked_add(by).filter(|after| *after <= table.most);
                if let Some(after) = after {
                    table.elements.resize(after as usize, Value::Ref(value));
                }
                push_size(self.stack(), is_64, after.map(|_| before));
                Ok(())
            }
            O::TableFill { table } => {
                let length = self.index(table as usize);
                let value = pop::<Option<u32>>(self.stack());
                let start = self.index(table as usize);
                let places = self.module.tables[table as usize].slice(start, length);
                places.map(|places| places.fill(Value::Ref(value)))
            }
            O::TableCopy { dst_table, src_table } => self.copy_elements(dst_table as usize, src_table as usize),
            O::TableInit { elem_index, table } => {
                let (length, from) = (pop::<u32>(self.stack()), pop::<u32>(self.stack()));
                let to = self.index(table as usize);
                self.initialize_table(table as usize, to, elem_index as usize, from.into(), length.into())
            }
            O::ElemDrop { elem_index } => {
                self.module.elements[elem_index as usize].items.clear();
                Ok(())
            }
            _ => return None,
        })
    }

    /// Pops an index into a table, or a length.
    pub fn index(&mut self, table: usize) -> u64 {
        let is_64 = self.module.tables[table].is_64;
        pop_index(self.stack(), is_64)
    }

    fn get(&mut self, table: usize) -> Result<(), Trap> {
        let index = self.index(table);
        let value = self.module.tables[table].slice(index, 1)?[0];
        self.stack().push(value);
        Ok(())
    }

    fn copy_elements(&mut self, to: usize, from: usize) -> Result<(), Trap> {
        let both = self.module.tables[to].is_64 && self.module.tables[from].is_64;
        let length = pop_index(self.stack(), both);
        let source = self.index(from);
        let target = self.index(to);
        let elements = self.module.tables[from].slice(source, length)?.to_vec();
        self.module.tables[to].slice(target, length)?.copy_from_slice(&elements);
        Ok(())
    }

    pub fn initialize_table(
        &mut self,
        table: usize,
        to: u64,
        segment: usize,
        from: u64,
        length: u64,
    ) -> Result<(), Trap> {
        let items = &self.module.elements[segment].items;
        let end = from.checked_add(length).filter(|end| *end <= items.len() as u64).ok_or(OUT_OF_BOUNDS)?;
        let target = self.module.tables[table].slice(to, length)?;
        target.copy_from_slice(&items[from as usize..end as usize]);
        Ok(())
    }
}
