//! Scripts of the specification (`.wast`): modules, calls, and assertions.
//!
//! The `wast` crate parses a script; [`run`] executes its directives on an [`Interpreter`] and returns a [`Report`].
//! [`Plain`] runs modules on wasmi unchanged, [`InstrumentedCopies`] runs the debugger's copies of them, linked with each
//! other, and the command line chooses between them. [`Copies`] runs copies that stand alone on any engine.

mod copies;
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

pub use copies::Copies;
pub use instrumented::InstrumentedCopies;
pub use interpreter::{Failure, InstanceId, Interpreter};
pub use plain::Plain;
pub use report::{Failing, NotRun, Report, Unreadable};
pub use value::Value;

/// Runs a script.
///
/// # Errors
///
/// If the text is not a script; nothing is run then.
pub fn run(text: &str, interpreter: &mut dyn Interpreter) -> Result<Report, Unreadable> {
    let unreadable = |error: wast::Error| Unreadable::at(text, error.span().offset(), error.message());
    let mut lexer = wast::lexer::Lexer::new(text);
    // The specification's own scripts test names that look alike.
    lexer.allow_confusing_unicode(true);
    let buffer = wast::parser::ParseBuffer::new_with_lexer(lexer).map_err(unreadable)?;
    let script = wast::parser::parse::<wast::Wast>(&buffer).map_err(unreadable)?;
    Ok(runner::Runner::new(text, interpreter).run(script.directives))
}
