//! Counts lines, words and bytes, and tells the most frequent words.
//!
//! `wordcount [-o REPORT] [FILE...]` reads the files, or the standard input when none is named, prints a table, and
//! with `-o` writes the same report into a file.

mod count;
mod report;

use count::Count;
use std::fs;
use std::io::{self, Read};
use std::process::ExitCode;

fn main() -> ExitCode {
    match run(std::env::args().skip(1)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("wordcount: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run(mut arguments: impl Iterator<Item = String>) -> Result<(), String> {
    let mut output = None;
    let mut files = Vec::new();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "-o" => output = Some(arguments.next().ok_or("-o needs the name of a file")?),
            "-h" | "--help" => {
                println!("usage: wordcount [-o REPORT] [FILE...]");
                return Ok(());
            }
            _ => files.push(argument),
        }
    }
    let mut counts = Vec::new();
    for file in &files {
        let bytes = fs::read(file).map_err(|error| format!("{file}: {error}"))?;
        counts.push((file.clone(), Count::of(&bytes)));
    }
    if files.is_empty() {
        let mut bytes = Vec::new();
        io::stdin().read_to_end(&mut bytes).map_err(|error| format!("standard input: {error}"))?;
        counts.push(("-".to_string(), Count::of(&bytes)));
    }
    let text = report::render(&counts);
    print!("{text}");
    if let Some(path) = output {
        fs::write(&path, text).map_err(|error| format!("{path}: {error}"))?;
        println!("report written to {path}");
    }
    Ok(())
}
