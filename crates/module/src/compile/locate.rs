//! Where the items of a binary are in the text that it was compiled from.

use std::ops::Range;

use wasmparser::{Parser, Payload};
use wast::core::{FuncKind, ModuleField, ModuleKind};

use super::{buffer, lexer, token};

/// For each offset of `wasm`, the range of `text` that was compiled to the byte there: an instruction, or a field of the
/// module. The text is read once.
///
/// `wasm` must have been compiled from `text`.
pub fn locate(text: &str, wasm: &[u8], offsets: &[u64]) -> Vec<Option<Range<usize>>> {
    located(text, wasm, offsets).unwrap_or_else(|| vec![None; offsets.len()])
}

fn located(text: &str, wasm: &[u8], offsets: &[u64]) -> Option<Vec<Option<Range<usize>>>> {
    let mut buffer = buffer(text).ok()?;
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
    Some(token(text, start))
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

/// The positions of a function's instructions, if the parser has kept them.
pub type Spans<'a> = Option<&'a [wast::token::Span]>;

/// The functions with a body, in the order of the code section.
pub fn functions<'a>(fields: &'a [ModuleField<'_>]) -> impl Iterator<Item = (wast::token::Span, Spans<'a>)> {
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
pub fn end_of_function(text: &str, start: usize) -> Option<usize> {
    use wast::lexer::TokenKind;
    let lexer = lexer(text);
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
