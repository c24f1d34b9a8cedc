;; RUN: show 0xFFFF_FFFF -5 1e-3 -nan:0x1 "i64x2 1 2" null
(module
  (func (export "show") (param i32 i64 f32 f64 v128 externref) (result i32 i64 f32 f64 v128 externref)
    (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5)))
