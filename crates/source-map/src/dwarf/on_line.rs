//! How instructions are on a line of a source: themselves, or in a call that was inlined there.

use std::collections::HashMap;

use super::DebugInfo;
use super::rows::LineRow;
use crate::{InScope, OnLine};

impl DebugInfo {
    /// See [`SourceMap::on`](crate::SourceMap::on).
    pub(super) fn on_line_of(&self, file: &str, line: u32, offsets: &[u64]) -> Vec<OnLine> {
        let Some(file) = self.files.iter().position(|known| known.path == file) else {
            return vec![OnLine::default(); offsets.len()];
        };
        let file = file as u32;
        let statements = self.statements(file, line);
        let mut calls: HashMap<u32, Vec<InScope>> = HashMap::new();
        let on = offsets.iter().map(|offset| {
            if self.row(*offset).is_none() {
                return OnLine::default();
            }
            let offset = *offset as u32;
            let innermost = self.scopes.at(offset);
            let statement = statements.partition_point(|row| row.start <= offset).checked_sub(1);
            let statement = statement.map(|index| statements[index]).filter(|row| offset < row.end);
            let own =
                statement.map(|row| InScope { scope: innermost, statement: Some(row.place.column), call_start: None });
            let around = innermost.map(|scope| calls.entry(scope).or_insert_with(|| self.calls_on(scope, file, line)));
            let scopes = own.into_iter().chain(around.into_iter().flat_map(|around| around.iter().copied())).collect();
            OnLine { has_line: true, scopes }
        });
        on.collect()
    }

    /// The code of a line that a debugger may stop in. Of neighbouring rows of one line only the first is marked as a
    /// statement.
    fn statements(&self, file: u32, line: u32) -> Vec<LineRow> {
        let mut statements = Vec::new();
        let mut is_statement = false;
        for row in &self.rows {
            let is_here = row.place.file == file && row.place.line == line;
            is_statement = is_here && (is_statement || row.is_stmt);
            if is_statement {
                statements.push(*row);
            }
        }
        statements
    }

    /// Where the calls are that a scope is inlined by, of those on the line.
    fn calls_on(&self, scope: u32, file: u32, line: u32) -> Vec<InScope> {
        let calls = self.scopes.chain(scope);
        let calls = calls.filter(|scope| scope.call.is_some_and(|call| call.file == file && call.line == line));
        calls.map(|scope| InScope { scope: scope.outer, statement: None, call_start: Some(scope.start) }).collect()
    }
}
