(module
  (i32.const 42))
