;; A table that grows while the fuel runs out must not repeat what came before: both counts stay the same.
;; The operands are locals, so that the first count's own instruction is the one right before the growth.
(module
  (table $t 0 funcref)
  (func (export "main") (result i32 i32 i32)
    (local $null funcref) (local $n i32) (local $before i32) (local $after i32)
    (local.set $n (i32.const 100))
    (loop $again
      (local.set $before (i32.add (local.get $before) (i32.const 1)))
      (drop (table.grow $t (local.get $null) (local.get $n)))
      (local.set $after (i32.add (local.get $after) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $after) (i32.const 50000))))
    (local.get $before) (local.get $after) (table.size $t)))
