//! What each kind of case is asked, and its comparison with the snapshot beside it.

mod check;
mod debug;
mod directives;
mod run;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};
use wasmoscope::protocol::Source;

/// What is seen of a program.
type Transcript = fn(&Source) -> String;

/// The folders under `tests/cases`, and what is asked of the programs in them.
const KINDS: [(&str, Transcript); 5] = [
    ("compile", check::problems),
    ("detect", check::detection),
    ("run", run::transcript),
    ("wasi", run::transcript),
    ("debug", debug::transcript),
];

pub fn main() -> ExitCode {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut trials = vec![trial("readme".to_owned(), cases.clone(), cases.join("readme.wat"), run::transcript)];
    for (kind, transcript) in KINDS {
        let folder = cases.join(kind);
        // Snapshots stand beside the programs, and so do those that wait to be read (`.snap.new`).
        let is_snapshot = |path: &PathBuf| matches!(extension(path), "snap" | "new");
        let programs = files(&folder).into_iter().filter(|path| !is_snapshot(path));
        trials.extend(programs.map(|path| trial(format!("{kind}::{}", stem(&path)), folder.clone(), path, transcript)));
    }
    // Everything the page offers works, and goes on working.
    let examples = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("static/examples"));
    let examples = examples.into_iter().filter(|path| extension(path) == "wat");
    let folder = cases.join("examples");
    trials.extend(
        examples.map(|path| trial(format!("examples::{}", stem(&path)), folder.clone(), path, run::transcript)),
    );
    for kind in KINDS.map(|(kind, _)| kind).into_iter().chain(["examples"]) {
        let begins = format!("{kind}::");
        assert!(trials.iter().any(|trial| trial.name().starts_with(&begins)), "there is no case of {kind}");
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn trial(name: String, snapshots: PathBuf, path: PathBuf, transcript: Transcript) -> Trial {
    Trial::test(name, move || {
        let source = Source {
            name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            bytes: std::fs::read(&path)?,
        };
        let told = transcript(&source);
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(&snapshots);
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(stem(&path), told));
        Ok(())
    })
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> =
        entries.map(|entry| entry.expect("an entry can be read").path()).filter(|path| path.is_file()).collect();
    files.sort();
    files
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn extension(path: &Path) -> &str {
    path.extension().and_then(|extension| extension.to_str()).unwrap_or_default()
}
