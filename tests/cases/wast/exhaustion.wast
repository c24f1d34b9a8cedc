;; Calls that go too deep end soon.
(module
  (func $f (export "recursion") (call $f))
  (func $g (export "mutual") (param i64) (result i64) (i64.add (call $g (local.get 0)) (i64.const 1)))
  (func (export "fine")))

(assert_exhaustion (invoke "recursion") "call stack exhausted")
(assert_exhaustion (invoke "mutual" (i64.const 1)) "call stack exhausted")
;; From here on each fails.
(assert_exhaustion (invoke "fine") "call stack exhausted")
(assert_trap (invoke "recursion") "unreachable")
