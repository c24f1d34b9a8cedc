//! Strips an example's debug information of that of the standard library, which is ten times as large and which users
//! do not step through.

use anyhow::{Context, Result};
use gimli::{EndianSlice, LittleEndian, SectionId, read, write};

/// The prefix of the custom sections that hold debug information.
const DEBUG: &str = ".debug_";

/// A section of a module: its bytes, and its name if it is a custom section.
struct Section<'a> {
    all: &'a [u8],
    name: Option<&'a str>,
    data: &'a [u8],
}

/// Returns the module with the debug information of only those units that were compiled in the folder `compiled_in`.
pub fn keep_own(module: &[u8], compiled_in: &str) -> Result<Vec<u8>> {
    let sections = sections(module).context("the module is cut short")?;
    let load = |id: SectionId| {
        let found = sections.iter().find(|section| section.name == Some(id.name()));
        EndianSlice::new(found.map_or(&[][..], |section| section.data), LittleEndian)
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

    let mut result = module[..8].to_vec();
    for section in &sections {
        if !section.name.is_some_and(|name| name.starts_with(DEBUG)) {
            result.extend_from_slice(section.all);
        }
    }
    written.for_each(|id, data| {
        if !data.slice().is_empty() {
            let mut contents = Vec::new();
            push_leb128(&mut contents, id.name().len());
            contents.extend_from_slice(id.name().as_bytes());
            contents.extend_from_slice(data.slice());
            result.push(0);
            push_leb128(&mut result, contents.len());
            result.extend(contents);
        }
        Ok::<_, gimli::Error>(())
    })?;
    Ok(result)
}

fn sections(module: &[u8]) -> Option<Vec<Section<'_>>> {
    let mut rest = module.get(8..)?;
    let mut sections = Vec::new();
    while let Some(&id) = rest.first() {
        let (size, size_length) = super::leb128(&rest[1..])?;
        let (all, after) = rest.split_at_checked(1 + size_length + size)?;
        let contents = &all[1 + size_length..];
        let (name, data) = if id == 0 {
            let (length, length_length) = super::leb128(contents)?;
            let (name, data) = contents.get(length_length..)?.split_at_checked(length)?;
            (std::str::from_utf8(name).ok(), data)
        } else {
            (None, contents)
        };
        sections.push(Section { all, name, data });
        rest = after;
    }
    Some(sections)
}

fn push_leb128(bytes: &mut Vec<u8>, mut value: usize) {
    while value >= 0x80 {
        bytes.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
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

    #[test]
    fn lengths_of_all_sizes_are_written_as_they_are_read() {
        for value in [0, 1, 127, 128, 300, 1 << 20] {
            let mut bytes = Vec::new();
            push_leb128(&mut bytes, value);
            assert_eq!(super::super::leb128(&bytes), Some((value, bytes.len())));
        }
    }
}
