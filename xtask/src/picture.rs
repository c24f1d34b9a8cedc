//! `cargo xtask picture`: takes the README's picture of the page.

use crate::step::{cargo, run};
use crate::{build, tools};
use anyhow::Result;

pub fn picture() -> Result<()> {
    tools::for_build()?;
    tools::browser()?;
    build::release(&[])?;
    run(&mut cargo(&["run", "--quiet", "--locked", "--package", "e2e", "--bin", "picture"]), "see the messages above")
}
