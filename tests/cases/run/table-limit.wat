;; LIMIT: table 10
(module (table 11 funcref) (func (export "main")))
