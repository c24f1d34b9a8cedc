;; Tables: calling a function that is chosen while the program runs.
;;
;; A table holds references to functions, and `call_indirect` calls the one at
;; an index. This is how function pointers, trait objects and closures work
;; once they are compiled. The type is checked at the call: an index that is
;; out of bounds, or a function of another type, traps.
;;
;; `main` computes ((7 + 5) - 2) * 3. Try `calculate` with `operation` 9.

(module
  (type $binary (func (param i32 i32) (result i32)))

  (table 3 funcref)
  (elem (i32.const 0) func $add $subtract $multiply)

  (func $add (type $binary) (i32.add (local.get 0) (local.get 1)))
  (func $subtract (type $binary) (i32.sub (local.get 0) (local.get 1)))
  (func $multiply (type $binary) (i32.mul (local.get 0) (local.get 1)))

  (func $calculate (export "calculate")
    (param $operation i32) (param $left i32) (param $right i32) (result i32)
    (call_indirect (type $binary)
      (local.get $left)
      (local.get $right)
      (local.get $operation)))

  (func (export "main") (result i32)
    (call $calculate (i32.const 2)
      (call $calculate (i32.const 1)
        (call $calculate (i32.const 0) (i32.const 7) (i32.const 5))
        (i32.const 2))
      (i32.const 3))))
