;; A trap is known by its words.
(module
  (memory 1)
  (table 1 funcref)
  (type $f (func))
  (func (export "unreachable") unreachable)
  (func (export "divide") (param i32) (result i32) (i32.div_u (i32.const 1) (local.get 0)))
  (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
  (func (export "call") (param i32) (call_indirect (type $f) (local.get 0))))

(assert_trap (invoke "unreachable") "unreachable")
(assert_trap (invoke "divide" (i32.const 0)) "integer divide by zero")
(assert_trap (invoke "load" (i32.const 65536)) "out of bounds memory access")
(assert_trap (invoke "call" (i32.const 0)) "uninitialized element")
(assert_trap (invoke "call" (i32.const 1)) "undefined element")
(assert_trap (module (memory 1) (data (i32.const 65536) "x")) "out of bounds memory access")
(assert_trap (module (func $f unreachable) (start $f)) "unreachable")
;; From here on each fails.
(assert_trap (invoke "unreachable") "integer overflow")
(assert_trap (invoke "divide" (i32.const 1)) "integer divide by zero")
(assert_trap (module) "unreachable")
(assert_trap (invoke "nowhere") "unreachable")
(invoke "unreachable")
