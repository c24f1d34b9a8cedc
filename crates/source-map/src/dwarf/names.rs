//! The names of types, each in the form of its language.

use gimli::constants as dw;

use super::entries::{Entries, EntryRef, Language};
use super::types::{Count, MOST_REFERENCES, Type};

/// The length at which a name is cut off, in bytes.
const LONGEST: usize = 1_000;
/// How many parameters of a function's type are shown.
const MOST_PARAMETERS: usize = 20;

impl Entries<'_> {
    /// The name that a type goes by. `count` says how many elements an array has that is as long as a variable says.
    pub fn type_name(&self, at: EntryRef, count: &dyn Fn(&Count) -> Option<u64>) -> Option<String> {
        let naming = Naming { entries: self, count };
        match self.language(at.unit) {
            Language::Rust => naming.rust(at, MOST_REFERENCES).map(|name| written(&name)),
            language => naming.declared(at, String::new(), language, MOST_REFERENCES),
        }
    }

    /// The name of a type within its namespaces, as C++ writes it.
    pub fn qualified(&self, at: EntryRef) -> Option<String> {
        let entry = self.entry(at).ok()?;
        let mut path = self.path(at);
        path.push(self.name(at, &entry)?);
        Some(without_defaults(&path.join("::")))
    }
}

struct Naming<'r, 'a> {
    entries: &'r Entries<'a>,
    count: &'r dyn Fn(&Count) -> Option<u64>,
}

impl Naming<'_, '_> {
    fn rust(&self, at: EntryRef, references: usize) -> Option<String> {
        let references = references.checked_sub(1)?;
        let entry = self.entries.entry(at).ok()?;
        if let Some(name) = self.entries.name(at, &entry) {
            return Some(name);
        }
        match &*self.entries.ty(at).ok()? {
            Type::Pointer { to, .. } => {
                let to = to.and_then(|to| self.rust(to, references));
                Some(format!("*{}", to.unwrap_or_else(|| "()".to_owned())))
            }
            Type::Array { of, counts, .. } => {
                let mut name = self.rust(*of, references)?;
                for count in counts.iter().rev() {
                    name = match (self.count)(count) {
                        Some(count) => format!("[{name}; {count}]"),
                        None => format!("[{name}]"),
                    };
                }
                Some(name)
            }
            Type::Alias(Some(to)) => self.rust(*to, references),
            _ => None,
        }
    }

    /// A declaration of something as C writes it: `int (*what)[3]`.
    fn declared(&self, at: EntryRef, what: String, language: Language, references: usize) -> Option<String> {
        let references = references.checked_sub(1)?;
        if what.len() > LONGEST {
            return Some(what);
        }
        let entry = self.entries.entry(at).ok()?;
        let with = |name: &str| match what.is_empty() {
            true => name.to_owned(),
            false => format!("{name} {what}"),
        };
        let of = |to: Option<EntryRef>, what: String| match to {
            Some(to) => self.declared(to, what, language, references),
            None if what.is_empty() => Some("void".to_owned()),
            None => Some(format!("void {what}")),
        };
        // Zig names its pointers and arrays itself.
        if let Some(name) = self.entries.qualified(at) {
            let keyword = match (language, entry.tag()) {
                (Language::C, dw::DW_TAG_structure_type) => "struct ",
                (Language::C, dw::DW_TAG_union_type) => "union ",
                (Language::C, dw::DW_TAG_enumeration_type) => "enum ",
                _ => "",
            };
            return Some(with(&format!("{keyword}{name}")));
        }
        let ty = self.entries.ty(at).ok()?;
        match &*ty {
            Type::Pointer { to, is_reference, .. } => {
                let sign = match (is_reference, entry.tag()) {
                    (false, _) => "*",
                    (true, dw::DW_TAG_rvalue_reference_type) => "&&",
                    (true, _) => "&",
                };
                of(*to, self.pointer(*to, &format!("{sign}{what}")))
            }
            Type::Member { to, class } => {
                let class = class.and_then(|class| self.entries.qualified(class)).unwrap_or_default();
                of(*to, self.pointer(*to, &format!("{class}::*{what}")))
            }
            Type::Array { of: element, counts, .. } => {
                let length = |count: &Count| match (self.count)(count) {
                    Some(count) => format!("[{count}]"),
                    None => "[]".to_owned(),
                };
                let lengths: String = counts.iter().map(length).collect();
                of(Some(*element), format!("{what}{lengths}"))
            }
            Type::Function { returns, parameters, has_more } => {
                let shown = parameters.iter().take(MOST_PARAMETERS);
                let name = |ty: &EntryRef| self.declared(*ty, String::new(), language, references);
                let mut shown: Vec<String> = shown.filter_map(name).collect();
                if *has_more || parameters.len() > MOST_PARAMETERS {
                    shown.push("...".to_owned());
                } else if shown.is_empty() && language == Language::C {
                    shown.push("void".to_owned());
                }
                of(*returns, format!("{what}({})", shown.join(", ")))
            }
            Type::Alias(to) => {
                let qualifier = match entry.tag() {
                    dw::DW_TAG_const_type => "const",
                    dw::DW_TAG_volatile_type => "volatile",
                    dw::DW_TAG_restrict_type => "restrict",
                    dw::DW_TAG_atomic_type => "_Atomic",
                    _ => return of(*to, what),
                };
                // What is said of a pointer stands behind its sign, of anything else before its name.
                let is_pointer = match to {
                    Some(to) => matches!(&*self.entries.resolved(*to).ok()?, Type::Pointer { .. }),
                    None => false,
                };
                match (is_pointer && self.entries.qualified((*to)?).is_none(), what.is_empty()) {
                    (true, true) => of(*to, qualifier.to_owned()),
                    (true, false) => of(*to, format!("{qualifier} {what}")),
                    (false, _) => Some(format!("{qualifier} {}", of(*to, what)?)),
                }
            }
            Type::Struct(_) => Some(with(match entry.tag() {
                dw::DW_TAG_union_type => "(unnamed union)",
                dw::DW_TAG_class_type => "(unnamed class)",
                _ => "(unnamed struct)",
            })),
            Type::Names { .. } => Some(with("(unnamed enum)")),
            Type::Base { .. } | Type::Other(_) => None,
        }
    }

