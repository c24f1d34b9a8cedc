//! The initializer: writes the active segments of the original, which are passive in the copy.
//!
//! The original writes them during instantiation. In wasmi 2.0.0, an instance whose instantiation traps has no globals:
//! its functions, which an earlier segment may have put into another instance's table, make wasmi panic when they
//! access one, and each function of a copy does. So a copy is instantiated without them, and its host then calls the
//! initializer.

use wasm_encoder::reencode::Reencode;
use wasm_encoder::{DataSection, ElementSection, Elements, Function, InstructionSink, MemArg, MemArgTarget};
use wasmparser::{ConstExpr, Data, DataKind, Element, ElementItems, ElementKind, Operator};

use super::InstrumentError;
use super::layout;
use super::plain::Shift;

/// How many segments one function writes: this stays below wasmi's limits for any number of segments.
const SEGMENTS_PER_FUNCTION: usize = 1_000;

/// The functions that write the active segments, in instantiation order.
#[derive(Default)]
pub struct Initializers {
    functions: Vec<Function>,
    /// How many segments the last of them writes.
    segments: usize,
    /// Whether it writes data segments.
    writes_data: bool,
}

impl Initializers {
    /// Adds an element segment.
    ///
    /// # Errors
    ///
    /// If something in it cannot be encoded.
    pub fn element(&mut self, section: &mut ElementSection, element: Element<'_>) -> Result<(), InstrumentError> {
        let index = section.len();
        let ElementKind::Active { table_index, offset_expr } = &element.kind else {
            return Ok(Shift.parse_element(section, element)?);
        };
        let length = match &element.items {
            ElementItems::Functions(functions) => functions.count(),
            ElementItems::Expressions(_, expressions) => expressions.count(),
        };
        let table = Shift.table_index(table_index.unwrap_or(0))?;
        self.segment(offset_expr, length, |sink| {
            sink.table_init(table, index).elem_drop(index);
        })?;
        let elements: Elements<'_> = Shift.element_items(element.items)?;
        section.passive(elements);
        Ok(())
    }

    /// Adds a data segment; element segments come before.
    ///
    /// # Errors
    ///
    /// If something in it cannot be encoded.
    pub fn data(&mut self, section: &mut DataSection, data: Data<'_>) -> Result<(), InstrumentError> {
        let index = section.len();
        let DataKind::Active { memory_index, offset_expr } = &data.kind else {
            return Ok(Shift.parse_data(section, data)?);
        };
        let memory = Shift.memory_index(*memory_index)?;
        if !self.writes_data {
            self.writes_data = true;
            self.functions.push(Function::new([]));
            self.segments = 0;
            if let Some(function) = self.functions.last_mut() {
                let place = MemArg { offset: 0, align: 0, target: MemArgTarget::Memory(0), ordering: None };
                let mut sink = function.instructions();
                sink.i32_const(layout::ELEMENTS_WRITTEN.cast_signed()).i32_const(1).i32_store8(place);
            }
        }
        self.segment(offset_expr, data.data.len() as u32, |sink| {
            sink.memory_init(memory, index).data_drop(index);
        })?;
        section.passive(data.data.iter().copied());
        Ok(())
    }

    fn segment(
        &mut self,
        offset: &ConstExpr<'_>,
        length: u32,
        write: impl FnOnce(&mut InstructionSink<'_>),
    ) -> Result<(), InstrumentError> {
        if self.functions.is_empty() || self.segments == SEGMENTS_PER_FUNCTION {
            self.functions.push(Function::new([]));
            self.segments = 0;
        }
        self.segments += 1;
        let Some(function) = self.functions.last_mut() else { return Ok(()) };
        for operator in offset.get_operators_reader() {
            match operator? {
                Operator::End => break,
                operator => function.instruction(&Shift.instruction(operator)?),
            };
        }
        let mut sink = function.instructions();
        sink.i32_const(0).i32_const(length.cast_signed());
        write(&mut sink);
        Ok(())
    }

    /// These functions, followed by the one that calls them in order; `first` is the index of the first.
    pub fn finish(mut self, first: u32) -> Vec<Function> {
        for function in &mut self.functions {
            function.instructions().end();
        }
        let mut all = Function::new([]);
        let mut sink = all.instructions();
        for index in 0..self.functions.len() as u32 {
            sink.call(first + index);
        }
        sink.end();
        self.functions.push(all);
        self.functions
    }
}
