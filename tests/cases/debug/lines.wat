;; Steps by line: a call is stepped over, and the line before is found again.
;; DEBUG: line; line; line; line; back line; back line; run to 11; locals
(module
  (func $twice (param $x i32) (result i32)
    local.get $x
    i32.const 2
    i32.mul)
  (func (export "main") (result i32) (local $a i32)
    i32.const 4
    call $twice
    local.set $a
    local.get $a
    call $twice))
