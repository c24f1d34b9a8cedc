(module (func (export "f") pop))
