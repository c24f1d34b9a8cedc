(module (func (export "f") (param $flag bool) (result i32) (local.get $flag)))
