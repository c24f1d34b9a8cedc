(module (func (param $größe i32) (result i32) (get_local $größe)))
