//! Which calls of a stack belong to the standard library: they are folded, so that the user's own stand out.

use crate::protocol::SourcePlace;

/// Adjacent calls of a stack, by their indices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Group {
    Own(usize),
    /// Two or more calls of the standard library.
    Library(Vec<usize>),
}

/// Groups calls, each given as its function's name and its source position.
pub fn grouped<'a>(calls: impl IntoIterator<Item = (&'a str, Option<&'a SourcePlace>)>) -> Vec<Group> {
    let mut groups = Vec::new();
    let mut library = Vec::new();
    let close = |library: &mut Vec<usize>, groups: &mut Vec<Group>| match library.as_slice() {
        [] => {}
        [alone] => groups.push(Group::Own(*alone)),
        _ => groups.push(Group::Library(library.clone())),
    };
    for (index, (function, source)) in calls.into_iter().enumerate() {
        if is_library(function, source) {
            library.push(index);
            continue;
        }
        close(&mut library, &mut groups);
        library.clear();
        groups.push(Group::Own(index));
    }
    close(&mut library, &mut groups);
    groups
}

/// The label of a folded group.
pub fn folded(count: usize) -> String {
    format!("{count} frames of the standard library")
}

/// Whether a function belongs to Rust's standard library or runtime, by its file or, without one, by its name.
fn is_library(function: &str, source: Option<&SourcePlace>) -> bool {
    if let Some(place) = source {
        return place.file.starts_with("/rustc/") || place.file.contains("/lib/rustlib/src/rust/library/");
    }
    let path = function.trim_start_matches(['<', '&', '*']).trim_start_matches("mut ").trim_start_matches("dyn ");
    let crate_name = path.split("::").next().filter(|name| name.len() < path.len());
    matches!(crate_name, Some("std" | "core" | "alloc" | "panic_abort" | "std_detect"))
        || ["__rust", "rust_begin_unwind", "rust_panic", "__main_void", "__original_main"]
            .iter()
            .any(|name| path.starts_with(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(file: &str) -> SourcePlace {
        SourcePlace { file: file.into(), line: 1, column: 1 }
    }

    #[test]
    fn neighbouring_calls_of_the_standard_library_are_one_group() {
        let (std, own) = (place("/rustc/4b0e/library/core/src/panicking.rs"), place("/g/bank/src/bank.rs"));
        let calls = [
            ("__rust_start_panic", None),
            ("std::panicking::rust_panic", Some(&std)),
            ("core::panicking::panic_fmt", Some(&std)),
            ("bank::pay", Some(&own)),
            ("<alloc::vec::Vec<T> as core::ops::Drop>::drop", None),
            ("bank::main", Some(&own)),
            ("core::ops::function::FnOnce::call_once", Some(&std)),
            ("std::rt::lang_start", None),
            ("_start", None),
        ];
        let groups = grouped(calls);
        let expected = [
            Group::Library(vec![0, 1, 2]),
            Group::Own(3),
            Group::Own(4),
            Group::Own(5),
            Group::Library(vec![6, 7]),
            Group::Own(8),
        ];
        assert_eq!(groups, expected);
    }

    #[test]
    fn functions_of_other_programs_are_their_own() {
        for name in ["$factorial", "func 3", "standard::f", "core", "stdout"] {
            assert_eq!(grouped([(name, None), (name, None)]), [Group::Own(0), Group::Own(1)], "{name}");
        }
        let own = place("/home/ada/core/src/lib.rs");
        assert_eq!(grouped([("core::f", Some(&own)), ("core::g", Some(&own))]).len(), 2, "its file is the user's");
    }
}
