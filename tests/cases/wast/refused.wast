;; Modules that have to be refused, some of which are fine.
(assert_invalid (module (func (result i32))) "type mismatch")
(assert_malformed (module quote "(func i32.ad)") "unknown operator")
(assert_malformed (module binary "\00asm" "\02\00\00\00") "unknown binary version")
(assert_malformed (module quote "\80") "malformed UTF-8 encoding")
;; From here on each fails.
(assert_invalid (module (func (result i32) (i32.const 1))) "type mismatch")
(assert_malformed (module quote "(func)") "unexpected token")
(assert_malformed (module binary "\00asm" "\01\00\00\00") "unknown binary version")
