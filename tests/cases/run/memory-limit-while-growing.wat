;; LIMIT: memory 131072
(module
  (memory 1)
  (func (export "main")
    (if (i32.eq (memory.grow (i32.const 4)) (i32.const -1)) (then unreachable))))
