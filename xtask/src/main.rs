//! The project's own commands: `cargo xtask serve | test | bench | build`.

fn main() {}
