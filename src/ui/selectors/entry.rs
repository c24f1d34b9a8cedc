//! What Run and Debug call.

use crate::protocol::{Entry, ExportSummary, ModuleSummary};
use crate::ui::selectors::arguments;
use std::rc::Rc;

/// How many functions can be chosen next to Run; the others can be called in the Module panel.
pub const MOST_CHOICES: usize = 200;

/// The entry point of a module.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum EntryPoint<'a> {
    Export(&'a ExportSummary),
    /// The start function, which runs at instantiation; nothing is called after it.
    Start,
    /// The module exports no function.
    Nothing,
}

/// What Run calls: the export that the user chose; else what the module decides, as on the command line (`_start`,
/// `main` without parameters, the only function without parameters, the start function); else `main`; else the first
/// exported function.
pub fn entry_point<'a>(module: &'a ModuleSummary, chosen: Option<&str>) -> EntryPoint<'a> {
    let functions = || module.exports.iter().filter(|export| export.kind == "func");
    let named = |name: &str| functions().find(|export| export.name == name);
    let decided = || module.default_entry.as_deref().and_then(named);
    if let Some(export) = chosen.and_then(named).or_else(decided) {
        return EntryPoint::Export(export);
    }
    if has_start(module) {
        return EntryPoint::Start;
    }
    let first = named("main")
        .or_else(|| functions().find(|export| export.name != "_initialize"))
        .or_else(|| functions().next());
    first.map_or(EntryPoint::Nothing, EntryPoint::Export)
}

fn has_start(module: &ModuleSummary) -> bool {
    module.sections.iter().any(|(name, _)| name == "start")
}

/// The choices next to Run.
#[derive(Debug, PartialEq)]
pub struct Choices<'a> {
    /// Whether the start function alone is a choice: only if it is the default.
    pub start: bool,
    pub functions: Vec<&'a ExportSummary>,
}

impl Choices<'_> {
    pub fn count(&self) -> usize {
        usize::from(self.start) + self.functions.len()
    }
}

/// The choices; `called` is always among them.
pub fn choices<'a>(module: &'a ModuleSummary, called: EntryPoint<'a>) -> Choices<'a> {
    let mut functions: Vec<_> = module.exports.iter().filter(|export| export.kind == "func").collect();
    if let EntryPoint::Export(called) = called
        && let Some(place) = functions.iter().position(|export| export.name == called.name)
        && place >= MOST_CHOICES
    {
        functions[..=place].rotate_right(1);
    }
    functions.truncate(MOST_CHOICES);
    Choices { start: entry_point(module, None) == EntryPoint::Start, functions }
}

/// A call that is ready to start, or the first parameter that needs a value.
pub fn call(export: &ExportSummary, typed: &[Rc<str>], default_entry: Option<&str>) -> Result<Entry, usize> {
    let arguments = arguments::values(export, typed)?;
    Ok(if arguments.is_empty() && default_entry == Some(&*export.name) {
        Entry::Default
    } else {
        Entry::Export { name: export.name.clone(), arguments }
    })
}

/// Whether command-line arguments, the environment and standard input can reach the program.
pub fn has_command_line(module: &ModuleSummary) -> bool {
    module.imports.iter().any(|import| import.module.starts_with("wasi"))
}

