(module (func (param $size i32) (result i32) (get_local $size)))
