(module
  (func (export "main") (local $x i64)
    (local.set $x 5)))
