//! `cargo xtask serve`: serves the release build of the page on this machine; `--dev`: with live reload.

use crate::step::{command, heading, output, run};
use crate::{build, project, tools};
use anyhow::{Context, Result, bail};
use static_host::Server;
use std::io;
use std::process::Command;

/// The port in Trunk.toml, so that both ways of serving use the same address.
const PORT: u16 = 8080;
/// How many further ports are tried if the usual one is taken.
const FURTHER_PORTS: u16 = 20;

/// The parsed arguments.
#[derive(Debug, Default, PartialEq, Eq)]
struct Options {
    dev: bool,
    open: bool,
    port: Option<u16>,
    /// The arguments passed on to Trunk.
    further: Vec<String>,
}

pub fn serve(arguments: &[String]) -> Result<()> {
    let options = options(arguments)?;
    if options.dev {
        return serve_dev(&options);
    }
    // Fail before minutes of building.
    drop(bind(options.port)?);
    build::up_to_date(&options.further)?;
    let server = bind(options.port)?;
    let address = format!("{}/", server.origin());
    if options.open {
        open(&address);
    }
    eprintln!("\nThe page is served until you press Ctrl+C. Open:\n\n    {address}\n");
    loop {
        std::thread::park();
    }
}

/// Trunk builds without optimisation, watches the sources and reloads the page.
fn serve_dev(options: &Options) -> Result<()> {
    tools::for_build()?;
    let port = options.port.unwrap_or(PORT);
    heading("Building and serving the page for development (the first build takes 2 to 4 minutes)");
    eprintln!("    When the build is done, open http://127.0.0.1:{port}/ (Ctrl+C ends it)");
    let mut trunk = command("trunk", &["serve", "--port", &port.to_string()]);
    if options.open {
        trunk.arg("--open");
    }
    run(trunk.args(&options.further), "see the messages above; `--port 9000` uses another port")
}

/// Serves `dist/` on the requested port, or on the first free one from [`PORT`] on.
fn bind(port: Option<u16>) -> Result<Server> {
    let first = port.unwrap_or(PORT);
    let last = if port.is_some() { first } else { first + FURTHER_PORTS };
    for port in first..=last {
        match Server::start_on(&project::dist(), port) {
            Ok(server) => return Ok(server),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
            Err(error) => return Err(error).with_context(|| format!("could not listen on port {port}")),
        }
    }
    match port {
        Some(port) => {
            bail!("port {port} is in use; choose another, such as `--port {}`", port.wrapping_add(1).max(1024))
        }
        None => bail!("the ports {first} to {last} are in use; choose another, such as `--port 9000`"),
    }
}

fn options(arguments: &[String]) -> Result<Options> {
    let mut options = Options::default();
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        let port = match word.as_str() {
            "--dev" => {
                options.dev = true;
                continue;
            }
            "--open" => {
                options.open = true;
                continue;
            }
            // The release build is the default; this was an argument in the past.
            "--release" => continue,
            "--port" | "-p" => Some(words.next().map_or("", String::as_str)),
            other => other.strip_prefix("--port="),
        };
        match port {
            Some(port) => {
                let number = port.parse().ok().filter(|port| *port != 0);
                options.port = Some(number.with_context(|| format!("`{port}` is not a port; use 1 to 65535"))?);
            }
            None => options.further.push(word.clone()),
        }
    }
    Ok(options)
}

/// Opens the address in the user's browser; if that fails, the printed address has to do.
fn open(address: &str) {
    let mut opener = if cfg!(target_os = "macos") {
        Command::new("open")
    } else if cfg!(windows) {
        let mut start = Command::new("cmd");
        start.args(["/C", "start", ""]);
        start
    } else {
        Command::new("xdg-open")
    };
    if output(opener.arg(address)).is_none() {
        eprintln!("    No browser could be opened from here.");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Options> {
        options(&text.split_whitespace().map(str::to_string).collect::<Vec<_>>())
    }

    #[test]
    fn the_port_is_read_in_every_form() {
        let port = |text: &str| parsed(text).unwrap().port;
        assert_eq!(port(""), None);
        assert_eq!(port("--release --port 9000"), Some(9000));
        assert_eq!(port("-p 9001"), Some(9001));
        assert_eq!(port("--port=9002"), Some(9002));
    }

    #[test]
    fn a_port_that_is_not_one_is_refused_by_its_text() {
        for text in ["--port", "--port x", "--port=0", "-p 70000"] {
            assert!(parsed(text).unwrap_err().to_string().contains("is not a port"), "{text}");
        }
    }

    #[test]
    fn other_arguments_go_to_trunk() {
        let expected =
            Options { dev: true, open: true, port: None, further: vec!["--offline".into(), "--verbose".into()] };
        assert_eq!(parsed("--offline --dev --verbose --open").unwrap(), expected);
    }

    #[test]
    fn a_port_in_use_is_passed_over_or_named() {
        let taken = Server::start(&project::root().join("static"));
        let port = taken.origin().rsplit_once(':').unwrap().1.parse().unwrap();
        let Err(error) = bind(Some(port)) else { panic!("the port is taken") };
        assert!(error.to_string().starts_with(&format!("port {port} is in use")), "{error}");
    }
}
