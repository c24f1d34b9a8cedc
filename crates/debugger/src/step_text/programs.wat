Programs whose steps are described in `sentences.snap`. Each has a title above it.

;; a recursion, with names
(module
  (func $factorial (param $n i64) (result i64)
    (if (result i64) (i64.eqz (local.get $n))
      (then (i64.const 1))
      (else (i64.mul (local.get $n) (call $factorial (i64.sub (local.get $n) (i64.const 1)))))))
  (func (export "main") (result i64) (call $factorial (i64.const 1))))

;; the same without names
(module
  (func (param i64) (result i64) (local i32)
    (if (result i64) (i64.eqz (local.get 0))
      (then (i64.const 1))
      (else (i64.mul (local.get 0) (call 0 (i64.sub (local.get 0) (i64.const 1)))))))
  (func (export "main") (result i64) (call 0 (i64.const 1))))

;; a loop with a variable and a global
(module
  (global $g (mut i32) (i32.const 0))
  (func (export "main") (local $i i32)
    (loop $next
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_s (local.get $i) (i32.const 2))))
    (global.set $g (local.tee $i (i32.const 2)))
    (global.set $g (global.get $g))
    (loop (br_if 0 (i32.const 0)))))

;; blocks and branches
(module
  (func (export "main")
    (block $done
      (block
        nop
        (br_table 0 $done 2 (i32.const 1)))
      unreachable)
    (block $outer
      (block $inner (br_table $inner $inner $outer (i32.const 7)))
      unreachable)
    (if (i32.const 1) (then nop))
    (if $skipped (i32.const 0) (then nop))
    (drop (block $value (result i32) (br $value (i32.const 25))))
    (drop (block (result i32) (br_if 0 (i32.const 5) (i32.const 1))))
    (drop (select (i32.const 4) (i32.const 5) (i32.const 0)))
    (drop (select (i32.const 4) (i32.const 5) (i32.const -1)))
    (drop (select (result f64) (f64.const 1) (f64.const 2) (i32.const 1)))
    (drop (select (v128.const i32x4 1 2 3 4) (v128.const i32x4 0 0 0 0) (i32.const 1)))
    (drop (select (result funcref) (ref.func 0) (ref.null func) (i32.const 1)))
    (br 0)))

;; branches to a loop, to the end of the function, and with values
(module
  (func $last (result i32) (br_table 0 (i32.const 6) (i32.const 0)))
  (func $if (result i32) (br_if 0 (i32.const 7) (i32.const 1)))
  (func (export "main") (local $i i32)
    (loop $again
      (if (i32.eqz (local.get $i))
        (then (local.set $i (i32.const 1)) (br $again))))
    (local.set $i (i32.const -1))
    (loop $next
      (block $done
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_table $next $done (local.get $i))))
    (drop (block $value (result i32) (br_table $value $value (i32.const 5) (i32.const 0))))
    (drop (block $default (result i32) (br_table $default (i32.const 5) (i32.const -1))))
    (i32.const 2)
    (drop (loop $more (param i32) (result i32)
      (local.tee $i (i32.sub (i32.const 1)))
      (br_if $more (local.get $i))))
    (drop (call $last))
    (drop (call $if))))

;; several results, and a return
(module
  (func $two (param $a i32) (param i32) (result i32 i32)
    (return (local.get 1) (local.get $a)))
  (func (export "main")
    (call $two (i32.const 1) (i32.const 2)) drop drop))

;; calls through a table, and in the place of others
(module
  (type $binary (func (param i32 i32) (result i32)))
  (table $operations 3 funcref)
  (elem (table $operations) (i32.const 0) func $add 1)
  (func $add (param $a i32) (param $b i32) (result i32) (i32.add (local.get $a) (local.get $b)))
  (func (param i32 i32) (result i32) (return_call $add (local.get 1) (local.get 0)))
  (func $again (param $a i32) (result i32)
    (return_call_indirect (type $binary) (local.get $a) (i32.const 1) (i32.const 0)))
  (func (export "main")
    (drop (call_indirect (type $binary) (i32.const 2) (i32.const 3) (i32.const 0)))
    (drop (call_indirect (type $binary) (i32.const 2) (i32.const 3) (i32.const 1)))
    (drop (call $again (i32.const 5)))))

