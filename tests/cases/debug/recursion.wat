;; Calls: into, over and out, forwards and backwards.
;; DEBUG: into 2; locals; over; into 3; calls; out; back out; calls; step 30; calls; end; back over; back over
(module
  (func $factorial (param $n i64) (result i64)
    (if (result i64) (i64.eqz (local.get $n))
      (then (i64.const 1))
      (else
        (i64.mul
          (local.get $n)
          (call $factorial (i64.sub (local.get $n) (i64.const 1)))))))
  (func (export "main") (result i64)
    (call $factorial (i64.const 4))))
