(module (func (export "f") (local $x i32) (param $y i32)))