;; the host is called
(module
  (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
  (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (table 1 funcref)
  (elem (i32.const 0) $random)
  (func $last (result i32) (return_call $yield))
  (func $fill (result i32) (return_call $random (i32.const 8) (i32.const 2)))
  (func $through (result i32)
    (return_call_indirect (param i32 i32) (result i32) (i32.const 8) (i32.const 2) (i32.const 0)))
  (func (export "_start")
    (drop (call $yield))
    (drop (call $random (i32.const 8) (i32.const 2)))
    (drop (call_indirect (param i32 i32) (result i32) (i32.const 8) (i32.const 2) (i32.const 0)))
    (drop (call $last))
    (drop (call $fill))
    (drop (call $through))))

;; a start function, then the entry
(module
  (func $init)
  (start $init)
  (func (export "main") (drop (i32.const 7))))

;; a memory is read and written
(module
  (memory 1 3)
  (func (export "main")
    (i32.store (i32.const 16) (i32.const 21))
    (drop (i32.load (i32.const 16)))
    (i32.store offset=4 (i32.const 16) (i32.const -1))
    (drop (i32.load offset=4 (i32.const 16)))
    (i32.store8 (i32.const 16) (i32.const 300))
    (drop (i32.load8_s (i32.const 20)))
    (drop (i32.load8_u (i32.const 20)))
    (f64.store (i32.const 24) (f64.const 1.5))
    (drop (memory.size))
    (drop (memory.grow (i32.const 2)))
    (drop (memory.grow (i32.const 70000)))
    (memory.fill (i32.const 32) (i32.const 0xAA) (i32.const 1))
    (memory.copy (i32.const 48) (i32.const 32) (i32.const 16))
    (memory.init $hello (i32.const 64) (i32.const 1) (i32.const 4))
    (data.drop $hello))
  (data $hello "hello"))

;; two memories, one of them with 64-bit addresses
(module
  (memory $first 1)
  (memory $large i64 1 2)
  (data "abc")
  (func (export "main")
    (i32.store $large offset=8 (i64.const 0x10) (i32.const 5))
    (drop (i32.load $first (i32.const 0)))
    (drop (v128.load8_lane $large 2 (i64.const 0x18) (v128.const i32x4 0 0 0 0)))
    (drop (memory.size $large))
    (drop (memory.grow $large (i64.const 1)))
    (drop (memory.grow $large (i64.const 1)))
    (memory.fill $large (i64.const 1) (i32.const 2) (i64.const 3))
    (memory.copy $first $large (i32.const 1) (i64.const 2) (i32.const 3))
    (memory.init $large 0 (i64.const 0) (i32.const 0) (i32.const 3))
    (data.drop 0)))

;; tables and references
(module
  (table 2 5 funcref)
  (table $others 2 funcref)
  (elem $list func $f $f)
  (func $f)
  (func (export "main")
    (drop (table.get (i32.const 0)))
    (table.set (i32.const 0) (ref.func $f))
    (table.set (i32.const 0) (ref.func $f))
    (drop (table.get (i32.const 0)))
    (drop (table.size))
    (drop (table.grow (ref.func 0) (i32.const 2)))
    (drop (table.grow (ref.null func) (i32.const 9)))
    (table.fill $others (i32.const 0) (ref.func $f) (i32.const 2))
    (table.copy 0 $others (i32.const 1) (i32.const 0) (i32.const 1))
    (table.init $others $list (i32.const 0) (i32.const 1) (i32.const 1))
    (elem.drop $list)
    (drop (ref.is_null (ref.null extern)))
    (drop (ref.is_null (ref.func $f)))
    (drop (table.get $others (i32.const 1)))))

;; a table with 64-bit indices
(module
  (table $large i64 2 4 funcref)
  (elem $list func $f $f)
  (func $f)
  (func (export "main")
    (table.set $large (i64.const 1) (ref.func $f))
    (call_indirect $large (i64.const 1))
    (drop (table.size $large))
    (drop (table.grow $large (ref.null func) (i64.const 1)))
    (drop (table.grow $large (ref.null func) (i64.const 9)))
    (table.fill $large (i64.const 0) (ref.func $f) (i64.const 2))
    (table.copy $large $large (i64.const 1) (i64.const 0) (i64.const 1))
    (table.init $large $list (i64.const 0) (i32.const 1) (i32.const 1))
    (drop (table.get $large (i64.const 0)))))

;; what is worth a word in a calculation
(module
  (func (export "main")
    (drop (i32.add (i32.const 2147483647) (i32.const 1)))
    (drop (i32.sub (i32.const 3) (i32.const -5)))
    (drop (i32.mul (i32.const 5) (i32.const 5)))
    (drop (i64.mul (i64.const 4611686018427387904) (i64.const 4)))
    (drop (i32.lt_s (i32.const 3) (i32.const 5)))
    (drop (i32.lt_u (i32.const -1) (i32.const 5)))
    (drop (i32.div_u (i32.const -1) (i32.const 2)))
    (drop (i32.shl (i32.const 3) (i32.const 33)))
    (drop (i32.trunc_f64_s (f64.const 3.7)))
    (drop (i32.trunc_sat_f64_s (f64.const 1e20)))
    (drop (i32.trunc_sat_f64_u (f64.const -1)))
    (drop (i32.trunc_sat_f32_s (f32.const nan)))
    (drop (i32.wrap_i64 (i64.const 4294967301)))
    (drop (i32.wrap_i64 (i64.const 5)))
    (drop (f32.convert_i32_s (i32.const 16777217)))
    (drop (f32.demote_f64 (f64.const 0.1)))
    (drop (f32.nearest (f32.const 2.5)))
    (drop (f32.div (f32.const 1) (f32.const 0)))
    (drop (i32x4.lt_s (v128.const i32x4 1 2 3 4) (v128.const i32x4 2 2 2 2)))
    (drop (i8x16.splat (i32.const 5)))))

;; trap: a load beyond the end
(module (memory 1) (func (export "main") (drop (i32.load (i32.const 65534)))))

;; trap: a store with an offset beyond the end of the second memory
(module (memory 1) (memory $m 1) (func (export "main") (i64.store $m offset=16 (i32.const 65530) (i64.const 1))))

;; trap: a copy from beyond the end
(module (memory 1) (func (export "main") (memory.copy (i32.const 0) (i32.const 65530) (i32.const 10))))

;; trap: a copy to beyond the end
(module (memory 1) (func (export "main") (memory.copy (i32.const 65530) (i32.const 0) (i32.const 10))))

;; trap: a data segment that is too short
(module (memory 1) (data $d "abc") (func (export "main") (memory.init $d (i32.const 0) (i32.const 2) (i32.const 2))))

;; trap: a data segment that has been dropped
(module (memory 1) (data "abc") (func (export "main") (data.drop 0) (memory.init 0 (i32.const 0) (i32.const 0) (i32.const 1))))

;; trap: a data segment that is active
(module (memory 1) (data (i32.const 0) "abc") (func (export "main") (memory.init 0 (i32.const 0) (i32.const 1) (i32.const 1))))

;; trap: a data segment to beyond the end
(module (memory 1) (data $d "abc") (func (export "main") (memory.init $d (i32.const 65535) (i32.const 0) (i32.const 2))))

;; trap: a division by zero
(module (func (export "main") (drop (i32.div_s (i32.const 7) (i32.const 0)))))

;; trap: a remainder by zero
(module (func (export "main") (drop (i64.rem_u (i64.const 7) (i64.const 0)))))

;; trap: a quotient that is too large
(module (func (export "main") (drop (i32.div_s (i32.const 0x80000000) (i32.const -1)))))

;; trap: a float that is too large
(module (func (export "main") (drop (i32.trunc_f64_u (f64.const 5e9)))))

;; trap: a float that is no number
(module (func (export "main") (drop (i64.trunc_f32_s (f32.const nan)))))

;; trap: an element that is not there
(module (table 2 funcref) (func (export "main") (call_indirect (i32.const 9))))

;; trap: an element that is null
(module (table $t 2 funcref) (func (export "main") (call_indirect $t (i32.const 1))))

;; trap: a function of another type
(module (table 1 funcref) (elem (i32.const 0) $add)
  (func $add (param i32 i32) (result i32) (i32.const 0))
  (func (export "main") (call_indirect (i32.const 0))))

;; trap: tables
(module (table 2 funcref) (func (export "main") (table.set (i32.const 2) (ref.null func))))

;; trap: a table is filled too far
(module (table 2 funcref) (func (export "main") (table.fill (i32.const 1) (ref.null func) (i32.const 2))))

;; trap: a table is copied too far
(module (table 2 funcref) (table 5 funcref) (func (export "main") (table.copy 1 0 (i32.const 0) (i32.const 1) (i32.const 2))))

;; trap: an element segment that is too short
(module (table 2 funcref) (elem $e func $f) (func $f) (func (export "main") (table.init $e (i32.const 0) (i32.const 1) (i32.const 1))))

;; trap: an element segment that has been dropped
(module (table 2 funcref) (elem $e func $f) (func $f) (func (export "main") (elem.drop $e) (table.init $e (i32.const 0) (i32.const 0) (i32.const 1))))

;; trap: an element segment that is active
(module (table 2 funcref) (elem (i32.const 0) $f) (func $f) (func (export "main") (table.init 0 (i32.const 0) (i32.const 0) (i32.const 1))))

;; trap: an element segment that is declarative
(module (table 2 funcref) (elem declare func $f) (func $f) (func (export "main") (table.init 0 (i32.const 0) (i32.const 0) (i32.const 1))))

;; trap: an element segment to beyond the end
(module (table 2 funcref) (elem $e func $f) (func $f) (func (export "main") (table.init $e (i32.const 2) (i32.const 0) (i32.const 1))))

;; trap: a table is copied to beyond the end
(module (table 2 funcref) (table 5 funcref) (func (export "main") (table.copy 0 1 (i32.const 1) (i32.const 0) (i32.const 2))))

;; trap: a tail call of an element that is not there
(module (table 2 funcref) (func (export "main") (return_call_indirect (i32.const 9))))

;; trap: a tail call of an element that is null
(module (table 2 funcref) (func (export "main") (return_call_indirect (i32.const 1))))

;; trap: a tail call of a function of another type
(module (table 1 funcref) (elem (i32.const 0) $f)
  (func $f (param i32))
  (func (export "main") (return_call_indirect (i32.const 0))))

;; trap: unreachable
(module (func (export "main") unreachable))
