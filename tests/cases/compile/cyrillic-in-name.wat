(module (func (export "f") (local $cоunt i32)))
