//! Decides what a run calls: finds the entry and parses its arguments.

use wasmoscope_module::diagnostic::Problem;
use wasmoscope_module::inspect::{Export, Summary};
use wasmoscope_module::value::{self, ValType, Value};
use wasmoscope_module::words;

/// The function to call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// See [`Summary::default_entry`]; if there is none, only the start function runs.
    Default,
    /// An exported function, with its arguments in the form that [`value::parse`] accepts.
    Export { name: String, arguments: Vec<String> },
}

/// The resolved entry, with its arguments parsed.
pub struct Plan {
    /// The export to call; `None` if only the start function runs.
    pub name: Option<String>,
    pub arguments: Vec<Value>,
    /// The call as a user would write it.
    pub description: String,
    /// Whether its return is the end of a program rather than a result.
    pub is_command: bool,
}

/// Finds the entry and reads its arguments.
pub fn plan(file: &str, summary: &Summary, entry: &Entry) -> Result<Plan, Box<Problem>> {
    let (export, texts) = match entry {
        Entry::Default => match default_export(file, summary)? {
            Some(export) => (export, &[][..]),
            None => return Ok(Plan::of_start()),
        },
        Entry::Export { name, arguments } => match summary.function_export(name) {
            Some(export) => (export, arguments.as_slice()),
            None => {
                let problem = Problem::error(file, format!("the module exports no function `{}`", words::name(name)));
                return Err(Box::new(problem.help(exported(summary))));
            }
        },
    };
    let name = words::name(&export.name);
    if export.params.len() != texts.len() {
        let message =
            format!("the function `{name}` takes {} but got {}", count(export.params.len()), count(texts.len()));
        return Err(Box::new(Problem::error(file, message).help(format!("its type is {}", export.ty))));
    }
    let mut arguments = Vec::with_capacity(texts.len());
    for (index, (text, ty)) in texts.iter().zip(&export.params).enumerate() {
        let value = match value_type(ty) {
            Some(ty) => value::parse(text, ty),
            None => Err(format!("a value of type {ty} cannot be passed from outside")),
        };
        arguments.push(value.map_err(|message| {
            Box::new(Problem::error(file, format!("argument {} of `{name}`: {message}", index + 1)))
        })?);
    }
    let shown: Vec<String> = arguments.iter().zip(texts).map(|(argument, text)| as_typed(argument, text)).collect();
    Ok(Plan {
        name: Some(export.name.clone()),
        description: format!("{name}({})", shown.join(", ")),
        arguments,
        is_command: export.name == "_start",
    })
}

/// An argument as a call shows it: signed, unless the user typed it as an unsigned number.
fn as_typed(argument: &Value, text: &str) -> String {
    let shown = value::show(argument);
    let is_decimal = text.trim().chars().all(|character| character.is_ascii_digit() || character == '_');
    match shown.unsigned {
        Some(unsigned) if is_decimal => unsigned,
        _ => shown.text,
    }
}

impl Plan {
    /// Instantiation alone, which calls the start function (core specification, section 4.5.4).
    fn of_start() -> Self {
        Self { name: None, arguments: Vec::new(), description: "(start)".to_owned(), is_command: false }
    }
}

/// The default export; `None` if only the start function runs.
fn default_export<'a>(file: &str, summary: &'a Summary) -> Result<Option<&'a Export>, Box<Problem>> {
    if let Some(export) = summary.default_entry().and_then(|name| summary.function_export(name)) {
        return Ok(Some(export));
    }
    if summary.has_start {
        return Ok(None);
    }
    // It has parameters, or it would be the default.
    let main = summary.function_export("main").or_else(|| only(summary.function_exports()));
    Err(Box::new(if let Some(main) = main.filter(|main| !main.params.is_empty()) {
        takes_arguments(file, main)
    } else if summary.function_exports().next().is_none() {
        Problem::error(file, "the module exports no function, so there is nothing to call")
            .help("export one: `(func (export \"main\") ...)`")
    } else {
        Problem::error(file, "the module does not say which function to call first").help(format!(
            "choose one (in the page under Module, in a terminal with `--invoke`), or export a `main` that takes \
             nothing; {}",
            exported(summary)
        ))
    }))
}

/// The problem of an entry whose arguments have to be given first.
fn takes_arguments(file: &str, function: &Export) -> Problem {
    let name = words::name(&function.name);
    let them = if function.params.len() == 1 { "it" } else { "them" };
    let examples = function.params.iter().map(|ty| match ty.as_str() {
        "i32" | "i64" | "f32" | "f64" => " 5",
        _ => " ...",
    });
    Problem::error(file, format!("the function `{name}` takes {}", count(function.params.len()))).help(format!(
        "enter {them} under Module, and press Call there (in a terminal: `--invoke {name} FILE{}`)",
        examples.collect::<String>()
    ))
}

fn only<T>(mut all: impl Iterator<Item = T>) -> Option<T> {
    let first = all.next()?;
    all.next().is_none().then_some(first)
}

/// The names of the first few exported functions, in a sentence.
fn exported(summary: &Summary) -> String {
    let names = summary.function_exports().take(8).map(|export| format!("`{}`", words::name(&export.name)));
    let names: Vec<String> = names.collect();
    if names.is_empty() { "it exports no function".to_owned() } else { format!("it exports {}", names.join(", ")) }
}

fn count(arguments: usize) -> String {
    match arguments {
        0 => "no argument".to_owned(),
        1 => "1 argument".to_owned(),
        several => format!("{several} arguments"),
    }
}

fn value_type(name: &str) -> Option<ValType> {
    use ValType::{ExternRef, F32, F64, FuncRef, I32, I64, V128};
    [I32, I64, F32, F64, V128, FuncRef, ExternRef].into_iter().find(|ty| value::name(*ty) == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_argument_is_shown_as_the_user_typed_it() {
        let shown = |text| as_typed(&value::parse(text, ValType::I32).expect("it is a number"), text);
        assert_eq!(
            ["7", "-1", "4294967295", " 4_294_967_295 ", "0xffffffff"].map(shown),
            ["7", "-1", "4294967295", "4294967295", "-1"]
        );
    }
}
