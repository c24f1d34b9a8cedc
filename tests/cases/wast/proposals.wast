;; What needs a proposal that is not run is counted apart, with all that builds on it.
(module $gc
  (type $point (struct (field i32)))
  (func (export "f") (result i32) (struct.get $point 0 (struct.new $point (i32.const 7)))))
(register "gc" $gc)
(assert_return (invoke "f") (i32.const 7))
(module (import "gc" "f" (func $f (result i32))) (export "g" (func $f)))
(assert_return (invoke "g") (i32.const 7))
(module definition $throws (tag $t) (func (export "t") (throw $t)))
(module instance $i $throws)
(assert_exception (invoke $i "t"))
(module (memory 1 1 shared))
(module (func (export "h") (result i32) (i32.const 7)))
(assert_return (invoke "h") (i32.const 7))
;; This one fails.
(assert_exception (invoke "h"))
