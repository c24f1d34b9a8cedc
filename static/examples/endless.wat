;; An infinite loop. In most places this would freeze the page; here it runs
;; beside it, so you can pause it, inspect it and stop it.
;;
;; Press Run and go to address 0 in the Memory panel: the counter there keeps
;; growing. Then press Pause, Continue and Stop.

(module
  (memory (export "memory") 1)

  (func (export "main")
    (loop $forever
      (i64.store (i32.const 0)
        (i64.add (i64.load (i32.const 0)) (i64.const 1)))
      (br $forever))))
