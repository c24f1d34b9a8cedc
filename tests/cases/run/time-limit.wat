;; LIMIT: time 1
(module (func (export "main") (loop $again (br $again))))
