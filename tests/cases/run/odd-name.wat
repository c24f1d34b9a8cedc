;; RUN: "two words" 1
(module
  (func (export "two words") (param i32)))
