//! Checks that every dependency has a licence under which this project may distribute it.

use crate::project;
use crate::step::{cargo, output, run};
use anyhow::{Context, Result, bail};

/// Licences that require no more than attribution.
const ALLOWED: [&str; 13] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Checks the output of `cargo tree` for a workspace and every target; repeated lines end with `(*)`. `folder` is the
/// workspace's, relative to the project's root; empty for the project itself.
pub fn check(folder: &str) -> Result<()> {
    let arguments = ["tree", "--workspace", "--locked", "--edges", "all", "--target", "all", "--prefix", "none"];
    let mut tree = cargo(&arguments);
    tree.arg("--manifest-path").arg(project::root().join(folder).join("Cargo.toml"));
    let listed = output(tree.args(["--format", "{p}\t{l}"])).context("`cargo tree` failed")?;
    let mut refused: Vec<_> = listed
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .filter(|(_, licence)| !is_allowed(licence.trim_end_matches(" (*)")))
        .map(|(package, licence)| format!("{package}: {licence:?}"))
        .collect();
    refused.sort();
    refused.dedup();
    if !refused.is_empty() {
        bail!("not among the licences that are allowed: {}", refused.join(", "));
    }
    Ok(())
}

/// Runs the checks of `deny.toml` if cargo-deny is installed; otherwise says that they are skipped.
pub fn deny() -> Result<()> {
    if output(&mut cargo(&["deny", "--version"])).is_none() {
        eprintln!("    skipped, because cargo-deny is not installed: bans, sources and advisories");
        return Ok(());
    }
    run(&mut cargo(&["deny", "--offline", "check", "licenses", "bans", "sources"]), "see the messages above")?;
    if output(&mut cargo(&["deny", "fetch", "db"])).is_none() {
        eprintln!("    skipped, because the advisory database cannot be fetched: advisories");
        return Ok(());
    }
    run(&mut cargo(&["deny", "check", "advisories"]), "see the messages above")
}

/// Whether an SPDX expression can be satisfied with allowed licences; `AND` binds tighter than `OR`.
fn is_allowed(expression: &str) -> bool {
    // The old form `MIT/Apache-2.0` means a choice.
    let expression = expression.replace('/', " OR ");
    split_outside_parentheses(&expression, " OR ").iter().any(|choice| {
        split_outside_parentheses(choice, " AND ").iter().all(|part| {
            let part = part.trim();
            match part.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
                Some(inner) => is_allowed(inner),
                None => ALLOWED.contains(&part),
            }
        })
    })
}

fn split_outside_parentheses(text: &str, separator: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut depth = 0_i32;
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        if depth == 0 && rest.starts_with(separator) {
            parts.push(String::new());
            rest = &rest[separator.len()..];
            continue;
        }
        depth += i32::from(letter == '(') - i32::from(letter == ')');
        if let Some(last) = parts.last_mut() {
            last.push(letter);
        }
        rest = &rest[letter.len_utf8()..];
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::{ALLOWED, is_allowed};

    #[test]
    fn a_choice_is_allowed_when_one_of_it_is() {
        assert!(is_allowed("MIT OR Apache-2.0"));
        assert!(is_allowed("MIT/Apache-2.0"));
        assert!(is_allowed("GPL-3.0 OR MIT"));
        assert!(is_allowed("(MIT OR Apache-2.0) AND Unicode-3.0"));
        assert!(is_allowed("Apache-2.0 WITH LLVM-exception OR Apache-2.0 OR MIT"));
    }

    #[test]
    fn a_missing_workspace_member_is_reported() {
        assert!(super::check("tests/guests").is_ok());
        let nowhere = super::check("tests/nowhere").expect_err("there is no such workspace");
        assert!(format!("{nowhere:#}").contains("cargo tree"), "{nowhere:#}");
    }

    #[test]
    fn cargo_deny_has_the_same_list() {
        let file = std::fs::read_to_string(crate::project::root().join("deny.toml")).expect("deny.toml is there");
        let list = file.split("allow = [").nth(1).and_then(|rest| rest.split(']').next()).unwrap_or_default();
        let names: Vec<_> =
            list.split(',').map(|name| name.trim().trim_matches('"')).filter(|n| !n.is_empty()).collect();
        assert_eq!(names, ALLOWED);
    }

    #[test]
    fn what_must_be_kept_whole_is_allowed_only_whole() {
        assert!(!is_allowed("GPL-3.0"));
        assert!(!is_allowed("MIT AND GPL-3.0"));
        assert!(!is_allowed("(MIT OR Apache-2.0) AND GPL-3.0"));
        assert!(!is_allowed(""));
    }
}
