(module (func (export "f") (param i8)))
