(module
  (func (export "") (nop))
  (func (export "two words") (nop))
  (func (export "line\n\u{200b}") (nop)))
