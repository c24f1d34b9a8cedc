(module
  (tag $oops (param i32))
  (func (export "main") (throw $oops (i32.const 1))))
