;; (2 + 3) * 5 on a stack machine.
;;
;; WebAssembly computes with instructions and an operand stack:
;; `i32.const` pushes a number; `i32.add` and `i32.mul` pop two and push one.
;;
;; Press Debug, then Step into, and watch the operand stack after each line.
;; Step back undoes a step.

(module
  (func (export "calc") (result i32)
    i32.const 2
    i32.const 3
    i32.add      ;; 2 + 3 = 5
    i32.const 5
    i32.mul))    ;; 5 * 5 = 25
