//! What a case asks for, in its opening comments.

use wasmoscope::protocol::{CallFilter, Entry, FileContents, FileImage, RunOptions};

/// See the module's documentation.
#[derive(Default)]
pub struct Directives {
    pub call: Option<Entry>,
    pub options: RunOptions,
    pub stdin: Option<String>,
    pub files: Vec<FileImage>,
    pub trace: Option<CallFilter>,
    /// Commands of the debugger.
    pub debug: Vec<String>,
}

pub fn directives(text: &str) -> Directives {
    let mut directives = Directives::default();
    for line in text.lines().map_while(|line| line.strip_prefix(";;")) {
        let Some((name, value)) = line.strip_prefix(" ").and_then(|line| line.split_once(": ")) else { continue };
        match name {
            "RUN" => {
                let mut words = split_quoted(value).into_iter();
                directives.call = words.next().map(|name| Entry::Export { name, arguments: words.collect() });
            }
            "ARGS" => directives.options.arguments = split_quoted(value),
            "ENV" => {
                let (name, value) = value.split_once('=').expect("ENV: NAME=VALUE");
                directives.options.environment.push((name.to_owned(), value.to_owned()));
            }
            "STDIN" => directives.stdin = Some(unescape(value)),
            "FILE" => {
                let (path, text) = value.split_once(" = ").expect("FILE: PATH = CONTENTS");
                let contents = FileContents::File { bytes: unescape(text).into_bytes() };
                directives.files.push(FileImage { path: path.to_owned(), contents });
            }
            "TRACE" => {
                directives.options.trace = true;
                directives.trace = Some(call_filter(value));
            }
            "DEBUG" => directives.debug.extend(value.split(';').map(|command| command.trim().to_owned())),
            "LIMIT" => {
                let (name, number) = value.split_once(' ').expect("LIMIT: NAME NUMBER");
                let number: u64 = number.parse().expect("a limit is a number");
                let limits = &mut directives.options.limits;
                match name {
                    "memory" => limits.memory = Some(number),
                    "table" => limits.table = Some(number),
                    "recursion" => limits.recursion = number.try_into().expect("a recursion limit has 32 bits"),
                    "output" => limits.output = Some(number),
                    "time" => limits.wall_time = Some(number),
                    other => panic!("there is no limit {other}"),
                }
            }
            _ => {}
        }
    }
    directives
}

/// `all`, or `calls NAMES`, `path TEXT`, `failures`, separated by `;`.
fn call_filter(text: &str) -> CallFilter {
    let mut filter = CallFilter::default();
    for condition in text.split(';').map(str::trim) {
        match condition.split_once(' ').unwrap_or((condition, "")) {
            ("all", "") => {}
            ("failures", "") => filter.failures = true,
            ("calls", names) => filter.functions = names.to_owned(),
            ("path", part) => filter.path = part.to_owned(),
            _ => panic!("TRACE: {condition}"),
        }
    }
    filter
}

/// Words, where `"a b"` is one.
fn split_quoted(text: &str) -> Vec<String> {
    text.split('"')
        .enumerate()
        .flat_map(|(index, part)| match index % 2 {
            1 => vec![part.to_owned()],
            _ => part.split_whitespace().map(str::to_owned).collect(),
        })
        .collect()
}

fn unescape(text: &str) -> String {
    text.replace("\\n", "\n")
}
