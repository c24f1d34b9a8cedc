(module (func (export "f")
  (try (do (call 0)) (delegate 0))))
