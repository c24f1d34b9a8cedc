use wasmi::Val;

use super::support::both;

#[test]
fn a_constant_is_returned() {
    assert_eq!(both("(module (func (export \"f\") (result i32) i32.const 42))", &[("f", &[])]), ["42"]);
}

#[test]
fn a_loop_counts() {
    let text = r#"(module (func (export "f") (param $n i32) (result i32) (local $sum i32)
        (block $done (loop $again
            (br_if $done (i32.eqz (local.get $n)))
            (local.set $sum (i32.add (local.get $sum) (local.get $n)))
            (local.set $n (i32.sub (local.get $n) (i32.const 1)))
            (br $again)))
        (local.get $sum)))"#;
    assert_eq!(both(text, &[("f", &[Val::I32(10)]), ("f", &[Val::I32(0)])]), ["55", "0"]);
}

#[test]
fn branches_take_values_along_and_drop_what_is_below() {
    let text = r#"(module
        (func (export "f") (param i32) (result i64 f64)
            (block $out (result i64 f64)
                (i32.const 1) (i32.const 2)
                (i64.const 7) (f64.const 2.5)
                (br_if $out (local.get 0))
                (drop) (drop) (drop) (drop)
                (i64.const 8) (f64.const 3.5)))
        (func (export "g") (param i32) (result i32)
            (i32.const 100)
            (block $a (result i32)
                (block $b (result i32)
                    (i32.const 5) (i32.const 10) (local.get 0) (br_table $b $a 2 $b))
                (i32.const 1000) (i32.add))
            (i32.add)))"#;
    let calls: &[(&str, &[Val])] = &[
        ("f", &[Val::I32(0)]),
        ("f", &[Val::I32(1)]),
        ("g", &[Val::I32(0)]),
        ("g", &[Val::I32(1)]),
        ("g", &[Val::I32(2)]),
        ("g", &[Val::I32(3)]),
    ];
    assert_eq!(both(text, calls), ["8 3.5", "7 2.5", "1110", "110", "10", "1110"]);
}

#[test]
fn what_is_below_a_block_stays_when_a_branch_leaves_it() {
    let text = r#"(module (func (export "f") (result i32 i64)
        (i32.const 2)
        (block (result i64) (return (br 0 (i32.const 1) (i64.const 7))))))"#;
    assert_eq!(both(text, &[("f", &[])]), ["2 7"]);
}

#[test]
fn what_comes_to_the_end_by_branches_is_returned() {
    let text = r#"(module (func (export "f") (param i32) (result i32 i64)
        (br_table 0 0 (i32.const 50) (i64.const 51) (local.get 0))))"#;
    assert_eq!(both(text, &[("f", &[Val::I32(0)]), ("f", &[Val::I32(9)])]), ["50 51", "50 51"]);
}

#[test]
fn blocks_with_parameters_and_both_sides_of_an_if() {
    let text = r#"(module (func (export "f") (param i32) (result i32 i32)
        (i32.const 3) (i32.const 4) (local.get 0)
        (if (param i32 i32) (result i32 i32)
            (then (i32.const 1) (i32.add))
            (else (drop) (i32.const 9)))
        (local.get 0)
        (if (then (return (i32.const 77) (i32.const 78))))
        (loop $l (param i32 i32) (result i32 i32)
            (i32.const 2) (i32.mul)
            (local.set 0 (i32.add (local.get 0) (i32.const 1)))
            (br_if $l (i32.lt_s (local.get 0) (i32.const 3))))))"#;
    assert_eq!(both(text, &[("f", &[Val::I32(0)]), ("f", &[Val::I32(1)])]), ["3 72", "77 78"]);
}

#[test]
fn code_that_is_never_reached_is_left_out() {
    let text = r#"(module (func (export "f") (result i32)
        (block $b (result i32)
            (br $b (i32.const 5))
            (i32.add) (drop) (block (br 0)) (unreachable))
        (return)
        (loop (br 0)) (i64.const 1) (drop) (if (then) (else))))"#;
    assert_eq!(both(text, &[("f", &[])]), ["5"]);
}

