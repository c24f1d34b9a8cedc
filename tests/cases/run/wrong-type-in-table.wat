(module
  (table 1 funcref) (elem (i32.const 0) $f)
  (func $f (param i32))
  (func (export "main") (call_indirect (i32.const 0))))
