;; Standard input: the program asks, waits, and answers.
;;
;; `fd_read` fills a buffer and says how many bytes came. When nothing has been
;; typed yet it waits: the run is suspended, and the page stays as quick as ever.
;; A length of 0 means that the input has ended.
;;
;; Type a name into the console below and press Enter.

(module
  (import "wasi_snapshot_preview1" "fd_read"
    (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param i32 i32 i32 i32) (result i32)))

  (memory (export "memory") 1)
  (data (i32.const 32) "Who are you? ")
  (data (i32.const 64) "Nice to meet you, ")
  (data (i32.const 96) "\nGoodbye!\n")

  ;; Prints `length` bytes from `address`.
  (func $print (param $address i32) (param $length i32)
    (i32.store (i32.const 0) (local.get $address))
    (i32.store (i32.const 4) (local.get $length))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))

  ;; Reads what was typed to address 256 and returns its length.
  (func $read (result i32)
    (i32.store (i32.const 0) (i32.const 256))
    (i32.store (i32.const 4) (i32.const 1024))
    (drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
    (i32.load (i32.const 8)))

  (func (export "_start")
    (local $length i32)
    (block $end
      (loop $again
        (call $print (i32.const 32) (i32.const 13))
        (br_if $end (i32.eqz (local.tee $length (call $read))))
        (call $print (i32.const 64) (i32.const 18))
        (call $print (i32.const 256) (local.get $length))
        (br $again)))
    (call $print (i32.const 96) (i32.const 10))))
