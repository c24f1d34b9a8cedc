//! `cargo xtask serve`: the page, built and served with live reload.

use crate::step::{command, heading, run};
use crate::tools;
use anyhow::Result;

pub fn serve(arguments: &[String]) -> Result<()> {
    tools::for_build()?;
    heading("Building and serving the page (the first build takes some minutes)");
    let port = port(arguments);
    eprintln!("    When the build is done, open http://127.0.0.1:{port}/ (Ctrl+C ends it)");
    let mut trunk = command("trunk", &["serve"]);
    run(trunk.args(arguments), "see the messages above; another port is chosen by `cargo xtask serve --port 9000`")
}

/// The port that trunk will take: the one asked for, or that of Trunk.toml.
fn port(arguments: &[String]) -> String {
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        if word == "--port" || word == "-p" {
            return words.next().cloned().unwrap_or_default();
        }
        if let Some(port) = word.strip_prefix("--port=") {
            return port.to_string();
        }
    }
    "8080".to_string()
}

#[cfg(test)]
mod tests {
    use super::port;

    #[test]
    fn the_port_is_read_in_every_form() {
        let words = |text: &str| text.split_whitespace().map(str::to_string).collect::<Vec<_>>();
        assert_eq!(port(&[]), "8080");
        assert_eq!(port(&words("--release --port 9000")), "9000");
        assert_eq!(port(&words("-p 9001")), "9001");
        assert_eq!(port(&words("--port=9002")), "9002");
    }
}
