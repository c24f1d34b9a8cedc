//! Installs missing tools, and names those that it cannot install.

use crate::project;
use crate::step::{Heartbeat, cargo, command, heading, output, run, run_quietly};
use anyhow::{Context, Result, bail};
use std::fs;

const TRUNK: &str = "0.22.1";
const WASM_PACK: &str = "0.15.1";
const GECKODRIVER: &str = "0.37.1";

/// Installs what is needed to build the page.
pub fn for_build() -> Result<()> {
    toolchain()?;
    let wasm_bindgen = Tool {
        package: "wasm-bindgen-cli",
        program: "wasm-bindgen",
        version: &project::locked_version("wasm-bindgen")?,
        // Its published lock file lags behind its own releases, so the dependencies are resolved again.
        arguments: &[],
        // It reads megabytes at each build.
        opt_level: "1",
        usually: "2 minutes",
    };
    let trunk = Tool {
        package: "trunk",
        program: "trunk",
        version: TRUNK,
        // Without its search for updates. It requires a choice of TLS implementation.
        arguments: &["--locked", "--no-default-features", "--features", "rustls"],
        opt_level: "0",
        usually: "4 minutes",
    };
    install(&[wasm_bindgen, trunk])?;
    node_packages()
}

/// Installs what is needed to test in a browser, in addition to [`for_build`].
pub fn for_browser_tests() -> Result<()> {
    let wasm_pack = Tool {
        package: "wasm-pack",
        program: "wasm-pack",
        version: WASM_PACK,
        arguments: &["--locked"],
        opt_level: "0",
        usually: "2 minutes",
    };
    let geckodriver = Tool {
        package: "geckodriver",
        program: "geckodriver",
        version: GECKODRIVER,
        arguments: &["--locked"],
        opt_level: "0",
        usually: "1 minute",
    };
    install(&[wasm_pack, geckodriver])?;
    browser()?;
    firefox()
}

/// Installs the toolchain of rust-toolchain.toml with its components and targets. rustup does this by itself, unless it
/// is configured not to (`RUSTUP_AUTO_INSTALL=0`).
pub fn toolchain() -> Result<()> {
    let wanted = ["wasm32-unknown-unknown", "wasm32-wasip1"];
    if output(&mut command("rustup", &["--version"])).is_none() {
        // A toolchain from elsewhere is fine if it has the targets.
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

/// A program from crates.io, in the exact version that the project needs.
struct Tool<'a> {
    package: &'a str,
    program: &'a str,
    version: &'a str,
    /// Further arguments of `cargo install`.
    arguments: &'a [&'a str],
    /// Cargo's optimisation level: compiling a tool takes longer than it ever runs.
    opt_level: &'a str,
    /// How long installing it from source takes on 2 cores.
    usually: &'a str,
}

impl Tool<'_> {
    fn is_installed(&self) -> bool {
        output(&mut command(self.program, &["--version"]))
            .is_some_and(|found| found.split_whitespace().any(|word| word == self.version))
    }

    /// Downloads the published program if `cargo binstall` is available, and compiles it otherwise.
    fn install(&self) -> Result<()> {
        let binstall = ["binstall", "--no-confirm", "--force", "--version", self.version, self.package];
        if output(&mut cargo(&["binstall", "-V"])).is_some() && output(&mut cargo(&binstall)).is_some() {
            return Ok(());
        }
        let mut install = cargo(&["install", self.package, "--version", self.version, "--force"]);
        // Uses Cargo's own target folder: the project's must not be rebuilt for it.
        install.args(self.arguments).env_remove("CARGO_TARGET_DIR");
        for (name, value) in
            [("LTO", "off"), ("CODEGEN_UNITS", "16"), ("DEBUG", "false"), ("OPT_LEVEL", self.opt_level)]
        {
            install.env(format!("CARGO_PROFILE_RELEASE_{name}"), value);
        }
        run_quietly(
            &mut install,
            "a C compiler and the network are needed: on Debian `apt-get install build-essential`",
        )
    }
}

/// Installs those that are missing, in parallel: near the end of each, one core would be idle.
fn install(tools: &[Tool]) -> Result<()> {
    let missing: Vec<&Tool> = tools.iter().filter(|tool| !tool.is_installed()).collect();
    std::thread::scope(|scope| {
        let install = |tool: &&Tool| {
            let (package, version) = (tool.package, tool.version);
            heading(&format!("Installing {package} {version} (once; compiled in about {} on 2 cores)", tool.usually));
            let _heartbeat = Heartbeat::start(&format!("installing {package}"));
            tool.install()
        };
        let running: Vec<_> = missing.iter().map(|tool| scope.spawn(move || install(tool))).collect();
        running.into_iter().try_for_each(|thread| thread.join().expect("installing a tool does not panic"))
    })
}

/// Installs the npm packages of package-lock.json, unless they are up to date.
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

/// Installs Chromium and its driver, on PATH.
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

/// Installs Firefox and its driver, on PATH.
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
    Ok(())
}

/// Installs Debian packages, as root.
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
