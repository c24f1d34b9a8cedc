(module (func (export "one")) (func (export "two")))
