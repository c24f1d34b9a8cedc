;; Imports: of the host, of modules that were registered, and those that nobody provides.
(module $a
  (global (export "g") (mut i32) (i32.const 1))
  (func (export "get") (result i32) (i32.const 42)))
(register "a" $a)
(module
  (import "a" "get" (func $get (result i32)))
  (import "spectest" "print_i32" (func $print (param i32)))
  (import "spectest" "global_i32" (global $spectest i32))
  (func (export "both") (result i32) (call $print (i32.const 1)) (i32.add (call $get) (global.get $spectest))))
(assert_return (invoke "both") (i32.const 708))
(assert_return (invoke $a "get") (i32.const 42))
(assert_unlinkable (module (import "a" "nothing" (func))) "unknown import")
(assert_unlinkable (module (import "a" "get" (func))) "incompatible import type")
(assert_unlinkable (module (import "a" "g" (global i32))) "incompatible import type")
;; From here on each fails.
(assert_unlinkable (module (import "a" "get" (func (result i32)))) "unknown import")
(assert_unlinkable (module (import "a" "get" (func))) "unknown import")
(assert_unlinkable (module (import "b" "get" (func))) "incompatible import type")
(module $b (import "a" "nothing" (func)))
(assert_return (invoke $b "f"))
(register "c" $c)
(assert_return (invoke $c "f"))
