;; Files: writing one into the folder that the program was given.
;;
;; A WASI program cannot name a file out of nothing. It is handed an open
;; folder, descriptor 3, and opens paths below that: `path_open` creates
;; `notes.txt` and returns a descriptor, `fd_write` fills it.
;;
;; Run it and look at the Files panel; then run it again. `truncate` empties
;; the file if it exists already, so it does not grow.

(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $path_open
      (param $folder i32) (param $follow_links i32)
      (param $path i32) (param $path_length i32)
      (param $open_flags i32) (param $rights i64) (param $inherited_rights i64)
      (param $descriptor_flags i32) (param $opened i32)
      (result i32)))
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close"
    (func $fd_close (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit"
    (func $proc_exit (param i32)))

  (memory (export "memory") 1)
  (data (i32.const 32) "notes.txt")
  (data (i32.const 64) "Written by WebAssembly.\nKept in this browser.\n")
  (data (i32.const 128) "wrote notes.txt\n")

  (global $create i32 (i32.const 1))
  (global $truncate i32 (i32.const 8))
  (global $right_to_write i64 (i64.const 0x40))

  ;; Ends the program with the error number as its exit code, unless it is 0.
  (func $check (param $error i32)
    (if (local.get $error)
      (then (call $proc_exit (local.get $error)))))

  (func $write (param $descriptor i32) (param $address i32) (param $length i32)
    (i32.store (i32.const 0) (local.get $address))
    (i32.store (i32.const 4) (local.get $length))
    (call $check
      (call $fd_write (local.get $descriptor) (i32.const 0) (i32.const 1) (i32.const 8))))

  (func (export "_start")
    (local $file i32)
    (call $check
      (call $path_open
        (i32.const 3) (i32.const 0)
        (i32.const 32) (i32.const 9)
        (i32.or (global.get $create) (global.get $truncate))
        (global.get $right_to_write) (i64.const 0)
        (i32.const 0) (i32.const 12)))
    (local.set $file (i32.load (i32.const 12)))
    (call $write (local.get $file) (i32.const 64) (i32.const 46))
    (call $check (call $fd_close (local.get $file)))
    (call $write (i32.const 1) (i32.const 128) (i32.const 16))))
