(module
  (func (export "main") (param $n i32) (result i32)
    (if (result i32) (local.get $n)
      (then (i32.const 1)))))
