//! How an instruction is written in a sentence: its name in the text format, and those immediates that distinguish it
//! from others: names, constants, lanes.

use wasmparser::{HeapType, Operator};

use super::context::{At, written};
use super::simd::lane;
use wasmoscope_module::value::{self, Value};
use wasmoscope_module::words;
use wasmoscope_reversible::instrument::{Flow, access};

/// The name of an instruction in the text format, such as `i32.add`.
pub(super) fn name(operator: &Operator<'_>) -> String {
    macro_rules! name {
        ($( @$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($ann:tt)*) )*) => {
            match operator {
                $( Operator::$op { .. } => stringify!($visit), )*
                // `Operator` is non-exhaustive; the list has all of them.
                _ => "visit_unknown",
            }
        };
    }
    words::text_name(wasmparser::for_each_operator!(name))
}

impl At<'_> {
    /// The instruction as a sentence names it: `local.get $n`, `br_if $next`, `i32.const 5`.
    pub fn instruction(&self) -> String {
        let mut text = match &self.operator {
            Operator::End => return format!("end of {}", self.function(self.function)),
            operator => name(operator),
        };
        if let Some(immediate) = self.immediate() {
            text.push(' ');
            text.push_str(&immediate);
        }
        text
    }

    fn immediate(&self) -> Option<String> {
        use Operator as O;
        let names = self.state.names();
        let not_first = |name: Option<&str>, index: u32| (index != 0).then(|| written(name, index));
        Some(match &self.operator {
            O::LocalGet { local_index } | O::LocalSet { local_index } | O::LocalTee { local_index } => {
                written(names.local(self.function, *local_index), *local_index)
            }
            O::GlobalGet { global_index } | O::GlobalSet { global_index } => {
                written(names.global(*global_index), *global_index)
            }
            O::Call { function_index } | O::ReturnCall { function_index } | O::RefFunc { function_index } => {
                written(names.function(*function_index), *function_index)
            }
            O::CallIndirect { table_index: table, .. }
            | O::ReturnCallIndirect { table_index: table, .. }
            | O::TableGet { table }
            | O::TableSet { table }
            | O::TableSize { table }
            | O::TableGrow { table }
            | O::TableFill { table } => return not_first(names.table(*table), *table),
            O::MemorySize { mem } | O::MemoryGrow { mem } | O::MemoryFill { mem } => {
                return not_first(names.memory(*mem), *mem);
            }
            O::DataDrop { data_index } | O::MemoryInit { data_index, .. } => {
                written(names.data(*data_index), *data_index)
            }
            O::ElemDrop { elem_index } | O::TableInit { elem_index, .. } => {
                written(names.element(*elem_index), *elem_index)
            }
            O::Br { relative_depth } | O::BrIf { relative_depth } => {
                let label = match self.analysed.instructions.get(self.position.instruction as usize)?.flow {
                    Flow::Branch(label) | Flow::BranchIf(label) => label,
                    _ => return None,
                };
                self.label_name(label).unwrap_or_else(|| relative_depth.to_string())
            }
            O::Block { .. } | O::Loop { .. } | O::If { .. } => {
                let (label, _) = self.analysed.label_of(self.position.instruction)?;
                return self.label_name(label);
            }
            O::I32Const { value } => value.to_string(),
            O::I64Const { value } => value.to_string(),
            O::F32Const { value } => value::show(&Value::F32(value.bits())).text,
            O::F64Const { value } => value::show(&Value::F64(value.bits())).text,
            O::RefNull { hty } => match *hty {
                HeapType::EXTERN => "extern",
                _ => "func",
            }
            .to_owned(),
            operator => {
                let memory = match access::shape(operator) {
                    Some(access::Shape::Plain { memory, .. }) => not_first(names.memory(memory), memory),
                    _ => None,
                };
                match (memory, lane(operator)) {
                    (Some(memory), Some(lane)) => format!("{memory} {lane}"),
                    (None, Some(lane)) => lane.to_string(),
                    (memory, None) => return memory,
                }
            }
        })
    }
}