#[test]
fn every_type_of_value_lives_in_frames() {
    let text = r#"(module (table 2 funcref) (elem (i32.const 1) $f) (elem declare func $f)
        (func $f)
        (func (export "f") (param $w v128) (result v128 f32 i64 i32 i32)
            (local $v v128) (local $r funcref) (local $x externref) (local $d f32)
            (local.set $v (i32x4.add (local.get $w) (v128.const i32x4 1 2 3 4)))
            (local.set $r (ref.func $f))
            (local.set $d (f32.const nan:0x123456))
            (block (br_if 0 (i32.const 1)))
            (local.get $v) (local.get $d) (i64.const -1)
            (ref.is_null (local.get $r)) (ref.is_null (local.get $x))
            (block (br_if 0 (i32.const 1)))
            ))"#;
    let one = Val::V128(wasmi::V128::from(1u128));
    both(text, &[("f", &[one])]);
}

#[test]
fn traps_are_the_same_and_leave_nothing_behind() {
    let text = r#"(module (memory 1)
        (func $div (export "div") (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1)))
        (func (export "nested") (result i32) (i32.add (i32.const 1) (call $div (i32.const 1) (i32.const 0))))
        (func (export "load") (result i32) (i32.load (i32.const 65536)))
        (func (export "stop") (unreachable)))"#;
    let calls: &[(&str, &[Val])] = &[
        ("nested", &[]),
        ("div", &[Val::I32(7), Val::I32(2)]),
        ("load", &[]),
        ("stop", &[]),
        ("div", &[Val::I32(i32::MIN), Val::I32(-1)]),
        ("div", &[Val::I32(9), Val::I32(3)]),
    ];
    let results = both(text, calls);
    assert_eq!((results[1].as_str(), results[5].as_str()), ("3", "3"));
}

/// Code that wasmi mistakes for a comparison of a local; see `wasmi_workarounds`.
#[test]
fn a_value_is_chosen_by_a_comparison_with_zero() {
    let text = r#"(module
        (func (export "near") (param i32) (result i32)
            i32.const 1 i32.const 2 local.get 0 i32.eqz select)
        (func (export "kept") (param i32 i32) (result i32)
            i32.const 1 i32.const 2 local.get 0 local.get 1 drop i32.eqz select)
        (func (export "typed") (param i32 i32) (result i64)
            i64.const 1 i64.const 2 local.get 0 local.get 1 drop i32.const 0 i32.ne select (result i64)))"#;
    for (export, arguments, expected) in [
        ("near", &[0][..], "1"),
        ("near", &[1], "2"),
        ("kept", &[0, 5], "1"),
        ("kept", &[0, 0], "1"),
        ("kept", &[1, 5], "2"),
        ("kept", &[1, 0], "2"),
        ("typed", &[0, 5], "2"),
        ("typed", &[0, 0], "2"),
        ("typed", &[1, 5], "1"),
        ("typed", &[1, 0], "1"),
    ] {
        let values: Vec<Val> = arguments.iter().copied().map(Val::I32).collect();
        assert_eq!(both(text, &[(export, &values)]), [expected], "{export} {arguments:?}");
    }
}

/// More basic blocks than fit in one `br_table`.
#[test]
fn a_function_of_a_hundred_thousand_pieces_runs() {
    let blocks = 40_000;
    let body =
        "(if (i32.lt_u (local.get $n) (i32.const 5)) (then (local.set $n (i32.add (local.get $n) (i32.const 1)))))"
            .repeat(blocks);
    let text = format!("(module (func (export \"f\") (param $n i32) (result i32) {body} (local.get $n)))");
    assert_eq!(both(&text, &[("f", &[Val::I32(2)]), ("f", &[Val::I32(9)])]), ["5", "9"]);
}
