(module
  (memory 1)
  (func $main (i32.store (i32.const 0) (i32.const 99)))
  (start $main))
