(module (import "env" "a\u{200b}\1b[31m" (func)) (func (export "f")))
