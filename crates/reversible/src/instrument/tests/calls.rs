use wasmi::Val;

use super::support::{MAX_DEPTH, both};

#[test]
fn a_function_calls_itself() {
    let text = r#"(module (func $fib (export "fib") (param i32) (result i64)
        (if (result i64) (i32.lt_s (local.get 0) (i32.const 2))
            (then (i64.extend_i32_s (local.get 0)))
            (else (i64.add
                (call $fib (i32.sub (local.get 0) (i32.const 1)))
                (call $fib (i32.sub (local.get 0) (i32.const 2))))))))"#;
    assert_eq!(both(text, &[("fib", &[Val::I32(15)])]), ["610"]);
}

#[test]
fn calls_through_a_table_find_functions_and_traps() {
    let text = r#"(module
        (type $op (func (param i32 i32) (result i32)))
        (table 4 funcref)
        (elem (i32.const 0) $add $sub $other)
        (func $add (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
        (func $sub (param i32 i32) (result i32) (i32.sub (local.get 0) (local.get 1)))
        (func $other)
        (func (export "f") (param i32) (result i32)
            (i32.add (i32.const 1000) (call_indirect (type $op) (i32.const 30) (i32.const 12) (local.get 0)))))"#;
    let calls: Vec<[Val; 1]> = (0..5).map(|index| [Val::I32(index)]).collect();
    let calls: Vec<(&str, &[Val])> = calls.iter().map(|arguments| ("f", &arguments[..])).collect();
    let results = both(text, &calls);
    assert_eq!(results[..2], ["1042", "1018"]);
    assert!(results[2..].iter().all(|results| results.starts_with("trap")), "{results:?}");
}

#[test]
fn tail_calls_take_the_place_of_their_caller() {
    let text = r#"(module
        (type $step (func (param i64 i64) (result i64)))
        (table funcref (elem $direct $indirect))
        (func $direct (param i64 i64) (result i64) (local i32)
            (if (i64.eqz (local.get 0)) (then (return (local.get 1))))
            (return_call_indirect (type $step)
                (i64.sub (local.get 0) (i64.const 1)) (i64.add (local.get 1) (i64.const 2)) (i32.const 1)))
        (func $indirect (param i64 i64) (result i64) (local f64 f64 f64 f64 f64 f64)
            (if (i64.eqz (local.get 0)) (then (return (local.get 1))))
            (return_call $direct (i64.sub (local.get 0) (i64.const 1)) (i64.add (local.get 1) (i64.const 3))))
        (func (export "f") (param i64) (result i64) (return_call $direct (local.get 0) (i64.const 0))))"#;
    assert_eq!(both(text, &[("f", &[Val::I64(100_000)]), ("f", &[Val::I64(7)])]), ["250000", "17"]);
}

#[test]
fn several_results_come_back_in_order() {
    let text = r#"(module
        (func $swap (param i32 f64 v128) (result v128 f64 i32) (local.get 2) (local.get 1) (local.get 0))
        (func (export "f") (result i32 v128 f64 i32)
            (i32.const 5) (call $swap (i32.const 1) (f64.const 2) (v128.const i64x2 3 4))))"#;
    both(text, &[("f", &[])]);
}

#[test]
fn calls_go_as_deep_as_in_the_original_and_no_deeper() {
    let text = r#"(module (global $deepest (mut i32) (i32.const 0))
        (func $down (export "down") (param i32) (result i32) (local i64 i64 i64 i64)
            (global.set $deepest (i32.add (global.get $deepest) (i32.const 1)))
            (if (result i32) (local.get 0)
                (then (i32.add (i32.const 1) (call $down (i32.sub (local.get 0) (i32.const 1)))))
                (else (i32.const 1))))
        (func (export "deepest") (result i32) (global.get $deepest) (global.set $deepest (i32.const 0))))"#;
    let depths: Vec<[Val; 1]> = (MAX_DEPTH - 5..MAX_DEPTH + 5).map(|depth| [Val::I32(depth.cast_signed())]).collect();
    let calls: Vec<(&str, &[Val])> = depths.iter().flat_map(|depth| [("down", &depth[..]), ("deepest", &[])]).collect();
    let results = both(text, &calls);
    assert!(results.iter().any(|results| results.starts_with("trap")), "{results:?}");
}

#[test]
fn a_deep_recursion_makes_room_for_itself() {
    let text = r#"(module (func $sum (export "sum") (param i64) (result i64)
        (local v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128
               v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128
               v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128 v128)
        (if (result i64) (i64.eqz (local.get 0))
            (then (i64.const 0))
            (else (i64.add (local.get 0) (call $sum (i64.sub (local.get 0) (i64.const 1))))))))"#;
    assert_eq!(both(text, &[("sum", &[Val::I64(450)])]), ["101475"]);
}
