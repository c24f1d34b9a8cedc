;; SIMD: one instruction, many numbers. A `v128` holds 16 bytes, and each
;; instruction defines how they are read; `f32x4` is four 32-bit floats.
;;
;; `main` computes the dot product of two vectors of eight floats in two steps
;; of four multiplications each, where plain code would need eight steps.
;;
;; 1*2 + 2*2 + 3*2 + 4*2 + 5*2 + 6*2 + 7*2 + 8*2 = 72

(module
  (memory (export "memory") 1)

  ;; 1.0, 2.0, ... 8.0
  (data (i32.const 0)
    "\00\00\80\3f" "\00\00\00\40" "\00\00\40\40" "\00\00\80\40"
    "\00\00\a0\40" "\00\00\c0\40" "\00\00\e0\40" "\00\00\00\41")

  (func (export "main") (result f32)
    (local $twos v128)
    (local $sums v128)
    (local.set $twos (f32x4.splat (f32.const 2)))

    ;; Four products, then four more on top of them.
    (local.set $sums
      (f32x4.add
        (f32x4.mul (v128.load (i32.const 0)) (local.get $twos))
        (f32x4.mul (v128.load (i32.const 16)) (local.get $twos))))

    ;; The four sums, taken out of their lanes and added.
    (f32.add
      (f32.add
        (f32x4.extract_lane 0 (local.get $sums))
        (f32x4.extract_lane 1 (local.get $sums)))
      (f32.add
        (f32x4.extract_lane 2 (local.get $sums))
        (f32x4.extract_lane 3 (local.get $sums))))))
