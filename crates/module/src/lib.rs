//! Reads, compiles, validates and describes WebAssembly modules, without running them.
//!
//! In reading order: [`source`] (what the user wrote, and positions in it), [`diagnostic`] (problems: place, message,
//! help), [`compile`](mod@compile) (text to binary, and where a binary's items are in the text), [`validate`](mod@validate)
//! (which proposals are supported, and [`interpreter_limits`]), [`inspect`](mod@inspect) (the kind and contents of a
//! source, and which imports are provided), [`prepare`](mod@prepare) and [`wasmi_workarounds`] (the module as wasmi gets
//! it), [`value`] (typed values as a user writes them), [`words`] and [`names`] (how names and numbers are shown).
//!
//! A bad program is data: a [`Problem`](diagnostic::Problem) for the user, not an error of the crate. Running a module
//! belongs to the users of this crate, positions in the source code that it was compiled from to
//! `wasmoscope-source-map`.

mod characters;
pub mod compile;
pub mod diagnostic;
pub mod inspect;
pub mod interpreter_limits;
pub mod names;
pub mod prepare;
pub mod source;
pub mod validate;
pub mod value;
pub mod wasmi_workarounds;
pub mod words;

#[doc = include_str!("../README.md")]
#[cfg(doctest)]
struct ReadmeExamples;
