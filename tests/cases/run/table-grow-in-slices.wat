;; A table that grows while the fuel runs out must not repeat what came before: the count stays exact.
(module
  (table $t 0 funcref)
  (global $count (mut i32) (i32.const 0))
  (func (export "main") (result i32 i32)
    (loop $again
      (global.set $count (i32.add (global.get $count) (i32.const 1)))
      (drop (table.grow $t (ref.null func) (i32.const 100)))
      (br_if $again (i32.lt_u (global.get $count) (i32.const 50000))))
    (global.get $count) (table.size $t)))
