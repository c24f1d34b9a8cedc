//! Maps every instruction of a module to its position in the text that the user sees.

use std::ops::Range;

use wasmparser::{Parser, Payload};

use super::{InScope, Line, OnLine, SourceMap};
use wasmoscope_module::compile::{self, locate};
use wasmoscope_module::source::Location;

/// The positions of a module's instructions in a text: the one it was compiled from, or its disassembly.
#[derive(Debug, Default)]
pub struct InstructionMap {
    /// Offset in the binary, start and end in the text; sorted by the offset.
    places: Vec<(u64, u32, u32)>,
    /// The offsets of the lines.
    lines: Vec<u32>,
    /// The number of characters before each block of [`BLOCK`] bytes.
    characters: Vec<u32>,
    text: String,
}

/// In bytes. So a column is found without counting through a line, which may be all of the text.
const BLOCK: usize = 256;

impl InstructionMap {
    /// The instructions of a module in the text that it was compiled from.
    pub fn of_text(text: &str, wasm: &[u8]) -> Option<Self> {
        let mut buffer = compile::buffer(text).ok()?;
        buffer.track_instr_spans(true);
        let mut wat = wast::parser::parse::<wast::Wat>(&buffer).ok()?;
        // Encoding resolves names and expands abbreviations, so that functions are in the order of the binary.
        wat.encode().ok()?;
        let wast::Wat::Module(module) = &wat else { return None };
        let wast::core::ModuleKind::Text(fields) = &module.kind else { return None };
        let mut starts = Vec::new();
        for ((span, spans), offsets) in locate::functions(fields).zip(instruction_offsets(wasm)?) {
            let Some(spans) = spans else { continue };
            for (index, offset) in offsets.iter().enumerate() {
                let start = match spans.get(index) {
                    Some(span) => span.offset(),
                    // The `end` of the function, which the text does not write.
                    None if index + 1 == offsets.len() => locate::end_of_function(text, span.offset())?,
                    None => continue,
                };
                starts.push((*offset, start as u32));
            }
        }
        Some(Self::new(text, starts))
    }

    /// The instructions of a module in its disassembly, as [`disassemble`](wasmoscope_module::inspect::disassemble) gives
    /// it.
    pub fn of_disassembly(wasm: &[u8]) -> Option<Self> {
        let mut text = String::new();
        let mut starts = Vec::new();
        let mut start = 0u32;
        let (readable, _) = wasmoscope_module::inspect::readable(wasm);
        for (offset, line) in wasmprinter::Config::new().offsets_and_lines(&readable, &mut text).ok()? {
            if let Some(offset) = offset {
                starts.push((offset, start + (line.len() - line.trim_start().len()) as u32));
            }
            start += line.len() as u32;
        }
        let mut map = Self::new(&text, Vec::new());
        // Other items have offsets too.
        let is_instruction: std::collections::HashSet<u64> = instruction_offsets(wasm)?.flatten().collect();
        for (offset, start) in starts {
            if is_instruction.contains(&offset) {
                let line = text[start as usize..].lines().next().unwrap_or_default();
                // What a block is called is a comment behind it.
                let written = line.rfind(" ;; label = ").map_or(line, |comment| &line[..comment]);
                map.places.push((offset, start, start + written.len() as u32));
            }
        }
        map.places.sort_unstable();
        Some(map)
    }

