//! Scripts of the specification (`.wast`): modules, what is called of them, and what is asserted.
//!
//! The `wast` crate reads a script; [`run`] goes through its directives over an [`Interpreter`] and gives a [`Report`].
//! What an interpreter is asked, and in which words it answers, is in [`Interpreter`]; [`Plain`] is a module on wasmi as
//! it is, [`InstrumentedCopies`] the debugger's copy of it, and the command line chooses between them.

mod expect;
mod instrumented;
mod interpreter;
mod module;
mod plain;
mod report;
mod runner;
mod spectest;
mod stop;
mod value;

pub use instrumented::InstrumentedCopies;
pub use interpreter::{Failure, InstanceId, Interpreter};
pub use plain::Plain;
pub use report::{Failing, NotRun, Report, Unreadable};
pub use value::Value;

/// Runs a script.
///
/// # Errors
///
/// Where the text is no script; then none of it was run.
pub fn run(text: &str, interpreter: &mut dyn Interpreter) -> Result<Report, Unreadable> {
    let unreadable = |error: wast::Error| Unreadable::at(text, error.span().offset(), error.message());
    let mut lexer = wast::lexer::Lexer::new(text);
    // The specification's own scripts test names that look like other names.
    lexer.allow_confusing_unicode(true);
    let buffer = wast::parser::ParseBuffer::new_with_lexer(lexer).map_err(unreadable)?;
    let script = wast::parser::parse::<wast::Wast>(&buffer).map_err(unreadable)?;
    Ok(runner::Runner::new(text, interpreter).run(script.directives))
}
