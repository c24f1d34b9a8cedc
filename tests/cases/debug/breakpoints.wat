;; A breakpoint stops each time that its line is entered, in both directions; with a condition only where that is true.
;; DEBUG: break 9; continue; locals; continue; reverse; reverse; clear; break 9 if local.i == 3; continue; locals; continue
;; DEBUG: reverse; break 9 if nothing.at.all
(module
  (global $sum (mut i32) (i32.const 0))
  (func (export "main") (result i32) (local $i i32)
    (loop $next
      (global.set $sum (i32.add (global.get $sum) (local.get $i)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (i32.const 5))))
    (global.get $sum)))