    fn new(text: &str, mut starts: Vec<(u64, u32)>) -> Self {
        let mut in_text: Vec<u32> = starts.iter().map(|(_, start)| *start).collect();
        in_text.sort_unstable();
        starts.sort_unstable();
        let places = starts.into_iter().map(|(offset, start)| {
            let next = in_text.partition_point(|other| *other <= start);
            let limit = in_text.get(next).map_or(text.len(), |next| *next as usize);
            (offset, start, own_end(text, start as usize, limit) as u32)
        });
        let newlines = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at as u32 + 1);
        let mut count = 0;
        let blocks = text.as_bytes().chunks(BLOCK).map(|block| {
            let before = count;
            count += block.iter().filter(|byte| begins_character(**byte)).count() as u32;
            before
        });
        let characters = blocks.collect();
        let lines = std::iter::once(0).chain(newlines).collect();
        Self { places: places.collect(), lines, characters, text: text.to_owned() }
    }

    /// The position in the text of the instruction at that offset of the binary.
    pub fn range(&self, offset: u64) -> Option<Range<usize>> {
        let index = self.places.binary_search_by_key(&offset, |(offset, ..)| *offset).ok()?;
        let (_, start, end) = self.places[index];
        Some(start as usize..end as usize)
    }

    /// Like [`InstructionMap::range`], with lines and columns.
    pub fn location(&self, offset: u64) -> Option<Location> {
        let Range { start, end } = self.range(offset)?;
        let (line, column) = self.line_and_column(start);
        let (end_line, end_column) = self.line_and_column(end);
        Some(Location { start, end, line, column, end_line, end_column })
    }

    /// The text of an instruction.
    pub fn instruction(&self, offset: u64) -> Option<&str> {
        self.text.get(self.range(offset)?)
    }

    /// The offset of the first instruction that is written on that line, counted from 1, or else on the next line that
    /// has any: of those, the one that is executed first.
    pub fn first_on_line(&self, line: u32) -> Option<u64> {
        let start = *self.lines.get((line as usize).checked_sub(1)?)?;
        let first = self.places.iter().map(|(_, start, _)| *start).filter(|at| *at >= start).min()?;
        let line = self.lines.partition_point(|start| *start <= first);
        let end = self.lines.get(line).copied().unwrap_or(u32::MAX);
        let here = self.places.iter().filter(|(_, at, _)| (first..end).contains(at));
        here.map(|(offset, ..)| *offset).min()
    }

    /// The offset of the instruction at that position of the text, in bytes.
    pub fn at(&self, place: u32) -> Option<u64> {
        let here = self.places.iter().filter(|(_, start, end)| (*start..*end).contains(&place));
        // Of instructions within one another, the one that begins last.
        here.max_by_key(|(_, start, _)| *start).map(|(offset, ..)| *offset)
    }

    /// The offset of the instruction that is written at that line and column, both counted from 1 and in characters.
    pub fn at_column(&self, line: u32, column: u32) -> Option<u64> {
        let start = *self.lines.get((line as usize).checked_sub(1)?)? as usize;
        let text = self.text.get(start..)?;
        let text = text.split('\n').next().unwrap_or(text);
        let before = text.char_indices().nth((column as usize).checked_sub(1)?).map_or(text.len(), |(at, _)| at);
        self.at((start + before) as u32)
    }

    /// The offset of the next instruction that is written at or after that place.
    pub fn after(&self, place: u32) -> Option<u64> {
        let later = self.places.iter().filter(|(_, start, _)| *start >= place);
        later.min_by_key(|(_, start, _)| *start).map(|(offset, ..)| *offset)
    }

    /// The bytes of a line, counted from 1.
    fn range_of_line(&self, line: u32) -> Option<Range<u32>> {
        let start = *self.lines.get((line as usize).checked_sub(1)?)?;
        Some(start..self.lines.get(line as usize).copied().unwrap_or(u32::MAX))
    }

    /// The line on which that instruction is written, counted from 1.
    fn line_at(&self, offset: u64) -> Option<u32> {
        let start = self.range(offset)?.start;
        Some(self.lines.partition_point(|line| *line as usize <= start) as u32)
    }

    fn line_and_column(&self, at: usize) -> (usize, usize) {
        let line = self.lines.partition_point(|start| *start as usize <= at);
        let start = self.lines[line.saturating_sub(1)] as usize;
        (line, self.characters_before(at) - self.characters_before(start) + 1)
    }

    fn characters_before(&self, at: usize) -> usize {
        let block = at / BLOCK;
        let before = self.characters.get(block).copied().unwrap_or_default() as usize;
        let rest = self.text.as_bytes().get(block * BLOCK..at).unwrap_or_default();
        before + rest.iter().filter(|byte| begins_character(**byte)).count()
    }
}

/// The text is one file, and nothing in it is inlined.
impl SourceMap for InstructionMap {
    fn line(&self, offset: u64) -> Option<Line> {
        Some(Line { file: 0, line: self.line_at(offset)?, scope: None })
    }

    fn outer(&self, _scope: u32) -> Option<u32> {
        None
    }

