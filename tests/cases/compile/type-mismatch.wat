(module
  (func $ok (result i32) (i32.const 1))
  (func $first (result i32)
    (i32.add (i32.const 1) (f32.const 2)))
  (func $second (param i64)
    (local.get 0)))
