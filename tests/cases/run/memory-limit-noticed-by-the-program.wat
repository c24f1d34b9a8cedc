;; LIMIT: memory 131072
(module (memory 1) (func (export "main") (result i32 i32) (memory.grow (i32.const 4)) (memory.grow (i32.const 1))))
