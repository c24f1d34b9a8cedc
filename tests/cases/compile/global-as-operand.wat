(module (func $g) (global $c i32 (i32.const 1))
  (func (export "f") (result i32) (i32.add (i32.const 1) $c)))
