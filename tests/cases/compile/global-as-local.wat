(module
  (global $count (mut i32) (i32.const 0))
  (func (export "main") (param $n i32) (local.set $count (local.get $n))))
