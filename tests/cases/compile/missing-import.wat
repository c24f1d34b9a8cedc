(module
  (import "console" "log" (func $log (param i32)))
  (import "wasi_snapshot_preview1" "fd_wriet" (func (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32) (result i32)))
  (func (export "main") (call $log (i32.const 1))))
