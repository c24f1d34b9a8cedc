(module
  (func (export "main") (param $n i32) (result i32) (global.get $n)))
