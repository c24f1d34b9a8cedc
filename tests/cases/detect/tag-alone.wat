;; A tag is in both exception-handling proposals, the legacy one and its successor.
(module (tag (export "oops")) (func (export "main")))
