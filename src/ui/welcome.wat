;; Welcome. Press Run: the program prints to the console below.
;;
;; fd_write is WASI's call for output. It takes a file (1 is standard output),
;; an array of buffers (here one: where it starts, how long it is), how many
;; buffers there are, and where to store how many bytes were written.
(module
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param $fd i32) (param $buffers i32) (param $count i32) (param $written i32) (result i32)))

  (memory (export "memory") 1)
  (data (i32.const 16) "Hello from WebAssembly!\n")

  (func (export "_start")
    (i32.store (i32.const 0) (i32.const 16))  ;; the buffer starts at address 16
    (i32.store (i32.const 4) (i32.const 24))  ;; and is 24 bytes long
    (drop
      (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))
