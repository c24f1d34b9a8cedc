(module
  (func (export "main") (param $n i32) (result i32)
    (i32.mul (local.get $n) (local.get $n)))
  (func (export "helper") (param i32)))
