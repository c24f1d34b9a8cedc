(module (memory 1) (data (i32.const 0) "a‮b")
  (func (export "f") (i32.const 1)))
