//! The project's own commands: `cargo xtask serve | build | test | bench | picture | suite`.
//!
//! `tools` installs what is missing, `hooks` contains what Trunk calls before and after a build, and every other module
//! is one command.

mod bench;
mod build;
mod hooks;
mod picture;
mod project;
mod serve;
mod step;
mod suite;
mod test;
mod tools;

use std::process::ExitCode;

const USAGE: &str = "\
Usage: ./x <command>   (on Windows: cargo xtask <command>)

  serve            install what is missing, build the page, serve it on this machine
                   --open: open the browser   --port N: another port than 8080
                   --dev: a build without optimisation, with live reload
  test [--quick]   every check and test; --quick: the native ones only
  build            install what is missing, build dist/ for any static host
  bench            measure speed and size, write docs/BENCHMARKS.md; --only PART: measure one part, write nothing
  picture          take README's picture of the page
  suite            write the specification's scripts to where the tests in the browser find them

The command line, which needs Rust only (./x; on Windows: cargo run --release --):
  run FILE         run a module; `./x run --help` lists the options
  validate, print, wat, wast

Further arguments of `serve` and `build` go to trunk.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (command, rest) = match arguments.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("help", &[][..]),
    };
    let result = match command {
        "serve" => serve::serve(rest),
        "build" => build::build(rest),
        "test" => test::test(rest),
        "bench" => bench::bench(rest),
        "picture" => picture::picture(),
        "suite" => suite::write(),
        "hook" => hooks::run(rest),
        "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(())
        }
        other => Err(anyhow::anyhow!("unknown command `{other}`\n\n{USAGE}")),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}
