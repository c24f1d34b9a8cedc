//! The hooks that Trunk calls around a build, see `Trunk.toml`.

mod licences;
mod own_lines;
mod parts;
mod post_build;
mod pre_build;

use anyhow::{Result, bail};

/// Runs the hook that `arguments` name.
pub fn run(arguments: &[String]) -> Result<()> {
    match arguments.first().map(String::as_str) {
        Some("pre-build") => pre_build::pre_build(),
        Some("post-build") => post_build::post_build(),
        _ => bail!("hooks are `pre-build` and `post-build`; Trunk calls them"),
    }
}

/// Whether Trunk builds with `--release`.
fn is_release() -> bool {
    std::env::var("TRUNK_PROFILE").is_ok_and(|profile| profile == "release")
}
