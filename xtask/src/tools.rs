//! Installs what is missing, and names what it cannot install.

use crate::project;
use crate::step::{Heartbeat, cargo, command, heading, output, run};
use anyhow::{Context, Result, bail};
use std::fs;

const TRUNK: &str = "0.22.1";
const WASM_PACK: &str = "0.15.1";
const GECKODRIVER: &str = "0.37.1";

/// What building the page takes.
pub fn for_build() -> Result<()> {
    toolchain()?;
    // wasm-bindgen's published lock file lags behind its own releases, so it is resolved afresh.
    cargo_tool("wasm-bindgen-cli", "wasm-bindgen", &project::locked_version("wasm-bindgen")?, false)?;
    cargo_tool("trunk", "trunk", TRUNK, true)?;
    node_packages()
}

/// What testing in a browser takes on top of [`for_build`].
pub fn for_browser_tests() -> Result<()> {
    cargo_tool("wasm-pack", "wasm-pack", WASM_PACK, true)?;
    browser()?;
    firefox()
}

/// The toolchain of rust-toolchain.toml with its components and targets.
/// rustup does this by itself, unless it was told not to (`RUSTUP_AUTO_INSTALL=0`).
pub fn toolchain() -> Result<()> {
    let wanted = ["wasm32-unknown-unknown", "wasm32-wasip1"];
    if output(&mut command("rustup", &["--version"])).is_none() {
        // A toolchain from elsewhere is fine when it brings the targets.
        let sysroot = output(&mut command("rustc", &["--print", "sysroot"])).context("there is no rustc on PATH")?;
        let targets = std::path::Path::new(&sysroot).join("lib/rustlib");
        if wanted.iter().all(|target| targets.join(target).exists()) {
            return Ok(());
        }
        bail!("this Rust has no WebAssembly targets; install rustup from https://rustup.rs");
    }
    let installed = output(&mut command("rustup", &["target", "list", "--installed"])).unwrap_or_default();
    let components = output(&mut command("rustup", &["component", "list", "--installed"])).unwrap_or_default();
    let has = |list: &str, name: &str| list.lines().any(|line| line.starts_with(name));
    if wanted.iter().all(|name| has(&installed, name)) && ["rustfmt", "clippy"].iter().all(|n| has(&components, n)) {
        return Ok(());
    }
    let toolchain = project::toolchain()?;
    heading(&format!("Installing Rust {toolchain} as rust-toolchain.toml says"));
    let mut install = command("rustup", &["toolchain", "install", &toolchain, "--profile", "minimal"]);
    install.args(["--component", "rustfmt", "--component", "clippy"]);
    install.args(wanted.iter().flat_map(|target| ["--target", target]));
    run(&mut install, "check the network and run it again")
}

/// A program of the exact version, built by `cargo install` into cargo's own folder unless it is there.
fn cargo_tool(package: &str, program: &str, version: &str, locked: bool) -> Result<()> {
    if let Some(found) = output(&mut command(program, &["--version"]))
        && found.split_whitespace().any(|word| word == version)
    {
        return Ok(());
    }
    heading(&format!("Installing {package} {version} (once; some minutes)"));
    let _heartbeat = Heartbeat::start(&format!("cargo install {package}"));
    let mut install = cargo(&["install", package, "--version", version]);
    if locked {
        install.arg("--locked");
    }
    // Its own target folder is left to cargo; the project's must not be rebuilt for it.
    install.env_remove("CARGO_TARGET_DIR").arg("--force");
    run(&mut install, "a C compiler and the network are needed: on Debian `apt-get install build-essential`")
}

/// The npm packages of package-lock.json, unless they are there.
pub fn node_packages() -> Result<()> {
    let installed = project::root().join("node_modules/.package-lock.json");
    let lock = project::root().join("package-lock.json");
    let modified = |path: &std::path::Path| fs::metadata(path).and_then(|data| data.modified());
    if let (Ok(installed), Ok(lock)) = (modified(&installed), modified(&lock))
        && installed >= lock
    {
        return Ok(());
    }
    if output(&mut command(npm(), &["--version"])).is_none() {
        bail!("npm is missing; install Node.js 18 or later (on Debian `apt-get install nodejs npm`)");
    }
    heading("Installing the npm packages of package-lock.json");
    run(&mut command(npm(), &["ci"]), "check the network and run it again")
}

fn npm() -> &'static str {
    if cfg!(windows) { "npm.cmd" } else { "npm" }
}

/// Chromium and its driver, on PATH.
pub fn browser() -> Result<()> {
    let driver = output(&mut command("chromedriver", &["--version"])).is_some();
    if driver && find_browser().is_some() {
        return Ok(());
    }
    if is_debian() && is_root() {
        heading("Installing Chromium and its driver");
        return apt_install(&["chromium", "chromium-driver"]);
    }
    let what = if is_debian() {
        "run `sudo apt-get install chromium chromium-driver`"
    } else if cfg!(target_os = "macos") {
        "run `brew install --cask chromium chromedriver`"
    } else {
        "install Chromium or Chrome and the chromedriver of the same version, both on PATH"
    };
    bail!(
        "the browser tests need Chromium and chromedriver; {what}, then run this again (or `cargo xtask test --quick`)"
    )
}

/// Firefox and its driver, on PATH.
fn firefox() -> Result<()> {
    let is_there =
        || ["firefox", "firefox-esr"].iter().any(|name| output(&mut command(name, &["--version"])).is_some());
    if !is_there() {
        if is_debian() && is_root() {
            heading("Installing Firefox");
            apt_install(&["firefox-esr"])?;
        } else {
            let what = if is_debian() {
                "run `sudo apt-get install firefox-esr`"
            } else if cfg!(target_os = "macos") {
                "run `brew install --cask firefox`"
            } else {
                "install Firefox, on PATH"
            };
            bail!("the browser tests need Firefox; {what}, then run this again (or `cargo xtask test --quick`)")
        }
    }
    cargo_tool("geckodriver", "geckodriver", GECKODRIVER, true)
}

/// Installs packages of Debian, as root.
fn apt_install(packages: &[&str]) -> Result<()> {
    let mut update = command("apt-get", &["update", "--quiet"]);
    run(&mut update, "check the network and run it again")?;
    let mut install = command("apt-get", &["install", "--yes", "--quiet", "--no-install-recommends"]);
    install.args(packages).env("DEBIAN_FRONTEND", "noninteractive");
    run(&mut install, &format!("install {} yourself and run it again", packages.join(" and ")))
}

/// The browser's version line, such as `Chromium 156.0.0.0`.
pub fn find_browser() -> Option<String> {
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
        .iter()
        .find_map(|name| output(&mut command(name, &["--version"])))
}

fn is_debian() -> bool {
    std::path::Path::new("/etc/debian_version").exists()
}

fn is_root() -> bool {
    output(&mut command("id", &["-u"])).is_some_and(|id| id == "0")
}