    /// A pointer to an array or a function is in parentheses.
    fn pointer(&self, to: Option<EntryRef>, what: &str) -> String {
        let mut to = to;
        for _ in 0..MOST_REFERENCES {
            let Some(at) = to else { break };
            if self.entries.qualified(at).is_some() {
                break;
            }
            match self.entries.ty(at).as_deref() {
                Ok(Type::Array { .. } | Type::Function { .. }) => return format!("({what})"),
                Ok(Type::Alias(next)) => to = *next,
                _ => break,
            }
        }
        what.to_owned()
    }
}

/// The name of a type of Rust as it is mostly written: `Vec<String>` for `alloc::vec::Vec<alloc::string::String,
/// alloc::alloc::Global>`.
pub fn written(name: &str) -> String {
    let name = name.replace(", alloc::alloc::Global", "");
    let mut shown = String::with_capacity(name.len());
    // Where the path begins that is being read.
    let mut path = 0;
    let mut rest = name.chars().peekable();
    while let Some(letter) = rest.next() {
        if letter == ':' && rest.peek() == Some(&':') {
            rest.next();
            shown.truncate(path);
        } else {
            shown.push(letter);
            if !letter.is_alphanumeric() && letter != '_' {
                path = shown.len();
            }
        }
    }
    shown
}

/// The name of a type of C++ without the inline namespaces of its standard library, and without the parameters that
/// are what they are when nothing is said: `std::vector<int>`.
fn without_defaults(name: &str) -> String {
    let mut name = name.replace("std::__1::", "std::").replace("std::__2::", "std::").replace(" >", ">");
    for default in ["allocator", "default_delete", "less", "equal_to", "hash", "char_traits"] {
        let start = format!(", std::{default}<");
        while let Some(from) = name.find(&start) {
            let Some(length) = closing(&name[from + start.len()..]) else { break };
            name.replace_range(from..from + start.len() + length, "");
        }
    }
    name
}

/// Behind the bracket that closes the one that is open at the start of a text.
fn closing(text: &str) -> Option<usize> {
    let mut open = 1_u32;
    for (index, byte) in text.bytes().enumerate() {
        match byte {
            b'<' => open += 1,
            b'>' => open -= 1,
            _ => {}
        }
        if open == 0 {
            return Some(index + 1);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_as_they_are_mostly_written() {
        assert_eq!(written("alloc::vec::Vec<alloc::string::String, alloc::alloc::Global>"), "Vec<String>");
        assert_eq!(written("&mut dyn core::fmt::Debug"), "&mut dyn Debug");
        let vector = "std::__1::vector<std::__1::pair<int, char>, std::__1::allocator<std::__1::pair<int, char> > >";
        assert_eq!(without_defaults(vector), "std::vector<std::pair<int, char>>");
        assert_eq!(without_defaults("std::map<int, int, std::less<int"), "std::map<int, int, std::less<int");
    }
}
