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

/// An unsigned number of at most 32 bits (core specification, section 5.2.2), and its length in bytes.
fn leb128(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut value = 0_usize;
    for (index, byte) in bytes.iter().take(5).enumerate() {
        value |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((value, index + 1));
        }
    }
    None
}

/// Whether Trunk builds with `--release`.
fn is_release() -> bool {
    std::env::var("TRUNK_PROFILE").is_ok_and(|profile| profile == "release")
}
