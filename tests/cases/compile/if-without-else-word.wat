(module (func (export "f") (param $x i32)
  (if (local.get $x) (then nop) (nop))))
