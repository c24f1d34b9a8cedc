//! The page's check of typed arguments against the engine's reading of them: the page refuses nothing that the engine
//! would take, and of whole numbers it takes nothing that the engine would refuse.
#![cfg(not(target_arch = "wasm32"))]

use proptest::prelude::*;
use wasmoscope::engine::value::{TYPES, name, parse};
use wasmoscope::protocol::ExportSummary;
use wasmoscope::ui::selectors::arguments::validation_error;

/// Whether the page and the engine take a text as a value of each type.
fn compare(text: &str) {
    for ty in TYPES {
        let export = ExportSummary {
            name: "f".into(),
            kind: "func".into(),
            ty: String::new(),
            params: vec![name(ty).into()],
            results: Vec::new(),
            param_names: vec![None],
        };
        let page = validation_error(&export, 0, &[text.into()]);
        let engine = parse(text, ty);
        if text.trim().is_empty() {
            continue;
        }
        if engine.is_ok() {
            assert_eq!(page, None, "the engine takes {text:?} as {}", name(ty));
        }
        if matches!(name(ty), "i32" | "i64" | "funcref" | "externref") && page.is_none() {
            assert!(engine.is_ok(), "the engine refuses {text:?} as {}: {:?}", name(ty), engine.err());
        }
    }
}

#[test]
fn what_the_fields_suggest_is_read_and_names_a_variable_in_one_form() {
    use wasmoscope::engine::debugger::condition::Condition;
    use wasmoscope::ui::selectors::breakpoint_form::{CONDITION_EXAMPLE, EXPRESSION_EXAMPLES, LOG_MESSAGE_EXAMPLE};
    let (_, in_message) = LOG_MESSAGE_EXAMPLE.split_once('{').expect("a message has an expression");
    let in_message = in_message.split('}').next().expect("its end");
    for example in EXPRESSION_EXAMPLES.split(", ").chain([CONDITION_EXAMPLE, in_message]) {
        assert!(Condition::parse(example).is_ok(), "{example}");
        // The other form is accepted, too.
        assert!(Condition::parse(&example.replace('$', "local.")).is_ok(), "{example}");
        assert!(!example.contains("local."), "{example}");
    }
    assert!([CONDITION_EXAMPLE, EXPRESSION_EXAMPLES, in_message].iter().all(|example| example.contains("$n")));
}

#[test]
fn numbers_at_the_edges_are_taken_and_refused_alike() {
    for text in [
        "2147483647",
        "4294967295",
        "4294967296",
        "-2147483648",
        "-2147483649",
        "18446744073709551615",
        "18446744073709551616",
        "-9223372036854775808",
        "-9223372036854775809",
        "0x_1",
        "1__2",
        "+",
        "-",
        "0x",
        "+-1",
        "++1",
        "-0",
        "00",
        "1e5",
        ".5",
        "5.",
        "0x.8",
        "0x1.",
        "0x1p",
        "1e+",
        "infinity",
        "-NAN",
        "nan:0x",
        "nan:0x0",
        "1.5e-3_0",
        "i32x4 1 2 3 4",
        "i32x4 1 2 3",
        "i64x2 1 1.5",
        "f64x2 1 nan",
        "i8x16 1",
        "null",
        "(null)",
    ] {
        compare(text);
    }
}

proptest! {
    #[test]
    fn the_page_agrees_with_the_engine(text in r"[-+]{0,2}(0x)?[0-9a-fA-F_.]{0,22}([eEpP][-+]?[0-9_]{0,3})?") {
        compare(&text);
    }

    #[test]
    fn vectors_too(shape in "(i8x16|i16x8|i32x4|i64x2|f32x4|f64x2|i32x3)", lanes in prop::collection::vec("-?[0-9]{1,4}(\\.[0-9])?", 0..18)) {
        compare(&format!("{shape} {}", lanes.join(" ")));
    }
}
