//! What Run and Debug call.

use crate::protocol::{Entry, ExportSummary, ModuleSummary};
use crate::ui::selectors::arguments;
use crate::ui::state::call_notes::CallNotes;
use crate::ui::state::check::CheckState;
use std::rc::Rc;

/// What Run and Debug can do now.
#[derive(Debug, Clone, PartialEq)]
pub enum Plan {
    Begin(Entry),
    /// A parameter of the export needs a value first.
    Need {
        export: Rc<str>,
        index: usize,
    },
    /// The exports are not known yet.
    Wait,
}

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

/// What Run does, given what is known of the program; `is_checked`: the last answer is about it.
pub fn plan(check: &CheckState, is_checked: bool, calls: &CallNotes) -> Plan {
    if check.is_pending() || !is_checked {
        return Plan::Wait;
    }
    let module = check.checked.as_ref().and_then(|checked| checked.module.as_ref());
    let Some(module) = module else { return Plan::Begin(Entry::Default) };
    if module.imports.iter().any(|import| !import.provided) {
        // Arguments would be typed in vain: the run says at once what is missing.
        return Plan::Begin(Entry::Default);
    }
    match entry_point(module, calls.entry.as_deref()) {
        EntryPoint::Export(export) => plan_call(check, export, calls),
        EntryPoint::Start | EntryPoint::Nothing => Plan::Begin(Entry::Default),
    }
}

/// What **Call** of an export does.
pub fn plan_call(check: &CheckState, export: &ExportSummary, calls: &CallNotes) -> Plan {
    let default_entry = check.module().and_then(|module| module.default_entry.as_deref());
    match call(export, calls.typed(&export.name), default_entry) {
        Ok(entry) => Plan::Begin(entry),
        Err(index) => Plan::Need { export: export.name.as_str().into(), index },
    }
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
    use crate::ui::state::check::CheckAction;
    use crate::ui::state::check::tests::checked;

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

    /// What Run does once this module has been checked.
    fn planned(module: ModuleSummary, calls: &CallNotes) -> Plan {
        let check = CheckState::default()
            .apply(CheckAction::Requested { version: 1 })
            .apply(CheckAction::answered(1, checked(Some(module))));
        plan(&check, true, calls)
    }

    #[test]
    fn nothing_is_called_before_the_exports_are_known() {
        let check = CheckState::default().apply(CheckAction::Requested { version: 1 });
        assert_eq!(plan(&check, true, &CallNotes::default()), Plan::Wait);
        let check = check.apply(CheckAction::answered(1, checked(Some(module(&[("sq", &["i32"])], None)))));
        assert_eq!(plan(&check, false, &CallNotes::default()), Plan::Wait, "the answer is about an earlier text");
        let broken = CheckState::default().apply(CheckAction::answered(0, checked(None)));
        assert_eq!(plan(&broken, true, &CallNotes::default()), Plan::Begin(Entry::Default), "the run says why");
    }

    #[test]
    fn run_calls_the_chosen_export_or_asks_for_its_arguments() {
        let both = || module(&[("sq", &["i32"]), ("main", &[])], Some("main"));
        assert_eq!(planned(both(), &CallNotes::default()), Plan::Begin(Entry::Default));
        let chosen = CallNotes { entry: Some("sq".into()), ..CallNotes::default() };
        assert_eq!(planned(both(), &chosen), Plan::Need { export: "sq".into(), index: 0 });
        let imports =
            vec![ImportSummary { module: "env".into(), name: "f".into(), ty: String::new(), provided: false }];
        let unresolved = ModuleSummary { imports, ..both() };
        assert_eq!(planned(unresolved, &chosen), Plan::Begin(Entry::Default), "arguments would be typed in vain");
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
