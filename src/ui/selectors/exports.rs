//! Which exported functions are listed: if a module has thousands, a few, and those that match a search.

use crate::protocol::{ExportSummary, ModuleSummary};

/// How many are listed at a time: forms for thousands of functions would block the page at each change of the program.
pub const AT_ONCE: usize = 40;

/// The result of [`listed`].
#[derive(Debug, PartialEq)]
pub struct Listed<'a> {
    pub functions: Vec<&'a ExportSummary>,
    /// How many match, including those that are left out.
    pub found: usize,
    /// How many there are in total.
    pub all: usize,
}

/// The exported functions with `part` in their names, in the module's order; `called`, which Run calls, is always among
/// them.
/// If there are so few that the search field is hidden, returns all of them and ignores `part`.
pub fn listed<'a>(module: &'a ModuleSummary, part: &str, called: Option<&str>) -> Listed<'a> {
    let functions: Vec<_> = module.exports.iter().filter(|export| export.kind == "func").collect();
    let all = functions.len();
    let part = if all > AT_ONCE { part.trim().to_lowercase() } else { String::new() };
    let is_called = |export: &&ExportSummary| called == Some(&*export.name);
    let called = functions.iter().copied().find(is_called);
    let mut found: Vec<_> = functions.into_iter().filter(|export| export.name.to_lowercase().contains(&part)).collect();
    let count = found.len();
    if let Some(called) = called.filter(|_| !found.iter().take(AT_ONCE).any(is_called)) {
        found.retain(|export| !is_called(export));
        found.insert(0, called);
    }
    found.truncate(AT_ONCE);
    Listed { functions: found, found: count, all }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn module(functions: usize) -> ModuleSummary {
        let export = |name: String, kind: &str| ExportSummary {
            name,
            kind: kind.into(),
            ty: "(func)".into(),
            params: Vec::new(),
            results: Vec::new(),
            param_names: Vec::new(),
        };
        let mut exports: Vec<_> = (0..functions).map(|number| export(format!("Mix_{number}"), "func")).collect();
        exports.push(export("memory".into(), "memory"));
        ModuleSummary { exports, ..ModuleSummary::default() }
    }

    fn names<'a>(listed: &Listed<'a>) -> Vec<&'a str> {
        listed.functions.iter().map(|export| &*export.name).collect()
    }

    #[test]
    fn few_are_listed_whole_and_as_they_come() {
        let module = module(3);
        let listed = listed(&module, "", Some("Mix_2"));
        assert_eq!(names(&listed), ["Mix_0", "Mix_1", "Mix_2"]);
        assert_eq!((listed.found, listed.all), (3, 3));
        let after_a_search = super::listed(&module, "of another", Some("Mix_2"));
        assert_eq!(after_a_search, listed);
    }

    #[test]
    fn of_many_the_first_are_listed_and_the_one_that_is_run() {
        let module = module(5000);
        let listed = listed(&module, "", Some("Mix_4321"));
        assert_eq!(listed.functions.len(), AT_ONCE);
        assert_eq!(names(&listed)[..3], ["Mix_4321", "Mix_0", "Mix_1"]);
        assert_eq!((listed.found, listed.all), (5000, 5000));
    }

    #[test]
    fn a_part_of_a_name_finds_the_others() {
        let module = module(5000);
        let found = listed(&module, " mix_432 ", None);
        assert_eq!(found.found, 11);
        assert_eq!(names(&found)[..2], ["Mix_432", "Mix_4320"]);
        assert_eq!(listed(&module, "memory", None).functions, Vec::<&ExportSummary>::new());
        let called = listed(&module, "memory", Some("Mix_7"));
        assert_eq!((names(&called), called.found), (vec!["Mix_7"], 0));
    }
}
