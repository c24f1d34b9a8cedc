//! The positions of the instructions that data and import breakpoints look for, so that the run functions have to exit
//! only there.

use std::collections::HashSet;

use wasmparser::{ElementItems, ExternalKind, Operator, Parser, Payload};

use super::machine::Position;
use wasmoscope_reversible::instrument::Instrumented;

/// See the module's documentation.
#[derive(Debug, Default)]
pub struct Sites {
    /// `global.get` and `global.set`.
    globals: Vec<Access>,
    /// Direct calls of imported functions, including tail calls.
    imports: Vec<(u32, Position)>,
    /// Calls through tables, including tail calls.
    indirect: Vec<Position>,
    /// All tail calls: they create a frame in place of another.
    pub tail_calls: Vec<Position>,
    /// The imported functions that a call through a table may call.
    referenced: HashSet<u32>,
    /// The memory that WASI calls read and write.
    pub wasi_memory: Option<u32>,
}

#[derive(Debug, Clone, Copy)]
struct Access {
    index: u32,
    writes: bool,
    position: Position,
}

impl Sites {
    /// Scans all functions.
    pub fn of(copy: &Instrumented) -> Self {
        let mut sites = Self::default();
        sites.read_sections(copy);
        for function in 0..copy.functions.len() as u32 {
            for (instruction, operator) in copy.operators(function) {
                sites.add(copy, &operator, Position { function, instruction });
            }
        }
        sites
    }

    fn add(&mut self, copy: &Instrumented, operator: &Operator<'_>, position: Position) {
        match *operator {
            Operator::GlobalGet { global_index: index } => {
                self.globals.push(Access { index, writes: false, position });
            }
            Operator::GlobalSet { global_index: index } => {
                self.globals.push(Access { index, writes: true, position });
            }
            Operator::Call { function_index } | Operator::ReturnCall { function_index }
                if function_index < copy.imported_functions =>
            {
                self.imports.push((function_index, position));
            }
            Operator::CallIndirect { .. } | Operator::ReturnCallIndirect { .. } => self.indirect.push(position),
            Operator::RefFunc { function_index } if function_index < copy.imported_functions => {
                self.referenced.insert(function_index);
            }
            _ => {}
        }
        if matches!(operator, Operator::ReturnCall { .. } | Operator::ReturnCallIndirect { .. }) {
            self.tail_calls.push(position);
        }
    }

    fn read_sections(&mut self, copy: &Instrumented) {
        let mut note = |function: u32| {
            if function < copy.imported_functions {
                self.referenced.insert(function);
            }
        };
        let mut wasi_memory = None;
        for payload in Parser::new(0).parse_all(copy.original()).map_while(Result::ok) {
            if let Payload::ExportSection(section) = &payload {
                let mut exports = section.clone().into_iter().map_while(Result::ok);
                let memory = exports.find(|export| export.name == "memory" && export.kind == ExternalKind::Memory);
                wasi_memory = memory.map(|memory| memory.index);
            }
            let Payload::ElementSection(section) = payload else { continue };
            for element in section.into_iter().map_while(Result::ok) {
                match element.items {
                    ElementItems::Functions(functions) => {
                        functions.into_iter().map_while(Result::ok).for_each(&mut note)
                    }
                    ElementItems::Expressions(_, expressions) => {
                        for expression in expressions.into_iter().map_while(Result::ok) {
                            for operator in expression.get_operators_reader().into_iter().map_while(Result::ok) {
                                if let Operator::RefFunc { function_index } = operator {
                                    note(function_index);
                                }
                            }
                        }
                    }
                }
            }
        }
        self.wasi_memory = wasi_memory;
    }

    /// The positions that write, or read, a global.
    pub fn of_global(&self, global: u32, writes: bool) -> impl Iterator<Item = Position> {
        let wanted = move |access: &&Access| access.index == global && access.writes == writes;
        self.globals.iter().filter(wanted).map(|access| access.position)
    }

    /// The positions that may call an imported function.
    pub fn of_import(&self, function: u32) -> impl Iterator<Item = Position> {
        let direct = self.imports.iter().filter(move |(called, _)| *called == function).map(|(_, position)| *position);
        direct.chain(self.indirect.iter().copied().filter(move |_| self.referenced.contains(&function)))
    }

    /// The positions that may call any imported function.
    pub fn of_imports(&self) -> impl Iterator<Item = Position> {
        let direct = self.imports.iter().map(|(_, position)| *position);
        direct.chain(self.indirect.iter().copied().filter(|_| !self.referenced.is_empty()))
    }
}

/// The positions at which a function, given by its index among those with a body, writes or reads one of its locals.
pub fn of_local(copy: &Instrumented, function: u32, local: u32, writes: bool) -> impl Iterator<Item = Position> {
    copy.operators(function).filter_map(move |(instruction, operator)| {
        let touches = match operator {
            Operator::LocalSet { local_index } | Operator::LocalTee { local_index } => writes && local_index == local,
            Operator::LocalGet { local_index } => !writes && local_index == local,
            _ => false,
        };
        touches.then_some(Position { function, instruction })
    })
}
