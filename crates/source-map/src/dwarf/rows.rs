//! The line tables: which line each stretch of code was made of (DWARF 5, section 6.2).

use std::collections::{HashMap, HashSet};

use gimli::{AttributeValue, ColumnType, LineProgramHeader, Unit};

use super::files::{Files, join};
use super::sections::{Bytes, Sections};
use super::units::Units;
use super::work::{Broken, Work};

/// A range of code, in bytes from the start of the module, and its source position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineRow {
    pub start: u32,
    pub end: u32,
    pub place: SourcePosition,
    /// Whether a debugger may stop where it begins, as at a statement.
    pub is_stmt: bool,
}

/// A place in a source file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourcePosition {
    /// Among the files of the debug information.
    pub file: u32,
    /// From 1.
    pub line: u32,
    /// From 1; 0 where it is not known.
    pub column: u32,
}

/// Reads the line tables of all units, each once. Where that ends too early, says why.
pub fn read<'a>(
    units: &Units<'a>,
    sections: &Sections<'a>,
    files: &mut Files,
    work: &mut Work,
) -> (Vec<LineRow>, Option<Broken>) {
    let mut rows = Vec::new();
    let mut seen = HashSet::new();
    let mut broken = None;
    for unit in &units.all {
        if let Some(program) = &unit.line_program
            && seen.insert(program.header().offset().0)
            && let Err(reason) = read_unit(units, unit, sections, files, work, &mut rows)
        {
            // A damaged table does not affect the others.
            let is_over = reason == Broken::TooMuch;
            broken.get_or_insert(reason);
            if is_over {
                break;
            }
        }
    }
    (in_order(rows), broken)
}

fn read_unit<'a>(
    units: &Units<'a>,
    unit: &Unit<Bytes<'a>>,
    sections: &Sections<'a>,
    files: &mut Files,
    work: &mut Work,
    rows: &mut Vec<LineRow>,
) -> Result<(), Broken> {
    let Some(program) = unit.line_program.clone() else { return Ok(()) };
    let mut table = program.rows();
    let mut paths = HashMap::new();
    let mut open: Option<LineRow> = None;
    while let Some((header, row)) = table.next_row()? {
        work.spend(1)?;
        let at = sections.offset(row.address());
        if let (Some(mut before), Some(at)) = (open.take(), at) {
            before.end = at;
            if before.start < before.end {
                rows.push(before);
            }
        }
        let (Some(at), Some(line), false) = (at, row.line(), row.end_sequence()) else { continue };
        let index = row.file_index();
        let file = match paths.get(&index) {
            Some(file) => *file,
            None => {
                let file = path(units, unit, header, index).map(|path| files.add(path));
                paths.insert(index, file);
                file
            }
        };
        let Some(file) = file else { continue };
        let line = u32::try_from(line.get()).unwrap_or(u32::MAX);
        let column = match row.column() {
            ColumnType::LeftEdge => 0,
            ColumnType::Column(column) => u32::try_from(column.get()).unwrap_or(u32::MAX),
        };
        open =
            Some(LineRow { start: at, end: at, place: SourcePosition { file, line, column }, is_stmt: row.is_stmt() });
    }
    Ok(())
}

/// The path of a file that a line table names by its index.
pub fn path<'a>(
    units: &Units<'a>,
    unit: &Unit<Bytes<'a>>,
    header: &LineProgramHeader<Bytes<'a>>,
    index: u64,
) -> Option<String> {
    let file = header.file(index)?;
    let name = units.string(unit, file.path_name())?;
    let folder = file.directory(header).and_then(|folder| units.string(unit, folder)).unwrap_or_default();
    let base = unit.comp_dir.and_then(|folder| units.string(unit, AttributeValue::String(folder))).unwrap_or_default();
    Some(join([base.as_str(), folder.as_str(), name.as_str()]))
}

/// Sorted, and none over another: of two that claim the same code, the later one ends the earlier.
fn in_order(mut rows: Vec<LineRow>) -> Vec<LineRow> {
    rows.sort_by_key(|row| row.start);
    for index in 1..rows.len() {
        let next = rows[index].start;
        let row = &mut rows[index - 1];
        row.end = row.end.min(next);
    }
    rows.retain(|row| row.start < row.end);
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_overlap_are_cut() {
        let row =
            |start, end| LineRow { start, end, place: SourcePosition { file: 0, line: 1, column: 0 }, is_stmt: true };
        let ordered = in_order(vec![row(10, 30), row(5, 12), row(10, 11), row(40, 50)]);
        let ends: Vec<_> = ordered.iter().map(|row| (row.start, row.end)).collect();
        assert_eq!(ends, [(5, 10), (10, 11), (40, 50)]);
    }
}
