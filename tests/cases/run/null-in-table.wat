(module (table 2 funcref) (func (export "main") (call_indirect (i32.const 1))))