    fn on_line(&self, _file: &str, line: u32) -> Option<(u32, Vec<u64>)> {
        let line = self.line_at(self.first_on_line(line)?)?;
        let range = self.range_of_line(line)?;
        let here = self.places.iter().filter(|(_, start, _)| range.contains(start));
        Some((line, here.map(|(offset, ..)| *offset).collect()))
    }

    fn on(&self, _file: &str, line: u32, offsets: &[u64]) -> Vec<OnLine> {
        let range = self.range_of_line(line).unwrap_or(0..0);
        let on = offsets.iter().map(|offset| {
            let start = self.range(*offset).map(|range| range.start as u32);
            let is_here = start.is_some_and(|start| range.contains(&start));
            OnLine {
                has_line: start.is_some(),
                scopes: if is_here {
                    vec![InScope { scope: None, statement: Some(0), call_start: None }]
                } else {
                    Vec::new()
                },
            }
        });
        on.collect()
    }
}

/// Whether a byte of UTF-8 is the first of a character.
fn begins_character(byte: u8) -> bool {
    byte & 0xC0 != 0x80
}

/// Where an instruction that begins at `start` ends, its immediates included, but not what is folded into it.
fn own_end(text: &str, start: usize, limit: usize) -> usize {
    let rest = &text[start..limit.max(start)];
    // The parenthesis that ends a function is marked as such.
    if rest.starts_with(')') {
        return start + 1;
    }
    let length = rest.find(['(', ')', '\n', ';']).unwrap_or(rest.len());
    start + rest[..length].trim_end().len()
}

/// The offsets of all instructions, function by function.
fn instruction_offsets(wasm: &[u8]) -> Option<impl Iterator<Item = Vec<u64>>> {
    let mut functions = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::CodeSectionEntry(body) = payload.ok()? {
            let operators = body.get_operators_reader().ok()?.into_iter_with_offsets();
            functions.push(operators.map_while(Result::ok).map(|(_, offset)| offset).collect());
        }
    }
    Some(functions.into_iter())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instructions(map: &InstructionMap) -> Vec<String> {
        map.places.iter().map(|(_, start, end)| map.text[*start as usize..*end as usize].to_owned()).collect()
    }

    #[test]
    fn folded_and_flat_instructions_are_distinguished() {
        let text = "(module (func (param $x i32) (result i32)\n  (i32.add (local.get $x) ;; one\n    (i32.const 2)) i32.const 5 i32.mul))";
        let wasm = wat::parse_str(text).unwrap();
        let map = InstructionMap::of_text(text, &wasm).unwrap();
        let expected = ["local.get $x", "i32.const 2", "i32.add", "i32.const 5", "i32.mul", ")"];
        assert_eq!(instructions(&map), expected);
        let first = map.first_on_line(2).unwrap();
        assert_eq!(map.instruction(first), Some("local.get $x"));
        let location = map.location(first).unwrap();
        assert_eq!((location.line, location.column), (2, 13));
        // A line without an instruction stands for the next one that has any.
        assert_eq!(map.first_on_line(1), Some(first));
        assert_eq!(map.first_on_line(9), None);
        assert_eq!(map.first_on_line(0), None);
        let place = |what: &str| text.find(what).unwrap() as u32;
        let at = |place| map.at(place).and_then(|offset| map.instruction(offset));
        assert_eq!(at(place("$x)")), Some("local.get $x"));
        assert_eq!(at(place("add")), Some("i32.add"));
        assert_eq!(at(place(";; one")), None);
        assert_eq!(map.after(place("(param")), Some(map.at(place("add")).unwrap()));
    }

    #[test]
    fn a_disassembly_has_a_line_for_each_instruction() {
        let wasm = wat::parse_str(
            "(module (import \"a\" \"b\" (func)) (global i32 (i32.const 7)) (func (block (nop)) (call 0)))",
        )
        .unwrap();
        let map = InstructionMap::of_disassembly(&wasm).unwrap();
        assert_eq!(map.text, wasmoscope_module::inspect::disassemble(&wasm).unwrap().text);
        let seen = instructions(&map);
        assert_eq!(seen[..4], ["block", "nop", "end", "call 0"]);
    }
}
