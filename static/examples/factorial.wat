;; Recursion: n! = n * (n - 1)!, and 0! = 1.
;;
;; Every call has locals of its own: while `factorial` of 4 runs, the call that
;; computes 5! waits with its own `$n` for the result.
;;
;; Try: call `factorial` with 20, the last result that fits in 64 bits, and
;; then with 21. Call it with -1: why does it end the way it does?

(module
  (func $factorial (export "factorial") (param $n i64) (result i64)
    (if (result i64) (i64.eqz (local.get $n))
      (then (i64.const 1))
      (else
        (i64.mul
          (local.get $n)
          (call $factorial (i64.sub (local.get $n) (i64.const 1)))))))

  (func (export "main") (result i64)
    (call $factorial (i64.const 10))))
