(module (type (func)) (type (func (param i32 i64) (param $x f32) (result f32)))
  (func (export "f") (type 1) (local.get $x)))
