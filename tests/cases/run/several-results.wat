;; RUN: all
(module
  (func (export "all") (result i32 i64 f32 f64 v128 funcref externref)
    (i32.const -1) (i64.const -2) (f32.const 0.1) (f64.const nan)
    (v128.const i32x4 1 2 3 -4) (ref.null func) (ref.null extern)))
