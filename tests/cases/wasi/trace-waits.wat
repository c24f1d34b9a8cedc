;; TRACE: calls poll_oneoff, fd_read, fd_write
;; Sleeps, prompts, and waits for a line that does not come.
(module
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
  (memory (export "memory") 1)
  ;; A subscription to the steady clock, in two seconds.
  (data (i32.const 16) "\01")
  (data (i32.const 24) "\00\94\35\77")
  ;; The prompt, and the pieces of memory for it and for the line.
  (data (i32.const 96) "name? ")
  (data (i32.const 104) "\60\00\00\00\06\00\00\00" "\00\01\00\00\40\00\00\00")
  (func (export "_start")
    (drop (call $poll (i32.const 0) (i32.const 512) (i32.const 1) (i32.const 600)))
    (drop (call $yield))
    (drop (call $fd_write (i32.const 1) (i32.const 104) (i32.const 1) (i32.const 600)))
    (drop (call $fd_read (i32.const 0) (i32.const 112) (i32.const 1) (i32.const 600)))))
