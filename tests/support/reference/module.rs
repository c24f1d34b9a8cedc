//! A module, read into plain data.

use wasmparser::{
    BlockType, CompositeInnerType, ConstExpr, DataKind, ElementItems, ElementKind, ExternalKind, Operator, Parser,
    Payload, TableInit,
};

use super::memory::Memory;
use super::table::Table;
use super::value::{Value, push};

#[derive(Default)]
pub struct Module<'a> {
    pub types: Vec<Type>,
    pub functions: Vec<Function<'a>>,
    pub exports: Vec<(String, u32)>,
    pub start: Option<u32>,
    pub data: Vec<Segment<&'a [u8]>>,
    pub elements: Vec<Segment<Vec<Value>>>,
    pub memories: Vec<Memory>,
    pub tables: Vec<Table>,
    pub globals: Vec<Value>,
}

#[derive(Clone, Default, PartialEq)]
pub struct Type {
    pub params: Vec<wasmparser::ValType>,
    pub results: Vec<wasmparser::ValType>,
}

pub struct Function<'a> {
    pub ty: usize,
    /// Without the parameters.
    pub locals: Vec<Value>,
    pub code: Vec<Instruction<'a>>,
}

pub struct Instruction<'a> {
    /// In bytes from the start of the module.
    pub offset: u64,
    pub operator: Operator<'a>,
    /// Of a block, loop or if: its `end`. Of an `else`: the `end`, too.
    pub end: usize,
    /// Of an `if`: its `else`.
    pub otherwise: Option<usize>,
}

pub struct Segment<T> {
    pub items: T,
    /// Into which memory or table it goes at the beginning, and from where on.
    pub target: Option<(usize, u64)>,
    pub is_declared: bool,
}

