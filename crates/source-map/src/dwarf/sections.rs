//! The custom sections that carry DWARF, found in a module's binary.

use gimli::{EndianSlice, LittleEndian, SectionId};
use wasmparser::{Parser, Payload};

/// What DWARF is read through.
pub type Bytes<'a> = EndianSlice<'a, LittleEndian>;

/// Where a module's DWARF is, and what its addresses count from.
#[derive(Debug, Default)]
pub struct Sections<'a> {
    found: Vec<(&'a str, &'a [u8])>,
    /// The contents of the code section, in bytes from the start of the module. DWARF counts from there.
    code: std::ops::Range<u64>,
    /// Where the debug information is instead, when it is not in the module (`external_debug_info`).
    pub elsewhere: Option<String>,
}

impl<'a> Sections<'a> {
    /// Scans a module; an unreadable part ends the search.
    pub fn find(wasm: &'a [u8]) -> Self {
        let mut sections = Self::default();
        for payload in Parser::new(0).parse_all(wasm).map_while(Result::ok) {
            match payload {
                Payload::CodeSectionStart { unchecked_range, .. } => sections.code = unchecked_range,
                Payload::CustomSection(section) if section.name().starts_with(".debug_") => {
                    sections.found.push((section.name(), section.data()));
                }
                Payload::CustomSection(section) if section.name() == "external_debug_info" => {
                    let url = String::from_utf8_lossy(section.data().get(1..).unwrap_or_default());
                    sections.elsewhere = Some(url.chars().take(200).collect());
                }
                _ => {}
            }
        }
        sections
    }

    /// Whether the sections needed for lines exist.
    pub fn has_lines(&self) -> bool {
        [".debug_info", ".debug_line"].iter().all(|wanted| self.found.iter().any(|(name, _)| name == wanted))
    }

    /// An address of the DWARF as an offset in the module, if it is in the code.
    pub fn offset(&self, address: u64) -> Option<u32> {
        let offset = self.code.start.checked_add(address)?;
        // At the very start there is the number of functions: what is said to be there has been removed by the linker.
        (address > 0 && offset <= self.code.end).then(|| u32::try_from(offset).ok()).flatten()
    }

    /// An offset in the module as an address of the DWARF.
    pub fn address(&self, offset: u64) -> Option<u64> {
        offset.checked_sub(self.code.start)
    }

    /// The section of that name, empty where there is none.
    pub fn section(&self, id: SectionId) -> Bytes<'a> {
        let found = self.found.iter().find(|(name, _)| *name == id.name()).map_or(&[][..], |(_, data)| data);
        EndianSlice::new(found, LittleEndian)
    }
}
