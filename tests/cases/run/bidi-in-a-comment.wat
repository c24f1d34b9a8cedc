;; A comment may hold any character: ‮ changes the order in which this is shown, and the program runs.
(module (func (export "main") (result i32) (i32.const 7)))
