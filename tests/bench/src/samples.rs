//! The programs that are run, and the texts that are compiled.

use std::fmt::Write;

/// A program: a module, and the call that is timed.
pub struct Sample {
    pub name: &'static str,
    pub module: Vec<u8>,
    pub export: &'static str,
    pub arguments: Vec<i32>,
    /// Whether the result is an `i64`.
    pub is_wide: bool,
}

/// Everything that is run.
pub fn programs() -> Vec<Sample> {
    let rust = e2e::root().join("target/guests/wasm32-unknown-unknown/release/bench.wasm");
    let rust =
        std::fs::read(&rust).unwrap_or_else(|error| panic!("{}: {error}; run `cargo xtask bench`", rust.display()));
    let text = |text: &str| wat::parse_str(text).expect("the sample is valid");
    vec![
        Sample { name: "fib(30), recursive", module: text(FIB), export: "fib", arguments: vec![30], is_wide: false },
        Sample {
            name: "counting to 20 million",
            module: text(COUNT),
            export: "count",
            arguments: vec![20_000_000],
            is_wide: false,
        },
        Sample {
            name: "memory, 8 passes over 4 MiB",
            module: text(MEMORY),
            export: "sum",
            arguments: vec![8],
            is_wide: false,
        },
        Sample {
            name: "sha256 of 1 MiB (Rust)",
            module: rust.clone(),
            export: "sha256",
            arguments: vec![1 << 20],
            is_wide: true,
        },
        Sample {
            name: "sort 200,000 numbers (Rust)",
            module: rust,
            export: "sort",
            arguments: vec![200_000],
            is_wide: true,
        },
    ]
}

/// A module of about two megabytes, of many functions.
pub fn large_module() -> Sample {
    let module = |bytes: usize| wat::parse_str(text_of(bytes)).expect("the sample is valid");
    // How much longer the text is than the module.
    let probe = module(1_000_000).len();
    let module = module(2_000_000 * 1_000 / (probe / 1_000));
    Sample { name: "a large module", module, export: "mix_0", arguments: vec![1, 2], is_wide: false }
}

const FIB: &str = r#"(module (func $fib (export "fib") (param $n i32) (result i32)
  (if (result i32) (i32.lt_s (local.get $n) (i32.const 2))
    (then (local.get $n))
    (else (i32.add
      (call $fib (i32.sub (local.get $n) (i32.const 1)))
      (call $fib (i32.sub (local.get $n) (i32.const 2))))))))"#;

/// The sum keeps an engine that optimises from computing the loop away.
const COUNT: &str = r#"(module (func (export "count") (param $n i32) (result i32)
  (local $i i32) (local $sum i32)
  (loop $next
    (local.set $i (i32.add (local.get $i) (i32.const 1)))
    (local.set $sum (i32.xor (i32.mul (local.get $sum) (i32.const 31)) (local.get $i)))
    (br_if $next (i32.lt_u (local.get $i) (local.get $n))))
  (local.get $sum)))"#;

const MEMORY: &str = r#"(module (memory 64)
  (func (export "sum") (param $passes i32) (result i32)
    (local $at i32) (local $sum i32)
    (loop $pass
      (local.set $at (i32.const 0))
      (loop $next
        (i32.store (local.get $at) (i32.add (i32.load (local.get $at)) (local.get $at)))
        (local.set $sum (i32.add (local.get $sum) (i32.load (local.get $at))))
        (local.set $at (i32.add (local.get $at) (i32.const 4)))
        (br_if $next (i32.lt_u (local.get $at) (i32.const 4194304))))
      (local.set $passes (i32.sub (local.get $passes) (i32.const 1)))
      (br_if $pass (local.get $passes)))
    (local.get $sum)))"#;

/// A valid module in the text format of about `bytes` bytes: folded and flat functions with names, locals, loops,
/// calls, memory and comments, as people and `wasm2wat` write them.
pub fn text_of(bytes: usize) -> String {
    let mut text =
        String::from("(module\n  (memory (export \"memory\") 1)\n  (global $seed (mut i32) (i32.const 1))\n");
    let mut index = 0_u32;
    while text.len() + 2 < bytes {
        let previous = index.saturating_sub(1);
        let constant = index.wrapping_mul(2_654_435_761) as i32;
        write!(
            text,
            "\n  ;; Function {index} of many.\n  \
             (func $mix_{index} (export \"mix_{index}\") (param $left i32) (param $right i32) (result i32)\n    \
             (local $i i32)\n    (local $sum i64)\n    (local $mean f64)\n    \
             (loop $again\n      \
             (local.set $i (i32.add (local.get $i) (i32.const 1)))\n      \
             (i32.store offset={} (i32.and (local.get $i) (i32.const 0xff)) (i32.xor (local.get $left) (i32.const {constant})))\n      \
             (br_if $again (i32.lt_u (local.get $i) (i32.const {}))))\n    \
             local.get $left\n    i64.extend_i32_s\n    local.get $sum\n    i64.add\n    local.set $sum\n    \
             (local.set $mean (f64.div (f64.convert_i64_s (local.get $sum)) (f64.const {}.5)))\n    \
             block $done\n      local.get $right\n      i32.eqz\n      br_if $done\n      \
             global.get $seed\n      i32.const {constant}\n      i32.mul\n      global.set $seed\n    end\n    \
             (if (result i32) (f64.gt (local.get $mean) (f64.const 1e3))\n      \
             (then (i32.trunc_sat_f64_s (local.get $mean)))\n      \
             (else (i32.add (global.get $seed) {}))))\n",
            (index % 64) * 4,
            index % 100 + 1,
            index + 2,
            if index == 0 {
                "(i32.const 0)".to_string()
            } else {
                format!("(call $mix_{previous} (local.get $right) (i32.const {index}))")
            },
        )
        .expect("a string takes all that is written");
        index += 1;
    }
    text.push_str(")\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_have_the_size_and_are_valid() {
        for size in [10_000, 200_000] {
            let text = text_of(size);
            assert!((size..size + 2_000).contains(&text.len()), "{}", text.len());
            let wasm = wat::parse_str(&text).expect("the text compiles");
            wasmi::Module::new(&wasmi::Engine::default(), &wasm).expect("the module is valid");
        }
    }
}
