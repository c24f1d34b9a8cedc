//! Asks for a name and greets it, until an empty line or the end of the input.

use std::io::{self, BufRead, Write};

fn main() -> io::Result<()> {
    let mut names = io::stdin().lock().lines();
    let mut out = io::stdout();
    let mut greeted = 0;
    loop {
        // The prompt has no newline, so it has to be flushed to be seen.
        write!(out, "What is your name? ")?;
        out.flush()?;
        let Some(name) = names.next().transpose()? else {
            writeln!(out)?;
            break;
        };
        let name = name.trim();
        if name.is_empty() {
            break;
        }
        writeln!(out, "Hello, {name}!")?;
        greeted += 1;
    }
    match greeted {
        0 => writeln!(out, "Nobody there? Goodbye."),
        1 => writeln!(out, "Goodbye."),
        people => writeln!(out, "Goodbye, all {people} of you."),
    }
}
