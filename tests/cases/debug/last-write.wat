;; Who last wrote a global, some bytes, a local; and what no instruction has written.
;; DEBUG: end; last write global 0; globals; end; last write memory 16 4; last write memory 100 1; end; last write local 0
;; DEBUG: last write global 7
(module
  (memory 1)
  (data (i32.const 100) "abc")
  (global $g (mut i32) (i32.const 1))
  (func (export "main") (local $i i32)
    (loop $again
      (i32.store (i32.const 16) (local.get $i))
      (global.set $g (i32.mul (global.get $g) (i32.const 3)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $i) (i32.const 4))))))
