;; LIMIT: recursion 500
(module (func $f (export "main") (call $f)))