/// Whether the program can read what is typed: it imports a function of WASI that reads or waits.
pub fn can_read_input(module: &ModuleSummary) -> bool {
    let reads = |name: &str| matches!(name, "fd_read" | "fd_pread" | "poll_oneoff");
    module.imports.iter().any(|import| import.module.starts_with("wasi") && reads(&import.name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ImportSummary;

    fn export(name: &str, params: &[&str]) -> ExportSummary {
        ExportSummary {
            name: name.into(),
            kind: "func".into(),
            ty: String::new(),
            params: params.iter().map(ToString::to_string).collect(),
            results: Vec::new(),
            param_names: vec![None; params.len()],
        }
    }

    fn module(exports: &[(&str, &[&str])], default_entry: Option<&str>) -> ModuleSummary {
        let exports = exports.iter().map(|(name, params)| export(name, params)).collect();
        ModuleSummary { exports, default_entry: default_entry.map(Into::into), ..ModuleSummary::default() }
    }

    fn with_start(module: ModuleSummary) -> ModuleSummary {
        ModuleSummary { sections: vec![("start".into(), 1)], ..module }
    }

    fn called(module: &ModuleSummary, chosen: Option<&str>) -> String {
        match entry_point(module, chosen) {
            EntryPoint::Export(export) => export.name.clone(),
            EntryPoint::Start => "(start)".into(),
            EntryPoint::Nothing => "nothing".into(),
        }
    }

    #[test]
    fn a_function_with_parameters_is_called_too() {
        assert_eq!(called(&module(&[("calc", &["i32", "i32"])], None), None), "calc");
        assert_eq!(called(&module(&[("calc", &["i32"]), ("main", &["i32"])], None), None), "main");
        assert_eq!(called(&module(&[("_initialize", &[]), ("sq", &["i32"])], None), None), "sq");
        assert_eq!(called(&module(&[("one", &[]), ("two", &[])], None), None), "one");
        assert_eq!(called(&module(&[], None), None), "nothing");
    }

    #[test]
    fn what_the_module_decides_gives_way_to_the_users_choice() {
        let both = module(&[("sq", &["i32"]), ("main", &[])], Some("main"));
        assert_eq!(called(&both, None), "main");
        assert_eq!(called(&both, Some("sq")), "sq");
        assert_eq!(called(&both, Some("renamed since")), "main");
    }

    #[test]
    fn a_start_function_alone_is_a_choice_where_nothing_else_is_called() {
        let module = with_start(module(&[("sq", &["i32"])], None));
        assert_eq!(called(&module, None), "(start)");
        let choices = choices(&module, entry_point(&module, None));
        assert_eq!((choices.start, choices.count()), (true, 2));
        assert_eq!(called(&module, Some("sq")), "sq");
        let decided = with_start(super::tests::module(&[("main", &[])], Some("main")));
        assert!(!super::choices(&decided, entry_point(&decided, None)).start);
    }

    #[test]
    fn of_many_functions_the_called_one_can_be_chosen() {
        let names: Vec<String> = (0..1000).map(|number| format!("f{number}")).collect();
        let exports: Vec<(&str, &[&str])> = names.iter().map(|name| (&**name, [].as_slice())).collect();
        let module = module(&exports, None);
        let choices = choices(&module, entry_point(&module, Some("f999")));
        assert_eq!((choices.functions.len(), &*choices.functions[0].name), (MOST_CHOICES, "f999"));
    }

    #[test]
    fn a_call_begins_when_every_argument_has_a_value() {
        let add = export("add", &["i32", "i32"]);
        assert_eq!(call(&add, &[], None), Err(0));
        assert_eq!(call(&add, &["1".into(), " ".into()], None), Err(1));
        let entry = Entry::Export { name: "add".into(), arguments: vec!["1".into(), "0x2".into()] };
        assert_eq!(call(&add, &["1".into(), " 0x2 ".into(), "left over".into()], None), Ok(entry));
        assert_eq!(call(&export("main", &[]), &[], Some("main")), Ok(Entry::Default));
    }

    #[test]
    fn only_programs_for_wasi_have_a_command_line() {
        let import = |module: &str| ImportSummary {
            module: module.into(),
            name: "f".into(),
            ty: "(func)".into(),
            provided: true,
        };
        let importing = |module: &str| ModuleSummary { imports: vec![import(module)], ..ModuleSummary::default() };
        assert!(has_command_line(&importing("wasi_snapshot_preview1")));
        assert!(!has_command_line(&importing("env")));
    }
}
