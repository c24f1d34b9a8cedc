//! The examples that come with the page.

use serde::Deserialize;

use crate::protocol::{FileContents, FileImage};
use crate::ui::state::project::Program;
use crate::ui::state::project_file::{ProjectFile, is_inside};

/// A line of `examples/index.json`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Example {
    pub id: String,
    pub title: String,
    pub description: String,
    /// The program, beside the index.
    pub file: String,
    #[serde(default)]
    pub arguments: Vec<String>,
    #[serde(default)]
    pub environment: Vec<(String, String)>,
    #[serde(default)]
    pub files: Vec<ExampleFile>,
    /// What to type, for an example that asks.
    #[serde(default)]
    pub stdin: Option<String>,
}

/// A file that an example reads.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ExampleFile {
    pub path: String,
    pub text: String,
}

impl Example {
    /// The example as a project. Errors say what is wrong with the program.
    pub fn project(&self, program: &[u8]) -> Result<ProjectFile, String> {
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
            kept: false,
            debugging: Default::default(),
            files: files
                .map(|file| FileImage {
                    path: file.path.clone(),
                    contents: FileContents::File { bytes: file.text.clone().into_bytes() },
                })
                .collect(),
        })
    }

    /// What the person is told when it has been opened.
    pub fn welcome(&self) -> String {
        let hint = self.stdin.as_ref().map(|hint| format!(" {hint}.")).unwrap_or_default();
        format!("{}: {}.{hint}", self.title, self.description)
    }
}

/// An argument as it is typed so that it stays one.
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
            let project = example.project(b"(module)").expect("text is text");
            assert_eq!(project.files.len(), example.files.len(), "{}", example.id);
            assert_eq!(arguments::split(&project.arguments), example.arguments, "{}", example.id);
        }
    }

    #[test]
    fn arguments_stay_apart() {
        let mut example = index().remove(0);
        example.arguments = ["a", "", "b c", "it's", "\"q\"", "back\\slash"].map(str::to_owned).to_vec();
        let project = example.project(b"").expect("text is text");
        assert_eq!(arguments::split(&project.arguments), example.arguments);
    }

    #[test]
    fn a_module_is_told_from_text() {
        let example = index().remove(0);
        assert!(example.project(b"\0asm").is_ok_and(|project| project.program.text().is_none()));
        assert!(example.project(b"\xff").is_err());
    }
}
