;; A module that is defined once and instantiated twice has its memory twice.
(module definition $m
  (memory 1)
  (func (export "set") (i32.store (i32.const 0) (i32.const 1)))
  (func (export "get") (result i32) (i32.load (i32.const 0))))
(module instance $one $m)
(module instance $two $m)
(invoke $one "set")
(assert_return (invoke $one "get") (i32.const 1))
(assert_return (invoke $two "get") (i32.const 0))
;; From here on each fails.
(assert_return (invoke "get") (i32.const 1))
(module instance $three $nowhere)
(assert_return (invoke $three "get") (i32.const 0))
(module (func (result i32)))
(module quote "(func")
