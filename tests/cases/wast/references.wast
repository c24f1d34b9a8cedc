(module
  (table $externs (export "externs") 2 externref)
  (func $f (export "f"))
  (func (export "extern") (param externref) (result externref) (local.get 0))
  (func (export "func") (result funcref) (ref.func $f))
  (func (export "null") (result funcref) (ref.null func)))

(assert_return (invoke "extern" (ref.extern 3)) (ref.extern 3))
(assert_return (invoke "extern" (ref.extern 3)) (ref.extern))
(assert_return (invoke "extern" (ref.null extern)) (ref.null extern))
(assert_return (invoke "null") (ref.null))
(assert_return (invoke "func") (ref.func))
;; From here on each fails.
(assert_return (invoke "extern" (ref.extern 3)) (ref.extern 4))
(assert_return (invoke "extern" (ref.null extern)) (ref.extern))
(assert_return (invoke "extern" (ref.extern 3)) (ref.null extern))
(assert_return (invoke "null") (ref.func))
(assert_return (invoke "null") (ref.null extern))
(assert_return (invoke "func") (ref.null func))
