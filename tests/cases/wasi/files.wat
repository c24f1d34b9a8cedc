;; FILE: in.txt = hello\nworld\n
;; Copies in.txt to out.txt in upper case, and removes in.txt.
(module
  (import "wasi_snapshot_preview1" "path_open" (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_unlink_file" (func $unlink (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 64) "in.txtout.txt")
  (func $check (param $errno i32) (if (local.get $errno) (then unreachable)))
  (func (export "_start") (local $at i32) (local $byte i32)
    (call $check (call $path_open (i32.const 3) (i32.const 0) (i32.const 64) (i32.const 6) (i32.const 0) (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 16)))
    (call $check (call $path_open (i32.const 3) (i32.const 0) (i32.const 70) (i32.const 7) (i32.const 9) (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 20)))
    (i32.store (i32.const 0) (i32.const 1024))
    (i32.store (i32.const 4) (i32.const 512))
    (call $check (call $fd_read (i32.load (i32.const 16)) (i32.const 0) (i32.const 1) (i32.const 8)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $at) (i32.load (i32.const 8))))
        (local.set $byte (i32.load8_u offset=1024 (local.get $at)))
        (if (i32.ge_u (local.get $byte) (i32.const 97))
          (then (i32.store8 offset=1024 (local.get $at) (i32.sub (local.get $byte) (i32.const 32)))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $next)))
    (i32.store (i32.const 4) (local.get $at))
    (call $check (call $fd_write (i32.load (i32.const 20)) (i32.const 0) (i32.const 1) (i32.const 8)))
    (call $check (call $unlink (i32.const 3) (i32.const 64) (i32.const 6)))))
