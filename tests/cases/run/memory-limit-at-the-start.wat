;; LIMIT: memory 65536
(module (memory 2) (func (export "main")))
