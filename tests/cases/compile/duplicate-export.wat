(module
  (func (export "main"))
  (func (export "main")))
