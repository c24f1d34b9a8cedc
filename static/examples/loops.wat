;; Loops: adding the numbers from 1 to 100.
;;
;; A `loop` does not repeat by itself. It is a place to branch back to:
;; `br_if $next` jumps to the loop's start while its condition is not zero,
;; and when it does not jump, execution simply runs on past the end.
;;
;; Try: call `sum_to` with another number. What is the largest `n` whose sum
;; still fits in 32 bits?

(module
  (func $sum_to (export "sum_to") (param $n i32) (result i32)
    (local $i i32)
    (local $sum i32)
    (loop $next
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (local.set $sum (i32.add (local.get $sum) (local.get $i)))
      (br_if $next (i32.lt_u (local.get $i) (local.get $n))))
    (local.get $sum))

  (func (export "main") (result i32)
    (call $sum_to (i32.const 100))))
