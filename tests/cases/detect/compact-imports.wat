;; An import section in the form that the compact-import-section proposal adds.
(module
  (import "env"
    (item "a" (func))
    (item "b" (func)))
  (func (export "main")))
