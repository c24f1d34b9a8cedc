//! Maps positions in a module's binary to what the user reads: the text that it was compiled from, its disassembly, or
//! the source code that it was compiled from.

use std::ops::Range;

use wasmparser::{Parser, Payload};
use wast::core::{FuncKind, ModuleField, ModuleKind};

use super::compile;

mod demangle;
pub mod dwarf;
mod instructions;

pub use demangle::demangled;
pub use instructions::InstructionMap;

/// The lines that a debugger steps through and stops on. Offsets are those of the module's binary, in bytes.
pub trait SourceMap {
    /// The line of the instruction at that offset; `None` if no line of the program is known.
    fn line(&self, offset: u64) -> Option<Line>;

    /// The line of the program that calls what is inlined at that offset, for an offset that has no line of its own.
    fn line_around(&self, offset: u64) -> Option<Line> {
        let _ = offset;
        None
    }

    /// The scope around an inlined call; `None` for a function.
    fn outer(&self, scope: u32) -> Option<u32>;

    /// That line, counted from 1, or else the next line that has instructions: which line that is, and offsets of
    /// instructions on it, at least one in each function that has any.
    fn on_line(&self, file: &str, line: u32) -> Option<(u32, Vec<u64>)>;

    /// How the instructions at these offsets, in the order of the binary, are on a line that [`SourceMap::on_line`] found.
    fn on(&self, file: &str, line: u32, offsets: &[u64]) -> Vec<OnLine>;

    /// The positions in the function at that offset at which a variable gets another value, in order, as far as they
    /// are known.
    fn changes(&self, wasm: &[u8], offset: u64) -> Vec<u64> {
        let _ = (wasm, offset);
        Vec::new()
    }
}

/// How an instruction is on a line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OnLine {
    /// Whether the instruction has any line.
    pub has_line: bool,
    /// The calls in which it is on that line, the innermost first; none where it is on another line.
    pub scopes: Vec<InScope>,
}

/// An instruction in a function, or in a call that the compiler has inlined, where that is on a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InScope {
    pub scope: Option<u32>,
    /// Where the instruction itself is of that line, and not of a call that the line makes: its column, or 0.
    pub statement: Option<u32>,
    /// Where the code of the inlined call begins, if it is of a call that the line makes.
    pub call_start: Option<u32>,
}

impl OnLine {
    /// Whether the instruction is on the line in that function or inlined call.
    pub fn is_in(&self, scope: Option<u32>) -> bool {
        self.scopes.iter().any(|part| part.scope == scope)
    }
}

/// A line of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// The file, if there are several.
    pub file: u32,
    /// Counted from 1.
    pub line: u32,
    /// Which function, or which call that the compiler has inlined, where that is known.
    pub scope: Option<u32>,
}

/// For each offset of `wasm`, the range of `text` that was compiled to the byte there: an instruction, or a field of the
/// module. The text is read once.
///
/// `wasm` must have been compiled from `text`.
pub fn locate(text: &str, wasm: &[u8], offsets: &[u64]) -> Vec<Option<Range<usize>>> {
    located(text, wasm, offsets).unwrap_or_else(|| vec![None; offsets.len()])
}

fn located(text: &str, wasm: &[u8], offsets: &[u64]) -> Option<Vec<Option<Range<usize>>>> {
    let mut buffer = compile::buffer(text).ok()?;
    buffer.track_instr_spans(true);
    let mut wat = wast::parser::parse::<wast::Wat>(&buffer).ok()?;
    // Encoding resolves names and expands abbreviations, so that fields are in the order of the binary.
    wat.encode().ok()?;
    let wast::Wat::Module(module) = &wat else { return None };
    let ModuleKind::Text(fields) = &module.kind else { return None };
    Some(offsets.iter().map(|offset| locate_one(text, fields, wasm, *offset)).collect())
}

