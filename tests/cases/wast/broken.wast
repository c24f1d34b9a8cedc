;; No script: nothing of it is run.
(module (func (export "f")))
(assert_return (invoke "f"))
(assert_returns (invoke "f"))
