;; Vectors: what came out is written in the shape of what was expected.
(module
  (func (export "v") (param v128) (result v128) (local.get 0)))

(assert_return (invoke "v" (v128.const i32x4 1 2 3 4)) (v128.const i16x8 1 0 2 0 3 0 4 0))
(assert_return (invoke "v" (v128.const i32x4 0x7fc00000 0 0 0x7fc00001)) (v128.const f32x4 nan:canonical 0 0 nan:arithmetic))
(assert_return (invoke "v" (v128.const i64x2 0x7ff8000000000000 1)) (either (v128.const i64x2 0 0) (v128.const f64x2 nan:canonical 0x1p-1074)))
;; From here on each fails.
(assert_return (invoke "v" (v128.const i32x4 1 2 3 4)) (v128.const i32x4 1 2 4 3))
(assert_return (invoke "v" (v128.const i32x4 1 2 3 -1)) (v128.const i8x16 1 0 0 0 2 0 0 0 3 0 0 0 -1 -1 -1 0))
(assert_return (invoke "v" (v128.const i32x4 1 2 3 4)) (v128.const i16x8 1 0 2 0 3 0 4 1))
(assert_return (invoke "v" (v128.const i32x4 1 2 3 4)) (v128.const i64x2 1 2))
(assert_return (invoke "v" (v128.const f32x4 1 2 3 nan:0x400001)) (v128.const f32x4 1 2 3 nan:canonical))
(assert_return (invoke "v" (v128.const f64x2 1 nan:0x1)) (v128.const f64x2 1 nan:arithmetic))
(assert_return (invoke "v" (v128.const i32x4 0 0 0 0)) (i32.const 0))