fn locate_one(text: &str, fields: &[ModuleField<'_>], wasm: &[u8], offset: u64) -> Option<Range<usize>> {
    let start = match place(wasm, offset)? {
        BinaryPlace::Instruction { function, ordinal } => {
            let (span, instructions) = functions(fields).nth(function)?;
            match instructions?.get(ordinal) {
                Some(instruction) => instruction.offset(),
                None => end_of_function(text, span.offset())?,
            }
        }
        BinaryPlace::Item { section, index } => field(fields, section, index)?.offset(),
    };
    Some(compile::token(text, start))
}

/// A place in a binary, counted as the text counts.
enum BinaryPlace {
    Instruction { function: usize, ordinal: usize },
    Item { section: Section, index: usize },
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    Import,
    Table,
    Memory,
    Global,
    Export,
    Element,
    Data,
    Start,
    Tag,
    Type,
}

fn place(wasm: &[u8], offset: u64) -> Option<BinaryPlace> {
    let mut function = 0;
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.ok()? {
            Payload::CodeSectionEntry(body) => {
                if body.range().contains(&offset) {
                    let mut operators = body.get_operators_reader().ok()?;
                    let mut ordinal = 0;
                    while !operators.eof() && operators.original_position() < offset {
                        operators.read().ok()?;
                        ordinal += usize::from(operators.original_position() <= offset);
                    }
                    return Some(BinaryPlace::Instruction { function, ordinal });
                }
                function += 1;
            }
            Payload::ImportSection(section) if section.range().contains(&offset) => {
                return item(section.into_iter_with_offsets(), offset, Section::Import);
            }
            Payload::TableSection(section) if section.range().contains(&offset) => {
                return item(section.into_iter_with_offsets(), offset, Section::Table);
            }
            Payload::MemorySection(section) if section.range().contains(&offset) => {
                return item(section.into_iter_with_offsets(), offset, Section::Memory);
            }
            Payload::GlobalSection(section) if section.range().contains(&offset) => {
                return item(section.into_iter_with_offsets(), offset, Section::Global);
            }
            Payload::ExportSection(section) if section.range().contains(&offset) => {
                return item(section.into_iter_with_offsets(), offset, Section::Export);
            }
            Payload::ElementSection(section) if section.range().contains(&offset) => {
                return item(section.into_iter_with_offsets(), offset, Section::Element);
            }
            Payload::DataSection(section) if section.range().contains(&offset) => {
                return item(section.into_iter_with_offsets(), offset, Section::Data);
            }
            Payload::TagSection(section) if section.range().contains(&offset) => {
                return item(section.into_iter_with_offsets(), offset, Section::Tag);
            }
            Payload::TypeSection(section) if section.range().contains(&offset) => {
                return item(section.into_iter_with_offsets(), offset, Section::Type);
            }
            Payload::StartSection { range, .. } if range.contains(&offset) => {
                return Some(BinaryPlace::Item { section: Section::Start, index: 0 });
            }
            _ => {}
        }
    }
    None
}

/// The last item that begins at or before the offset; the first, for an offset in the section's own head.
fn item<T>(
    items: impl Iterator<Item = wasmparser::Result<(u64, T)>>,
    offset: u64,
    section: Section,
) -> Option<BinaryPlace> {
    let before = items.map_while(Result::ok).take_while(|(start, _)| *start <= offset).count();
    Some(BinaryPlace::Item { section, index: before.saturating_sub(1) })
}

type Spans<'a> = Option<&'a [wast::token::Span]>;

/// The functions with a body, in the order of the code section.
fn functions<'a>(fields: &'a [ModuleField<'_>]) -> impl Iterator<Item = (wast::token::Span, Spans<'a>)> {
    fields.iter().filter_map(|field| match field {
        ModuleField::Func(function) => match &function.kind {
            FuncKind::Inline { expression, .. } => Some((function.span, expression.instr_spans.as_deref())),
            FuncKind::Import(..) => None,
        },
        _ => None,
    })
}

fn field(fields: &[ModuleField<'_>], section: Section, index: usize) -> Option<wast::token::Span> {
    use wast::core::{MemoryKind, TableKind, TagKind};
    let spans = fields.iter().filter_map(|field| match (section, field) {
        (Section::Import, ModuleField::Import(import)) => Some(import.span),
        (Section::Table, ModuleField::Table(table)) => {
            (!matches!(table.kind, TableKind::Import { .. })).then_some(table.span)
        }
        (Section::Memory, ModuleField::Memory(memory)) => {
            (!matches!(memory.kind, MemoryKind::Import { .. })).then_some(memory.span)
        }
        (Section::Global, ModuleField::Global(global)) => Some(global.span),
        (Section::Export, ModuleField::Export(export)) => Some(export.span),
        (Section::Element, ModuleField::Elem(elem)) => Some(elem.span),
        (Section::Data, ModuleField::Data(data)) => Some(data.span),
        (Section::Start, ModuleField::Start(index)) => Some(index.span()),
        (Section::Tag, ModuleField::Tag(tag)) => matches!(tag.kind, TagKind::Inline()).then_some(tag.span),
        (Section::Type, ModuleField::Type(ty)) => Some(ty.span),
        (Section::Type, ModuleField::Rec(rec)) => Some(rec.span),
        _ => None,
    });
    spans.into_iter().nth(index)
}

/// The `)` that closes the function whose keyword stands at `start`.
fn end_of_function(text: &str, start: usize) -> Option<usize> {
    use wast::lexer::TokenKind;
    let lexer = compile::lexer(text);
    let mut position = start;
    let mut depth = 0usize;
    while let Ok(Some(token)) = lexer.parse(&mut position) {
        match token.kind {
            TokenKind::LParen => depth += 1,
            TokenKind::RParen if depth == 0 => return Some(token.offset),
            TokenKind::RParen => depth -= 1,
            _ => {}
        }
    }
    None
}
