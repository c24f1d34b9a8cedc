(module
  (func $x2 (param $other i32) (nop))
  (func (export "main") (param $x i32) (result i32) (local.get $y)))
