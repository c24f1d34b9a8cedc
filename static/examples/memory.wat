;; Memory: a row of bytes, 64 KiB a page, where addresses are plain numbers.
;;
;; The data segment below puts seven 32-bit integers at address 16 before the
;; program starts. `main` turns their order around in place.
;;
;; Look at the Memory panel at address 0x10, before and after: the least
;; significant byte of each number comes first (little-endian), so the 1
;; reads `01 00 00 00`.

(module
  (memory (export "memory") 1)

  (data (i32.const 16)
    "\01\00\00\00" "\02\00\00\00" "\03\00\00\00" "\05\00\00\00"
    "\08\00\00\00" "\0d\00\00\00" "\15\00\00\00")

  ;; Swaps the 32-bit integers at two addresses.
  (func $swap (param $a i32) (param $b i32)
    (local $kept i32)
    (local.set $kept (i32.load (local.get $a)))
    (i32.store (local.get $a) (i32.load (local.get $b)))
    (i32.store (local.get $b) (local.get $kept)))

  (func (export "main")
    (local $left i32)
    (local $right i32)
    (local.set $left (i32.const 16))
    (local.set $right (i32.const 40)) ;; 16 + 6 * 4, the last of the seven
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $left) (local.get $right)))
        (call $swap (local.get $left) (local.get $right))
        (local.set $left (i32.add (local.get $left) (i32.const 4)))
        (local.set $right (i32.sub (local.get $right) (i32.const 4)))
        (br $next)))))
