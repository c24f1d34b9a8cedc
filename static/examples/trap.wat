;; A trap: when an instruction cannot do what it was asked, the program ends at
;; once, and its memory stays as it was at that moment.
;;
;; `average` divides by how many numbers there are, and nobody asked what
;; happens when there are none.
;;
;; Find the instruction that traps. Then fix `average`, so that `main` returns
;; 0 for an empty list.

(module
  (memory (export "memory") 1)
  (data (i32.const 0) "\0a\00\00\00" "\14\00\00\00" "\1e\00\00\00")

  ;; The mean of `count` 32-bit integers that start at `address`.
  (func $average (export "average") (param $address i32) (param $count i32) (result i32)
    (local $sum i32)
    (local $left i32)
    (local.set $left (local.get $count))
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $left)))
        (local.set $sum (i32.add (local.get $sum) (i32.load (local.get $address))))
        (local.set $address (i32.add (local.get $address) (i32.const 4)))
        (local.set $left (i32.sub (local.get $left) (i32.const 1)))
        (br $next)))
    (i32.div_s (local.get $sum) (local.get $count)))

  (func (export "main") (result i32)
    (drop (call $average (i32.const 0) (i32.const 3))) ;; 20, all is well
    (call $average (i32.const 0) (i32.const 0))))
