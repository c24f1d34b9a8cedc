(module (func (export "f")
  i32.const 1 i64.const 2 f32.const 3
  (block f64.const 4)))
