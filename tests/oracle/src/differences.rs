//! The table of differences, and comparing with it.

use crate::tree::{Node, Tree};
use crate::{Ended, Run, here, there};
use std::collections::BTreeSet;

const TABLE: &str = include_str!("../DIFFERENCES.md");

/// A difference that was found, or a line of the table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// The run's name.
    pub run: String,
    /// The beginning of a line of output, a path in the tree, or `exit code`. In the table, a `*` at its end stands
    /// for anything.
    pub what: String,
    pub here: String,
    /// In the table, a lone `*` stands for anything: it depends on the machine, and need not be a difference there.
    pub there: String,
}

impl Difference {
    /// Whether this line of the table is about that difference.
    fn covers(&self, found: &Self) -> bool {
        let what = match self.what.strip_suffix('*') {
            Some(prefix) => found.what.starts_with(prefix),
            None => self.what == found.what,
        };
        let same = |listed: &str, found: &str| listed == "*" || listed == found;
        self.run == found.run && what && same(&self.here, &found.here) && same(&self.there, &found.there)
    }
}

/// The lines of the table.
pub fn table() -> Vec<Difference> {
    let rows = TABLE.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    rows.skip(1)
        .map(|row| {
            let cells: Vec<&str> = row.split(" | ").map(str::trim).collect();
            let [run, what, here, there, why] = cells[..] else { panic!("five cells, and no `|` in any: {row}") };
            assert!(!why.is_empty(), "a reason is missing: {row}");
            let answer = |cell: &str| if cell == "\"\"" { String::new() } else { cell.to_owned() };
            Difference { run: run.into(), what: what.into(), here: answer(here), there: answer(there) }
        })
        .collect()
}

/// Runs a program on both sides; panics with what differs and is not in the table, and with what is in the table and
/// does not differ.
#[track_caller]
pub fn check(run: &Run) {
    let (here, there) = (here::run(run), there::run(run));
    assert!(!here.stdout.is_empty() || here.code != 0 || !here.tree.is_empty(), "{}: nothing to compare", run.name);
    let found = between(&run.name, &here, &there);
    let table: Vec<Difference> = table().into_iter().filter(|listed| listed.run == run.name).collect();
    let unlisted: Vec<String> =
        found.iter().filter(|found| !table.iter().any(|listed| listed.covers(found))).map(row).collect();
    let gone: Vec<String> = table
        .iter()
        .filter(|listed| listed.there != "*" && !found.iter().any(|found| listed.covers(found)))
        .map(row)
        .collect();
    assert!(unlisted.is_empty(), "mend these, or list them with a reason:\n{}", unlisted.join("\n"));
    assert!(gone.is_empty(), "these do not differ any more, take them out of the table:\n{}", gone.join("\n"));
}

fn row(difference: &Difference) -> String {
    let Difference { run, what, here, there } = difference;
    let cell = |answer: &str| if answer.is_empty() { "\"\"".to_owned() } else { answer.to_owned() };
    format!("| {run} | {what} | {} | {} |  |", cell(here), cell(there))
}

fn between(run: &str, here: &Ended, there: &Ended) -> BTreeSet<Difference> {
    let mut found = BTreeSet::new();
    let mut add = |what: &str, here: &str, there: &str| {
        if here != there {
            found.insert(Difference { run: run.into(), what: what.into(), here: here.into(), there: there.into() });
        }
    };
    lines(&here.stdout, &there.stdout, &mut add);
    lines(&here.stderr, &there.stderr, &mut add);
    trees(&here.tree, &there.tree, &mut add);
    let explained = !found.is_empty();
    // The suite's exit code follows from its lines.
    if !explained && here.code != there.code {
        add_code(&mut found, run, here.code, there.code);
    }
    found
}

fn add_code(found: &mut BTreeSet<Difference>, run: &str, here: i32, there: i32) {
    let (here, there) = (here.to_string(), there.to_string());
    found.insert(Difference { run: run.into(), what: "exit code".into(), here, there });
}

/// Compares line by line; of a line of the suite, `what -> answer`, the answers.
fn lines(here: &str, there: &str, add: &mut impl FnMut(&str, &str, &str)) {
    let (here, there): (Vec<&str>, Vec<&str>) = (here.lines().collect(), there.lines().collect());
    for index in 0..here.len().max(there.len()) {
        match (here.get(index).map(|line| answer(line)), there.get(index).map(|line| answer(line))) {
            // How many answers were as expected follows from the lines above.
            (Some((one, "")), Some((other, ""))) if one.ends_with("as expected") && other.ends_with("as expected") => {}
            (Some((what, one)), Some((other_what, other))) if what == other_what => add(what, one, other),
            (one, other) => {
                let whole = |line: Option<(&str, &str)>| {
                    line.map_or("no line".to_owned(), |(what, answer)| format!("{what} {answer}"))
                };
                add(&format!("line {}", index + 1), &whole(one), &whole(other));
            }
        }
    }
}

fn answer(line: &str) -> (&str, &str) {
    let Some((what, answer)) = line.split_once(" -> ") else { return (line, "") };
    (what, answer.split_once(" (expected ").map_or(answer, |(answer, _)| answer))
}

fn trees(here: &Tree, there: &Tree, add: &mut impl FnMut(&str, &str, &str)) {
    let paths: BTreeSet<&String> = here.keys().chain(there.keys()).collect();
    for path in paths {
        let (one, other) = (here.get(path), there.get(path));
        if one != other {
            let show = |node: Option<&Node>| node.map_or("nothing".to_owned(), Node::to_string);
            add(path, &show(one), &show(other));
        }
    }
}
