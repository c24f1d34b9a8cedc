(module (func (export "main")))
(func $later)
