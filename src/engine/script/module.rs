//! Encodes and validates the modules of a script.

use wasmparser::{Parser, Payload};
use wast::{QuoteWat, QuoteWatTest, Wat};

use super::stop::{Stop, failed};
use crate::engine::validate::{self, Validity};

/// A module of the script in the binary format, valid.
pub(super) fn build(module: &mut QuoteWat<'_>) -> Result<Vec<u8>, Stop> {
    if matches!(module, QuoteWat::QuoteComponent(..) | QuoteWat::Wat(Wat::Component(_))) {
        return Err(Stop::NotRun(vec!["component-model"]));
    }
    let wasm = match module.encode() {
        Ok(wasm) => wasm,
        Err(error) => return failed(format!("the module does not compile: {}", error.message())),
    };
    match validate::validate(&wasm) {
        Validity::Valid(_) => Ok(wasm),
        Validity::NeedsProposals { proposals, .. } => Err(Stop::NotRun(proposals)),
        Validity::TooLarge(exceeded_limits) => {
            let why = exceeded_limits.first().map_or("", |exceeded_limit| exceeded_limit.message.as_str());
            failed(format!("the module cannot run here: {why}"))
        }
        Validity::Invalid(faults) => {
            let why = faults.first().map_or("", |fault| fault.message.as_str());
            failed(format!("the module is not valid: {why}"))
        }
    }
}

/// `assert_malformed` and `assert_invalid`: the parsers' errors do not say which of the two a module is.
pub(super) fn refused(module: &mut QuoteWat<'_>, message: &str) -> Result<(), Stop> {
    let wasm = match module.to_test() {
        Ok(QuoteWatTest::Binary(wasm)) => wasm,
        Ok(QuoteWatTest::Text(_)) => match module.encode() {
            Ok(wasm) => wasm,
            Err(_) => return Ok(()),
        },
        Err(_) => return Ok(()),
    };
    match validate::validate(&wasm) {
        // A module that only an unsupported proposal would allow is rejected as well.
        Validity::Invalid(_) | Validity::NeedsProposals { .. } => Ok(()),
        Validity::Valid(_) | Validity::TooLarge(_) => {
            failed(format!("expected \"{message}\", and the module is valid"))
        }
    }
}

/// The names of the modules that a module imports from.
pub(super) fn imported_modules(wasm: &[u8]) -> Vec<&str> {
    let mut modules = Vec::new();
    for payload in Parser::new(0).parse_all(wasm).map_while(Result::ok) {
        if let Payload::ImportSection(section) = payload {
            modules.extend(section.into_imports().map_while(Result::ok).map(|import| import.module));
        }
    }
    modules
}
