(module (global $g i32 (i32.div (i32.const 7) (i32.const 2))) (func (export "f")))
