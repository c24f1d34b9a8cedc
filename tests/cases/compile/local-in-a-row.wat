(module (func (export "f") (param $a i32) (result i32)
  i32.const 1 $a i32.add))