impl<'a> Module<'a> {
    /// Reads a valid module that imports nothing.
    pub fn read(wasm: &'a [u8]) -> wasmparser::Result<Self> {
        let mut module = Self::default();
        let mut types = Vec::new();
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::TypeSection(section) => {
                    for group in section {
                        for ty in group?.into_types() {
                            let CompositeInnerType::Func(ty) = ty.composite_type.inner else { panic!("no function") };
                            module.types.push(Type { params: ty.params().to_vec(), results: ty.results().to_vec() });
                        }
                    }
                }
                Payload::ImportSection(section) => assert_eq!(section.count(), 0, "the module imports something"),
                Payload::FunctionSection(section) => {
                    types = section.into_iter().collect::<Result<_, _>>()?;
                }
                Payload::TableSection(section) => {
                    for table in section {
                        let table = table?;
                        let initial = match table.init {
                            TableInit::RefNull => Value::Ref(None),
                            TableInit::Expr(expression) => module.constant(&expression)?,
                        };
                        module.tables.push(Table::new(&table.ty, initial));
                    }
                }
                Payload::MemorySection(section) => {
                    for memory in section {
                        module.memories.push(Memory::new(&memory?));
                    }
                }
                Payload::GlobalSection(section) => {
                    for global in section {
                        let value = module.constant(&global?.init_expr)?;
                        module.globals.push(value);
                    }
                }
                Payload::ExportSection(section) => {
                    for export in section {
                        let export = export?;
                        if export.kind == ExternalKind::Func {
                            module.exports.push((export.name.to_owned(), export.index));
                        }
                    }
                }
                Payload::StartSection { func, .. } => module.start = Some(func),
                Payload::ElementSection(section) => {
                    for element in section {
                        let element = element?;
                        let items = match element.items {
                            ElementItems::Functions(functions) => functions
                                .into_iter()
                                .map(|function| Ok(Value::Ref(Some(function?))))
                                .collect::<wasmparser::Result<_>>()?,
                            ElementItems::Expressions(_, expressions) => expressions
                                .into_iter()
                                .map(|expression| module.constant(&expression?))
                                .collect::<wasmparser::Result<_>>()?,
                        };
                        let (target, is_declared) = match element.kind {
                            ElementKind::Passive => (None, false),
                            ElementKind::Declared => (None, true),
                            ElementKind::Active { table_index, offset_expr } => {
                                (Some((table_index.unwrap_or(0) as usize, module.offset(&offset_expr)?)), false)
                            }
                        };
                        module.elements.push(Segment { items, target, is_declared });
                    }
                }
                Payload::DataSection(section) => {
                    for data in section {
                        let data = data?;
                        let target = match data.kind {
                            DataKind::Passive => None,
                            DataKind::Active { memory_index, offset_expr } => {
                                Some((memory_index as usize, module.offset(&offset_expr)?))
                            }
                        };
                        module.data.push(Segment { items: data.data, target, is_declared: false });
                    }
                }
                Payload::CodeSectionEntry(body) => {
                    let ty: u32 = types[module.functions.len()];
                    let mut locals = Vec::new();
                    for group in body.get_locals_reader()? {
                        let (count, ty) = group?;
                        locals.extend(std::iter::repeat_n(zero(ty), count as usize));
                    }
                    let code = instructions(body.get_operators_reader()?)?;
                    module.functions.push(Function { ty: ty as usize, locals, code });
                }
                _ => {}
            }
        }
        Ok(module)
    }

    pub fn block_type(&self, ty: BlockType) -> Type {
        match ty {
            BlockType::Empty => Type::default(),
            BlockType::Type(result) => Type { params: Vec::new(), results: vec![result] },
            BlockType::FuncType(ty) => self.types[ty as usize].clone(),
        }
    }

    fn offset(&self, expression: &ConstExpr<'_>) -> wasmparser::Result<u64> {
        Ok(match self.constant(expression)? {
            Value::I32(offset) => offset.into(),
            Value::I64(offset) => offset,
            other => panic!("{other:?} is no offset"),
        })
    }

    /// Evaluates a constant expression (section 3.4.13 of the specification).
    fn constant(&self, expression: &ConstExpr<'_>) -> wasmparser::Result<Value> {
        let mut stack = Vec::new();
        for operator in expression.get_operators_reader() {
            match operator? {
                Operator::End => break,
                Operator::GlobalGet { global_index } => stack.push(self.globals[global_index as usize]),
                Operator::RefNull { .. } => push(&mut stack, None),
                Operator::RefFunc { function_index } => push(&mut stack, Some(function_index)),
                other => {
                    let done = super::numeric::execute(&other, &mut stack);
                    done.expect("a constant instruction").expect("which does not trap");
                }
            }
        }
        Ok(stack.pop().expect("a constant expression has a value"))
    }
}

pub fn zero(ty: wasmparser::ValType) -> Value {
    match ty {
        wasmparser::ValType::I32 => Value::I32(0),
        wasmparser::ValType::I64 => Value::I64(0),
        wasmparser::ValType::F32 => Value::F32(0),
        wasmparser::ValType::F64 => Value::F64(0),
        wasmparser::ValType::V128 => panic!("the evaluator knows no vectors"),
        wasmparser::ValType::Ref(_) => Value::Ref(None),
    }
}

/// The instructions of a body, with what belongs together found.
fn instructions(operators: wasmparser::OperatorsReader<'_>) -> wasmparser::Result<Vec<Instruction<'_>>> {
    let mut code: Vec<Instruction<'_>> = Vec::new();
    let mut open = Vec::new();
    for read in operators.into_iter_with_offsets() {
        let (operator, offset) = read?;
        let index = code.len();
        match operator {
            Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => open.push(index),
            Operator::Else => {
                let start: usize = *open.last().expect("an `else` belongs to an `if`");
                code[start].otherwise = Some(index);
            }
            Operator::End => {
                if let Some(start) = open.pop() {
                    code[start].end = index;
                    if let Some(otherwise) = code[start].otherwise {
                        code[otherwise].end = index;
                    }
                }
            }
            _ => {}
        }
        code.push(Instruction { offset, operator, end: 0, otherwise: None });
    }
    Ok(code)
}
