(module
  (memory 16)
  (global $count (mut i32) (i32.const 0))
  (func (export "main") (result i32 i32)
    (loop $again
      (global.set $count (i32.add (global.get $count) (i32.const 1)))
      (memory.fill (i32.const 0) (global.get $count) (i32.const 1048576))
      (br_if $again (i32.lt_u (global.get $count) (i32.const 100))))
    (global.get $count) (i32.load (i32.const 1048572))))
