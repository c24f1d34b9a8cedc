//! Counts what passed and what failed, across all runners.

use crate::step::{describe, heading};
use anyhow::Result;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Checks faster than this are left out of the list of times.
const SHORTEST: Duration = Duration::from_secs(5);

/// The counts so far.
#[derive(Debug)]
pub struct Tally {
    pub passed: u64,
    pub failed: u64,
    failures: Vec<String>,
    /// How long each check took.
    times: Vec<(String, Duration)>,
    last: Instant,
}

impl Default for Tally {
    fn default() -> Self {
        Self { passed: 0, failed: 0, failures: Vec::new(), times: Vec::new(), last: Instant::now() }
    }
}

impl Tally {
    /// Counts one check, and prints the reason if it failed.
    pub fn check(&mut self, name: &str, result: Result<()>) -> bool {
        self.time(name);
        match result {
            Ok(()) => {
                self.passed += 1;
                true
            }
            Err(error) => {
                eprintln!("error: {name}: {error:#}");
                self.fail(name);
                false
            }
        }
    }

    /// Runs a command that prints `test result:` lines, shows its output, and adds its counts. A runner that exits with
    /// an error without having counted a failure counts as one.
    pub fn run(&mut self, name: &str, mut command: Command) {
        let label = describe(&command);
        // Standard error is passed through; only standard output has the counts.
        let mut child = match command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn() {
            Ok(child) => child,
            Err(error) => {
                eprintln!("error: could not start `{label}`: {error}");
                return self.fail(name);
            }
        };
        let (mut passed, mut failed) = (0, 0);
        if let Some(output) = child.stdout.take() {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                println!("{line}");
                if let Some((more_passed, more_failed)) = counts(&line) {
                    passed += more_passed;
                    failed += more_failed;
                }
            }
        }
        let succeeded = child.wait().is_ok_and(|status| status.success());
        self.time(name);
        self.passed += passed;
        self.failed += failed;
        if failed > 0 {
            self.failures.push(format!("{name}: {failed} failed"));
        } else if !succeeded {
            eprintln!("error: `{label}` failed without naming a failed test");
            self.fail(name);
        } else if passed == 0 {
            eprintln!("error: `{label}` ran no test at all");
            self.fail(name);
        }
    }

    /// Records the time since the last check.
    fn time(&mut self, name: &str) {
        let now = Instant::now();
        self.times.push((name.to_owned(), now - self.last));
        self.last = now;
    }

    /// Lists how long the checks took, and repeats all failures.
    pub fn report(&self) {
        heading("Times");
        for (name, time) in self.times.iter().filter(|(_, time)| *time >= SHORTEST) {
            println!("{:>6} s  {name}", time.as_secs());
        }
        if self.failures.is_empty() {
            return;
        }
        heading("What failed");
        for failure in &self.failures {
            eprintln!("    {failure}");
        }
    }

    fn fail(&mut self, name: &str) {
        self.failed += 1;
        self.failures.push(name.to_string());
    }
}

/// Parses the counts of a line such as `test result: FAILED. 3 passed; 1 failed; 0 ignored`.
fn counts(line: &str) -> Option<(u64, u64)> {
    let (_, numbers) = line.split_once("test result: ")?.1.split_once(". ")?;
    let number = |word: &str| {
        let part = numbers.split(';').find(|part| part.trim().ends_with(word))?;
        part.split_whitespace().next()?.parse().ok()
    };
    Some((number("passed")?, number("failed")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn result_lines_are_read_and_others_are_not() {
        assert_eq!(
            counts("test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out"),
            Some((12, 0))
        );
        assert_eq!(
            counts("test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 filtered out; finished in 1s"),
            Some((3, 2))
        );
        assert_eq!(counts("test this_one ... ok"), None);
        assert_eq!(counts("running 3 tests"), None);
    }

    #[test]
    fn a_runner_that_breaks_off_has_failed() {
        let mut tally = Tally::default();
        tally.run("a runner", Command::new("false"));
        tally.run("another", Command::new("there-is-no-such-program"));
        assert_eq!((tally.passed, tally.failed), (0, 2));
    }

    #[test]
    fn a_runner_that_runs_nothing_has_failed() {
        let mut tally = Tally::default();
        tally.run("a runner", Command::new("true"));
        assert_eq!(tally.failed, 1);
    }
}
