//! A module's own DWARF: files and lines, names of functions, inlined calls.
//!
//! It comes from a compiler, but it may be truncated, damaged or malicious: reading it always ends (`work`), and the
//! readable part is used, with a note on the rest ([`DebugInfo::problem`]).

mod discriminants;
mod entries;
mod files;
mod floats;
mod index;
mod landmarks;
mod names;
mod on_line;
mod rows;
mod scopes;
mod sections;
mod show;
mod types;
mod units;
mod variables;
mod work;

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;

pub use files::SourceFile;
pub use rows::SourcePosition;
pub use variables::{State, Variable};

use std::collections::HashSet;

use entries::Entries;
use files::Files;
use index::Index;
use rows::LineRow;
use scopes::Scopes;
use sections::Sections;
use units::Units;
use work::{Broken, Work};

use super::{Line, OnLine, SourceMap};

/// See the module's documentation. Offsets are those of the original module, in bytes from its start.
#[derive(Debug, Default)]
pub struct DebugInfo {
    files: Vec<SourceFile>,
    rows: Vec<LineRow>,
    scopes: Scopes,
    index: Index,
    problem: Option<String>,
}

/// A function at a position in it, as shown in a call stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFrame {
    pub function: Option<String>,
    pub place: Option<SourcePosition>,
    /// Whether it was inlined into its caller, so that it has no frame of its own.
    pub is_inlined: bool,
}

impl DebugInfo {
    /// Reads the DWARF of a module; `None` if there is none.
    pub fn read(wasm: &[u8]) -> Option<Self> {
        let sections = Sections::find(wasm);
        if !sections.has_lines() {
            let elsewhere = sections.elsewhere?;
            let problem = format!(
                "the debug information is in a separate file, {elsewhere}; only debug information in the module \
                 itself is read"
            );
            return Some(Self { problem: Some(problem), ..Self::default() });
        }
        let mut work = Work::default();
        let mut files = Files::default();
        let (units, broken_units) = Units::read(&sections, &mut work);
        let (rows, broken_rows) = rows::read(&units, &sections, &mut files, &mut work);
        let starts = units.all.iter().filter_map(|unit| Some(unit.header.debug_info_offset()?.0)).collect();
        let mut index = Index::of_units(starts);
        let (scopes, broken_scopes) = scopes::read(&units, &sections, &mut files, &mut index, &mut work);
        let broken = broken_units.or(broken_rows).or(broken_scopes);
        let problem = broken.map(|reason| describe(&reason, rows.is_empty()));
        Some(Self { files: files.all, rows, scopes, index, problem })
    }

    /// The files that are named, each once.
    pub fn files(&self) -> &[SourceFile] {
        &self.files
    }

    pub fn file(&self, index: u32) -> Option<&SourceFile> {
        self.files.get(index as usize)
    }

    /// What is wrong with the debug information, as a sentence without a full stop.
    pub fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    /// Whether any line is known of the program itself, and not only of libraries.
    pub fn has_own_lines(&self) -> bool {
        self.rows.iter().any(|row| self.is_own(row))
    }

    /// The source position of the instruction at that offset.
    pub fn place(&self, offset: u64) -> Option<SourcePosition> {
        self.row(offset).map(|row| row.place)
    }

    /// The functions at an instruction, including inlined ones, innermost first. Empty if no function is known.
    pub fn frames(&self, offset: u64) -> Vec<SourceFrame> {
        let Some(scope) = u32::try_from(offset).ok().and_then(|offset| self.scopes.at(offset)) else {
            return Vec::new();
        };
        let mut place = self.place(offset);
        let frames = self.scopes.chain(scope).map(|scope| SourceFrame {
            function: scope.name.clone(),
            place: std::mem::replace(&mut place, scope.call),
            is_inlined: scope.outer.is_some(),
        });
        frames.collect()
    }

