//! The names in a module of functions, locals, labels, globals and so on (name section, core specification, appendix).

use std::collections::HashMap;

use wasmparser::{IndirectNameMap, KnownCustom, Name, NameMap, Parser, Payload, TypeRef};

use wasmoscope_source_map::demangled;

/// The names of a module, by index. Imported functions and globals come first.
#[derive(Debug, Default)]
pub struct Names {
    functions: HashMap<u32, String>,
    locals: HashMap<u32, HashMap<u32, String>>,
    /// By function, then by label: blocks, loops and ifs in the order in which they open.
    labels: HashMap<u32, HashMap<u32, String>>,
    globals: HashMap<u32, String>,
    memories: HashMap<u32, String>,
    tables: HashMap<u32, String>,
    data: HashMap<u32, String>,
    elements: HashMap<u32, String>,
    /// The imported functions, by the names of their module and field.
    imports: Vec<(String, String)>,
}

impl Names {
    /// Reads the names; an invalid name section is ignored.
    pub fn read(wasm: &[u8]) -> Self {
        let mut names = Self::default();
        let mut exports = HashMap::new();
        for payload in Parser::new(0).parse_all(wasm).map_while(Result::ok) {
            match payload {
                Payload::CustomSection(section) => {
                    if let KnownCustom::Name(section) = section.as_known() {
                        for name in section.into_iter().map_while(Result::ok) {
                            names.subsection(name);
                        }
                    }
                }
                Payload::ImportSection(section) => {
                    for import in section.into_imports().map_while(Result::ok) {
                        if let TypeRef::Func(_) | TypeRef::FuncExact(_) = import.ty {
                            names.imports.push((import.module.to_owned(), import.name.to_owned()));
                        }
                    }
                }
                Payload::ExportSection(section) => {
                    for export in section.into_iter().map_while(Result::ok) {
                        if export.kind == wasmparser::ExternalKind::Func {
                            exports.entry(export.index).or_insert_with(|| export.name.to_owned());
                        }
                    }
                }
                _ => {}
            }
        }
        // A function without a name of its own gets its export name.
        for (index, name) in exports {
            names.functions.entry(index).or_insert(name);
        }
        names
    }

    fn subsection(&mut self, name: Name<'_>) {
        match name {
            Name::Function(map) => {
                self.functions.extend(read(map).into_iter().map(|(index, name)| (index, demangled(&name))));
            }
            Name::Global(map) => self.globals.extend(read(map)),
            Name::Memory(map) => self.memories.extend(read(map)),
            Name::Table(map) => self.tables.extend(read(map)),
            Name::Data(map) => self.data.extend(read(map)),
            Name::Element(map) => self.elements.extend(read(map)),
            Name::Local(maps) => read_each(maps, &mut self.locals),
            Name::Label(maps) => read_each(maps, &mut self.labels),
            _ => {}
        }
    }

    /// The name of a function, in the index space that includes imports.
    pub fn function(&self, index: u32) -> Option<&str> {
        self.functions.get(&index).map(String::as_str)
    }

    /// The name of a function's parameter or local.
    pub fn local(&self, function: u32, index: u32) -> Option<&str> {
        self.locals.get(&function)?.get(&index).map(String::as_str)
    }

    /// The name of a function's label: 0 is the first block, loop or if that opens in it.
    pub fn label(&self, function: u32, index: u32) -> Option<&str> {
        self.labels.get(&function)?.get(&index).map(String::as_str)
    }

    pub fn table(&self, index: u32) -> Option<&str> {
        self.tables.get(&index).map(String::as_str)
    }

    /// The name of a data segment.
    pub fn data(&self, index: u32) -> Option<&str> {
        self.data.get(&index).map(String::as_str)
    }

    /// The name of an element segment.
    pub fn element(&self, index: u32) -> Option<&str> {
        self.elements.get(&index).map(String::as_str)
    }

    pub fn global(&self, index: u32) -> Option<&str> {
        self.globals.get(&index).map(String::as_str)
    }

    pub fn memory(&self, index: u32) -> Option<&str> {
        self.memories.get(&index).map(String::as_str)
    }

    /// The imported functions, by the names of their module and field.
    pub fn imports(&self) -> impl Iterator<Item = (&str, &str)> {
        self.imports.iter().map(|(module, field)| (module.as_str(), field.as_str()))
    }

    /// The imported function with that name: `module.field`, `field`, or its name in the module.
    pub fn find_import(&self, name: &str) -> Option<u32> {
        let is_it = |(module, field): (&str, &str)| {
            field == name || name.strip_prefix(module).and_then(|rest| rest.strip_prefix('.')) == Some(field)
        };
        let place = self.imports().position(is_it).map(|index| index as u32);
        place.or_else(|| self.find_function(name).filter(|index| (*index as usize) < self.imports.len()))
    }

    /// The local with that name.
    pub fn find_local(&self, function: u32, name: &str) -> Option<u32> {
        self.locals.get(&function)?.iter().find(|(_, known)| *known == name).map(|(index, _)| *index)
    }

    /// The function with that name, in the index space that includes imports.
    pub fn find_function(&self, name: &str) -> Option<u32> {
        self.functions.iter().find(|(_, known)| *known == name).map(|(index, _)| *index)
    }

    /// The memory with that name.
    pub fn find_memory(&self, name: &str) -> Option<u32> {
        self.memories.iter().find(|(_, known)| *known == name).map(|(index, _)| *index)
    }

    /// The global with that name.
    pub fn find_global(&self, name: &str) -> Option<u32> {
        self.globals.iter().find(|(_, known)| *known == name).map(|(index, _)| *index)
    }
}

fn read_each(maps: IndirectNameMap<'_>, into: &mut HashMap<u32, HashMap<u32, String>>) {
    for map in maps.into_iter().map_while(Result::ok) {
        into.entry(map.index).or_default().extend(read(map.names));
    }
}

fn read(map: NameMap<'_>) -> HashMap<u32, String> {
    map.into_iter().map_while(Result::ok).map(|naming| (naming.index, naming.name.to_owned())).collect()
}
