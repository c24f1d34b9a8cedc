(module
  (type $point (struct (field i32) (field i32)))
  (func (export "main") (result i32)
    (struct.get $point 0 (struct.new $point (i32.const 1) (i32.const 2)))))