    /// The variables that are in scope at an instruction, of each of [`DebugInfo::frames`], as they are in `state`.
    /// `wasm` is the module that this was read of.
    pub fn variables(&self, wasm: &[u8], offset: u64, state: &dyn State) -> Vec<Vec<Variable>> {
        let scope = u32::try_from(offset).ok().and_then(|offset| self.scopes.at(offset));
        let chain: Vec<_> =
            scope.into_iter().flat_map(|scope| self.scopes.chain(scope)).map(|scope| scope.entry).collect();
        variables::read(&Entries::of(wasm, &self.index), &chain, offset, state)
    }

    fn row(&self, offset: u64) -> Option<&LineRow> {
        let offset = u32::try_from(offset).ok()?;
        let index = self.rows.partition_point(|row| row.start <= offset).checked_sub(1)?;
        Some(&self.rows[index]).filter(|row| offset < row.end)
    }

    fn is_own(&self, row: &LineRow) -> bool {
        self.file(row.place.file).is_some_and(|file| !file.is_library)
    }
}

impl SourceMap for DebugInfo {
    fn line(&self, offset: u64) -> Option<Line> {
        let row = self.row(offset).filter(|row| row.is_stmt && self.is_own(row))?;
        let scope = u32::try_from(offset).ok().and_then(|offset| self.scopes.at(offset));
        Some(Line { file: row.place.file, line: row.place.line, scope })
    }

    fn line_around(&self, offset: u64) -> Option<Line> {
        let scope = self.scopes.at(u32::try_from(offset).ok()?)?;
        self.scopes.chain(scope).find_map(|scope| {
            let call = scope.call.filter(|call| self.file(call.file).is_some_and(|file| !file.is_library))?;
            Some(Line { file: call.file, line: call.line, scope: scope.outer })
        })
    }

    fn outer(&self, scope: u32) -> Option<u32> {
        self.scopes.all.get(scope as usize)?.outer
    }

    fn on(&self, file: &str, line: u32, offsets: &[u64]) -> Vec<OnLine> {
        self.on_line_of(file, line, offsets)
    }

    fn changes(&self, wasm: &[u8], offset: u64) -> Vec<u64> {
        let scope = u32::try_from(offset).ok().and_then(|offset| self.scopes.at(offset));
        let function = scope.and_then(|scope| self.scopes.chain(scope).last());
        function.map_or_else(Vec::new, |scope| variables::changes(&Entries::of(wasm, &self.index), scope.entry))
    }

    /// A line may be in several functions: of a generic one there are copies, and an inlined one is wherever it is
    /// called. The first place in each of them counts. Of a line that does nothing but call what is inlined there is
    /// only the call.
    fn on_line(&self, file: &str, line: u32) -> Option<(u32, Vec<u64>)> {
        let file = self.files.iter().position(|known| known.path == file)? as u32;
        let is_after = |place: &SourcePosition| place.file == file && place.line >= line;
        let rows = self.rows.iter().filter(|row| row.is_stmt && is_after(&row.place));
        let rows = rows.map(|row| (row.place.line, self.scopes.at(row.start), row.start));
        let calls = self.scopes.all.iter().filter_map(|scope| {
            let call = scope.call.filter(is_after)?;
            Some((call.line, scope.outer, scope.start))
        });
        let all: Vec<(u32, Option<u32>, u32)> = rows.chain(calls).collect();
        let line = all.iter().map(|(line, ..)| *line).min()?;
        let mut in_scopes = HashSet::new();
        let offsets = all.into_iter().filter(|(on, scope, _)| *on == line && in_scopes.insert(*scope));
        Some((line, offsets.map(|(.., start)| u64::from(start)).collect()))
    }
}

fn describe(reason: &Broken, nothing: bool) -> String {
    match reason {
        Broken::Damaged(_) | Broken::Recursive if nothing => format!("the debug information cannot be read: {reason}"),
        _ => format!("only part of the debug information was read: {reason}"),
    }
}
