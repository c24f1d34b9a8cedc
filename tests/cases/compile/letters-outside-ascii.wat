(module (func (param $größe i32) (result i32) (local.get $größe)))
