;; Strings: WebAssembly has none. Text is bytes in memory, and printing it means
;; telling the system where they are.
;;
;; WASI's `fd_write` takes a list of buffers, each an address and a length. The
;; list is in memory, too, so two numbers are stored at address 0 before the
;; call: where "Hello, world!" starts, and how many bytes it has.
;;
;; Look at addresses 0x00 to 0x30 in the Memory panel and find both.

(module
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write
      (param $fd i32) (param $buffers i32) (param $count i32) (param $written i32)
      (result i32)))

  (memory (export "memory") 1)
  (data $greeting (i32.const 16) "Hello, world!\n")

  (func (export "_start")
    (i32.store (i32.const 0) (i32.const 16)) ;; the address of the text
    (i32.store (i32.const 4) (i32.const 14)) ;; its length in bytes

    ;; Descriptor 1 is standard output. The result is an error number, 0 for
    ;; none; how many bytes were written goes to address 8.
    (drop
      (call $fd_write
        (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))
