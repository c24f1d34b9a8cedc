(module (func (export "f")
  (try (do (i32.ad)) (catch_all))))
