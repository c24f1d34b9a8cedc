//! Distinguishes the texts of source files with the same name by the functions declared in them.

use std::collections::HashMap;

use gimli::constants as dw;

use super::DebugInfo;
use super::entries::{Entries, EntryRef};

/// The maximum number of functions recorded per file.
const MOST_LANDMARKS: usize = 8;
/// How many entries a declaration is looked for in.
const MOST_REFERENCES: usize = 4;

impl DebugInfo {
    /// Of each of the program's files that shares its name with another: lines, and the names of the functions that are
    /// declared on them. `wasm` is the module that this was read of.
    pub fn landmarks(&self, wasm: &[u8]) -> HashMap<u32, Vec<(u32, String)>> {
        let mut by_name: HashMap<&str, Vec<u32>> = HashMap::new();
        for (index, file) in self.files.iter().enumerate().filter(|(_, file)| !file.is_library) {
            by_name.entry(file.path.rsplit('/').next().unwrap_or_default()).or_default().push(index as u32);
        }
        let shared = by_name.into_values().filter(|files| files.len() > 1).flatten();
        let mut found: HashMap<u32, Vec<(u32, String)>> = shared.map(|file| (file, Vec::new())).collect();
        if found.is_empty() {
            return found;
        }
        let entries = Entries::of(wasm, &self.index);
        for (index, scope) in self.scopes.all.iter().enumerate() {
            // Where another one is inlined at once, the place is in that.
            if self.scopes.at(scope.start) != Some(index as u32) {
                continue;
            }
            let Some(place) = self.place(u64::from(scope.start)) else { continue };
            let Some(known) = found.get_mut(&place.file).filter(|known| known.len() < MOST_LANDMARKS) else { continue };
            // A function begins behind where it is declared; what a macro has made is declared somewhere else.
            let landmark = declaration(&entries, scope.entry).filter(|(line, _)| *line <= place.line);
            if let Some(landmark) = landmark.filter(|landmark| !known.contains(landmark)) {
                known.push(landmark);
            }
        }
        found.retain(|_, known| !known.is_empty());
        found
    }
}

/// The line that a function is declared on, and its name, which may be in another entry that it refers to.
fn declaration(entries: &Entries<'_>, function: EntryRef) -> Option<(u32, String)> {
    let mut at = function;
    for _ in 0..MOST_REFERENCES {
        let entry = entries.entry(at).ok()?;
        let line = entry.attr_value(dw::DW_AT_decl_line).and_then(|line| u32::try_from(line.udata_value()?).ok());
        if let (Some(line), Some(name)) = (line, entries.name(at, &entry)) {
            // Of a generic function, what it is generic over is no part of the declaration. Closures have no name.
            let name = name.split('<').next().unwrap_or_default();
            let is_word = !name.is_empty() && name.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
            return (is_word && line > 0).then(|| (line, name.to_owned()));
        }
        let origin = entry.attr_value(dw::DW_AT_specification).or_else(|| entry.attr_value(dw::DW_AT_abstract_origin));
        at = entries.referred(at.unit, origin?)?;
    }
    None
}
