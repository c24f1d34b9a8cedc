//! Strips an example's debug information of that of the standard library, which is ten times as large and which users
//! do not step through.

use anyhow::{Context, Result};
use gimli::{EndianSlice, LittleEndian, SectionId, read, write};
use wasm_encoder::{CustomSection, Module, RawSection};
use wasmparser::{Parser, Payload};

/// The prefix of the custom sections that hold debug information.
const DEBUG: &str = ".debug_";

/// A section of a module: its contents, and its name and data if it is a custom section.
struct Section<'a> {
    id: u8,
    contents: &'a [u8],
    custom: Option<(&'a str, &'a [u8])>,
}

impl<'a> Section<'a> {
    fn is_of(&self, name: &str) -> bool {
        self.custom.is_some_and(|(custom, _)| custom == name)
    }

    fn data(&self) -> &'a [u8] {
        self.custom.map_or(self.contents, |(_, data)| data)
    }
}

/// Returns the module with the debug information of only those units that were compiled in the folder `compiled_in`.
pub fn keep_own(module: &[u8], compiled_in: &str) -> Result<Vec<u8>> {
    let sections = sections(module)?;
    let load = |id: SectionId| {
        let found = sections.iter().find(|section| section.is_of(id.name()));
        EndianSlice::new(found.map_or(&[][..], Section::data), LittleEndian)
    };
    let all = read::Dwarf::load(|id| Ok::<_, gimli::Error>(load(id)))?;
    let mut info = Vec::new();
    let mut units = all.units();
    while let Some(header) = units.next()? {
        let start = header.debug_info_offset().context("it is a unit of the section")?.0;
        let end = start + header.length_including_self();
        let unit = all.unit(header)?;
        if unit.comp_dir.is_some_and(|folder| folder.slice() == compiled_in.as_bytes()) {
            // Without optimisation across crates, a unit does not refer to other units.
            info.extend_from_slice(&load(SectionId::DebugInfo).slice()[start..end]);
        }
    }
    let own = |id| if id == SectionId::DebugInfo { EndianSlice::new(&info, LittleEndian) } else { load(id) };
    let own = read::Dwarf::load(|id| Ok::<_, gimli::Error>(own(id)))?;
    let mut kept = write::Dwarf::from(&own, &|address| Some(write::Address::Constant(address)))?;
    let mut written = write::Sections::new(write::EndianVec::new(LittleEndian));
    kept.write(&mut written)?;

    let mut result = Module::new();
    for section in &sections {
        if !section.custom.is_some_and(|(name, _)| name.starts_with(DEBUG)) {
            result.section(&RawSection { id: section.id, data: section.contents });
        }
    }
    written.for_each(|id, data| {
        if !data.slice().is_empty() {
            result.section(&CustomSection { name: id.name().into(), data: data.slice().into() });
        }
        Ok::<_, gimli::Error>(())
    })?;
    Ok(result.finish())
}

fn sections(module: &[u8]) -> Result<Vec<Section<'_>>> {
    let mut sections = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload.context("the module cannot be read")?;
        if let Some((id, range)) = payload.as_section() {
            let custom = match &payload {
                Payload::CustomSection(custom) => Some((custom.name(), custom.data())),
                _ => None,
            };
            let contents = module.get(range.start as usize..range.end as usize).context("the module is cut short")?;
            sections.push(Section { id, contents, custom });
        }
    }
    Ok(sections)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_without_debug_information_stays_as_it_is() {
        let module = [b"\0asm\x01\0\0\0".as_slice(), &[1, 4, 1, 0x60, 0, 0], &[0, 3, 2, b'h', b'i']].concat();
        assert_eq!(keep_own(&module, "/guests").expect("there is nothing to read"), module);
        assert!(keep_own(&module[..module.len() - 1], "/guests").is_err());
    }
}
