;; The operand stack before and after an instruction, to the end and back.
;; DEBUG: stack; into 2; stack; into; stack; end; back; back; stack
(module
  (func (export "calc") (result i32)
    i32.const 2
    i32.const 3
    i32.add
    i32.const 5
    i32.mul))
