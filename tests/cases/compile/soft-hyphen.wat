(module (func (export "f") (local $so­ft i32)))
