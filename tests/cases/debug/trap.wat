;; A trap is shown before its instruction, with its numbers, and can be stepped back from.
;; DEBUG: continue; stack; back; stack; back
(module
  (memory 1)
  (func (export "main") (result i32)
    (i32.load offset=4 (i32.const 65534))))
