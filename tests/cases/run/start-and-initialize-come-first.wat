;; RUN: read
(module
  (global $g (mut i32) (i32.const 1))
  (func $start (global.set $g (i32.add (global.get $g) (i32.const 10))))
  (start $start)
  (func (export "_initialize") (global.set $g (i32.mul (global.get $g) (i32.const 2))))
  (func (export "read") (result i32) (global.get $g)))
