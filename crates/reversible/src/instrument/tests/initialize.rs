//! Active segments are written as in instantiation.

use std::fmt::Write as _;

use wasmi::Val;

use super::support::both;

#[test]
fn segments_are_written_in_order_at_their_offsets() {
    let results = both(
        r#"(module
            (memory 1)
            (memory $wide i64 1)
            (table $table 4 funcref)
            (table $other 4 funcref)
            (type $number (func (result i32)))
            (func $one (result i32) i32.const 1)
            (func $two (result i32) i32.const 2)
            (elem (table $table) (i32.const 0) func $one $one $one)
            (elem (table $table) (i32.sub (i32.const 5) (i32.const 4)) func $two)
            (elem (table $other) (i32.const 3) funcref (ref.func $one))
            (elem declare func $two)
            (data (i32.add (i32.const 4) (i32.const 4)) "abcdefgh")
            (data $later (i32.const 10) "XY")
            (data $passive "zz")
            (data (memory $wide) (i64.const 8) "wide")
            (func (export "bytes") (result i64) (i64.load (i32.const 8)))
            (func (export "wide") (result i32) (i32.load $wide (i64.const 8)))
            (func (export "call") (param i32) (result i32) (call_indirect $table (type $number) (local.get 0)))
            (func (export "other") (param i32) (result i32) (call_indirect $other (type $number) (local.get 0)))
            (func (export "again") (memory.init $later (i32.const 0) (i32.const 0) (i32.const 1)))
            (func (export "passive") (memory.init $passive (i32.const 8) (i32.const 0) (i32.const 2))))"#,
        &[
            ("bytes", &[]),
            ("wide", &[]),
            ("call", &[Val::I32(0)]),
            ("call", &[Val::I32(1)]),
            ("call", &[Val::I32(3)]),
            ("other", &[Val::I32(3)]),
            ("again", &[]),
            ("passive", &[]),
            ("bytes", &[]),
        ],
    );
    let number = |bytes: &[u8; 8]| i64::from_le_bytes(*bytes).to_string();
    let wide = i32::from_le_bytes(*b"wide").to_string();
    let (before, after) = (number(b"abXYefgh"), number(b"zzXYefgh"));
    let (nothing, dropped) = ("trap: uninitialized element 2", "trap: out of bounds memory access");
    assert_eq!(results, [&before, &wide, "1", "2", nothing, "1", dropped, "", &after]);
}

#[test]
fn there_may_be_any_number_of_segments() {
    let mut segments = String::new();
    for index in 0..3_500 {
        write!(segments, "(data (i32.const {index}) \"\\{:02x}\")", index % 251).expect("a string takes text");
    }
    let text = format!(
        "(module (memory 1) {segments} (func (export \"byte\") (param i32) (result i32) (i32.load8_u (local.get 0))))"
    );
    let calls: [&[Val]; 4] = [&[Val::I32(0)], &[Val::I32(999)], &[Val::I32(1_000)], &[Val::I32(3_499)]];
    let results = both(&text, &calls.map(|arguments| ("byte", arguments)));
    assert_eq!(results, ["0", "246", "247", "236"]);
}
