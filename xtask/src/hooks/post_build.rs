//! Runs after Trunk's build: prepares the files in the staging folder for a static host.
//!
//! In a release build, the page's wasm is shrunk by `wasm-opt`, both programs are split into a first part and the rest,
//! and every file is named by its contents, so that a host may let browsers cache them forever: index.html always names
//! files that were built together.

use super::{is_release, licences, parts};
use crate::project;
use crate::step::{command, run};
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};

pub fn post_build() -> Result<()> {
    let staging = PathBuf::from(std::env::var_os("TRUNK_STAGING_DIR").context("Trunk sets TRUNK_STAGING_DIR")?);
    let index = staging.join("index.html");
    let mut html = fs::read_to_string(&index).context("Trunk wrote no index.html")?;
    html = without_trunk_links(&html);
    if let Some((page, script)) = external_reload(&html) {
        fs::write(staging.join("live-reload.js"), script)?;
        html = page;
    }
    if is_release() {
        optimise_for_size(&staging.join("app_bg.wasm"))?;
        // `wasm-opt` does not pay for the interpreter: it takes minutes for the one huge function, and rustc's code is
        // as fast.
        parts::split(&staging, "app", parts::APP_SECONDARY)?;
        parts::split(&staging, "worker", parts::WORKER_SECONDARY)?;
        parts::put_before(&staging.join("boot.js"), &["gate.js"])?;
        parts::put_before(&staging.join("worker_loader.js"), &[])?;
    } else {
        html = html.replace("\"./app_rest.wasm\"", "\"\"");
        let loader = staging.join("worker_loader.js");
        let whole = fs::read_to_string(&loader)?.replace("\"./worker_rest.wasm\"", "\"\"");
        fs::write(&loader, whole)?;
    }
    let mut names = Names { staging: &staging, html };
    // A file that is named by another one has to be settled before it.
    let mut loader =
        fs::read_to_string(staging.join("worker_loader.js")).context("Trunk copied no worker_loader.js")?;
    for name in ["worker_rest.wasm", "worker_bg.wasm", "worker.js"] {
        if is_release() || name != "worker_rest.wasm" {
            let settled = names.settle(name)?;
            loader = loader.replace(&format!("\"./{name}\""), &format!("\"./{settled}\""));
        }
    }
    fs::write(staging.join("worker_loader.js"), loader)?;
    if is_release() {
        names.settle("app_rest.wasm")?;
    }
    for name in ["worker_loader.js", "app_bg.wasm", "app.js", "editor.js", "main.css", "boot.js", "icon.svg"] {
        names.settle(name)?;
    }
    // Has a fixed name: only the help links to it, and it is not cached for long.
    fs::write(staging.join("licences.html"), licences::page()?)?;
    let size = app_size(&names.html, &staging)?;
    let html = names.html.replace("data-app-wasm-size=\"0\"", &format!("data-app-wasm-size=\"{size}\""));
    fs::write(&index, html).context("could not write index.html")
}

struct Names<'a> {
    staging: &'a Path,
    html: String,
}

impl Names<'_> {
    /// Gives a file its final name, in the folder and in index.html.
    fn settle(&mut self, name: &str) -> Result<String> {
        if !is_release() {
            return Ok(name.to_string());
        }
        let path = self.staging.join(name);
        let bytes = fs::read(&path).with_context(|| format!("the build made no {name}"))?;
        let (stem, extension) = name.rsplit_once('.').context("every file has an extension")?;
        let hashed = format!("{stem}-{:016x}.{extension}", fnv1a(&bytes));
        fs::rename(&path, self.staging.join(&hashed))?;
        self.html = self.html.replace(&format!("\"./{name}\""), &format!("\"./{hashed}\""));
        Ok(hashed)
    }
}

/// Removes Trunk's link to the page's program, which it leaves in place when it injects no script.
fn without_trunk_links(html: &str) -> String {
    let mut rest = html;
    let mut kept = String::with_capacity(html.len());
    while let Some((before, from_link)) = rest.split_once("<link data-trunk") {
        kept.push_str(before.trim_end());
        rest = from_link.split_once('>').map_or("", |(_, after)| after);
    }
    kept + rest
}

/// The hosts that the page's policy allows it to connect to, and those needed under `trunk serve`: in some browsers,
/// `'self'` does not include a WebSocket of the same host.
const CONNECTS: [&str; 2] = ["connect-src 'self'", "connect-src 'self' ws://127.0.0.1:* ws://localhost:*"];

/// Moves the script that `trunk serve` injects out of the page into a file, because the page's policy allows no inline
/// script. Returns the page without it, and the script; `None` if there is none.
fn external_reload(html: &str) -> Option<(String, String)> {
    let (before, from_script) = html.split_once("<script>")?;
    let (script, after) = from_script.split_once("</script>")?;
    let before = before.replace(CONNECTS[0], CONNECTS[1]);
    let html = format!("{before}<script defer src=\"./live-reload.js\"></script>{after}");
    Some((html, reload_script(script)))
}

/// Trunk fills in its server's address when it sends HTML; in a separate file, this is done here.
fn reload_script(script: &str) -> String {
    script
        .replace("'{{__TRUNK_ADDRESS__}}'", "window.location.host")
        .replace("`{{__TRUNK_ADDRESS__}}`", "window.location.host")
        .replace("{{__TRUNK_WS_BASE__}}", "/")
}

/// The features that Rust's wasm32-unknown-unknown uses and every current browser supports. Not `--all-features`, which
/// makes wasm-opt write encodings that browsers do not read yet.
const FEATURES: [&str; 7] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--enable-simd",
];

fn optimise_for_size(wasm: &Path) -> Result<()> {
    let mut optimise = command(project::npm_program("wasm-opt"), &FEATURES);
    // Keeps the function names, which decide what goes where.
    optimise.args(["-Oz", "--debuginfo"]).arg(wasm).arg("-o").arg(wasm);
    run(&mut optimise, "see the messages above")
}

fn app_size(html: &str, staging: &Path) -> Result<u64> {
    let name = html
        .split_once("data-app-wasm=\"./")
        .and_then(|(_, rest)| rest.split_once('"'))
        .map(|(name, _)| name)
        .context("index.html names no data-app-wasm")?;
    Ok(fs::metadata(staging.join(name)).with_context(|| format!("there is no {name}"))?.len())
}

/// FNV-1a, 64 bits: short and the same everywhere; it does not have to be secure.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trunk_links_are_taken_out_and_nothing_else() {
        let html = "<head>\n  <link rel=\"icon\">\n  <link data-trunk rel=\"rust\"\n data-bin=\"app\" />\n</head>";
        assert_eq!(without_trunk_links(html), "<head>\n  <link rel=\"icon\">\n</head>");
    }

    #[test]
    fn the_reload_script_is_a_file_that_knows_its_server() {
        let html = "<meta content=\"connect-src 'self'; worker-src 'self'\"><body><script>const address = '{{__TRUNK_ADDRESS__}}'; const base = '{{__TRUNK_WS_BASE__}}';</script></body>";
        let (page, script) = external_reload(html).expect("there is a script");
        assert_eq!(
            page,
            "<meta content=\"connect-src 'self' ws://127.0.0.1:* ws://localhost:*; worker-src 'self'\"><body><script defer src=\"./live-reload.js\"></script></body>"
        );
        assert_eq!(script, "const address = window.location.host; const base = '/';");
        assert_eq!(external_reload("<body></body>"), None);
    }

    #[test]
    fn the_hash_is_the_published_one() {
        assert_eq!(fnv1a(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(b"a"), 0xaf63_dc4c_8601_ec8c);
    }
}
