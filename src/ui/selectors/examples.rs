//! The examples that come with the page.

use serde::Deserialize;

use crate::protocol::{FileContents, FileImage};
use crate::ui::state::debug_notes::DebugNotes;
use crate::ui::state::project::Program;
use crate::ui::state::project_file::{ProjectFile, is_inside};
use crate::ui::state::sources::SourceText;

/// An entry in `examples/index.json`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Example {
    pub id: String,
    /// The heading it is listed under.
    pub group: String,
    pub title: String,
    pub description: String,
    /// The program, next to the index.
    pub file: String,
    #[serde(default)]
    pub arguments: Vec<String>,
    #[serde(default)]
    pub environment: Vec<(String, String)>,
    #[serde(default)]
    pub files: Vec<ExampleFile>,
    /// What to type, for an example that reads standard input.
    #[serde(default)]
    pub stdin: Option<String>,
    /// The source files of a Rust program, next to the index.
    #[serde(default)]
    pub sources: Vec<String>,
}

/// The prefix of source paths in an example's debug information, as set by `xtask/src/hooks/pre_build.rs`.
const COMPILED_IN: &str = "/guests";

/// A file that an example reads.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ExampleFile {
    pub path: String,
    pub text: String,
}

/// The examples with every word of `text` in their title, description or group, grouped in the order of the index.
pub fn search<'a>(examples: &'a [Example], text: &str) -> Vec<(&'a str, Vec<&'a Example>)> {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    let mut groups: Vec<(&str, Vec<&Example>)> = Vec::new();
    for example in examples {
        let searched = format!("{} {} {}", example.title, example.description, example.group).to_lowercase();
        if !words.iter().all(|word| searched.contains(word.as_str())) {
            continue;
        }
        match groups.iter_mut().find(|(group, _)| *group == example.group) {
            Some((_, found)) => found.push(example),
            None => groups.push((&example.group, vec![example])),
        }
    }
    groups
}

impl Example {
    /// The example as a project, with its sources in order; unavailable ones are left out. Errors describe what is
    /// wrong with the program.
    pub fn project(&self, program: &[u8], sources: &[Option<Vec<u8>>]) -> Result<ProjectFile, String> {
        let sources = self.sources.iter().zip(sources).filter_map(|(path, text)| {
            let text = std::str::from_utf8(text.as_deref()?).ok()?;
            Some(SourceText { path: format!("{COMPILED_IN}/{path}").into(), text: text.into() })
        });
        let program = if program.starts_with(b"\0asm") {
            Program::Binary { file_name: self.file.as_str().into(), bytes: program.into() }
        } else {
            Program::Text(std::str::from_utf8(program).map_err(|error| error.to_string())?.into())
        };
        let files = self.files.iter().filter(|file| is_inside(&file.path));
        Ok(ProjectFile {
            name: self.title.clone(),
            program,
            arguments: self.arguments.iter().map(|argument| quote(argument)).collect::<Vec<_>>().join(" "),
            environment: self.environment.iter().map(|(name, value)| format!("{name}={value}\n")).collect(),
            sources: sources.collect(),
            kept: false,
            debugging: DebugNotes::of_example(&self.id),
            files: files
                .map(|file| FileImage {
                    path: file.path.clone(),
                    contents: FileContents::File { bytes: file.text.clone().into_bytes() },
                })
                .collect(),
        })
    }

    /// The notice shown after it has been opened.
    pub fn welcome(&self) -> String {
        let hint = self.stdin.as_ref().map(|hint| format!(" {hint}.")).unwrap_or_default();
        format!("{}: {}.{hint}", self.title, self.description)
    }
}

/// Quotes an argument so that it stays a single one.
fn quote(argument: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./=:,+@%".contains(c);
    if !argument.is_empty() && argument.chars().all(is_plain) {
        argument.to_owned()
    } else {
        format!("'{}'", argument.replace('\'', r#"'"'"'"#))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::selectors::arguments;

    fn index() -> Vec<Example> {
        serde_json::from_str(include_str!("../../../static/examples/index.json")).expect("the index is JSON")
    }

    #[test]
    fn the_index_can_be_read() {
        let examples = index();
        assert!(examples.len() >= 10, "{}", examples.len());
        for example in &examples {
            let project = example.project(b"(module)", &[]).expect("text is text");
            assert_eq!(project.files.len(), example.files.len(), "{}", example.id);
            assert_eq!(arguments::split(&project.arguments), example.arguments, "{}", example.id);
        }
    }

    #[test]
    fn a_search_finds_every_word_and_keeps_the_groups() {
        let examples = index();
        let titles = |text: &str| -> Vec<String> {
            let groups = search(&examples, text);
            groups.iter().flat_map(|(_, found)| found.iter().map(|example| example.title.clone())).collect()
        };
        assert_eq!(titles("").len(), examples.len());
        assert_eq!(titles("LOOP"), ["Loops", "An infinite loop"]);
        assert_eq!(titles("rust file"), ["Rust: word counter"]);
        assert_eq!(titles("wasi name"), Vec::<String>::new());
        let all = search(&examples, "");
        assert_eq!(all[0].0, "First steps");
        let mut names: Vec<&str> = all.iter().map(|(group, _)| *group).collect();
        names.dedup();
        assert_eq!(names.len(), all.len(), "each group is listed once");
    }

    #[test]
    fn arguments_stay_apart() {
        let mut example = index().remove(0);
        example.arguments = ["a", "", "b c", "it's", "\"q\"", "back\\slash"].map(str::to_owned).to_vec();
        let project = example.project(b"", &[]).expect("text is text");
        assert_eq!(arguments::split(&project.arguments), example.arguments);
    }

    #[test]
    fn a_module_is_distinguished_from_text() {
        let example = index().remove(0);
        assert!(example.project(b"\0asm", &[]).is_ok_and(|project| project.program.text().is_none()));
        assert!(example.project(b"\xff", &[]).is_err());
    }

    /// Checks every source file of the Rust examples, so that none is forgotten when one is added.
    #[test]
    fn rust_examples_bring_their_sources() {
        for example in index().into_iter().filter(|example| example.id.starts_with("rust-")) {
            let name = example.file.trim_end_matches(".wasm");
            let folder = format!("{}/tests/guests/{name}/src", env!("CARGO_MANIFEST_DIR"));
            let mut there: Vec<String> = std::fs::read_dir(folder)
                .expect("the guest has sources")
                .map(|file| format!("{name}/src/{}", file.expect("it can be listed").file_name().to_string_lossy()))
                .collect();
            there.sort_unstable();
            assert_eq!(example.sources, there, "{}", example.id);
            let texts: Vec<_> = example.sources.iter().map(|_| Some(b"fn main() {}".to_vec())).collect();
            let project = example.project(b"\0asm", &texts).expect("it is a module");
            assert!(project.sources.iter().all(|source| source.path.starts_with("/guests/")));
            assert_eq!(project.sources.len(), there.len());
        }
    }
}
