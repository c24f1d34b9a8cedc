(module
  (func (export "main") (result f32)
    1.5))
