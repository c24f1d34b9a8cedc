(module (tag $e) (func (export "f")
  (block $l (try_table (catch $e $l) (throw $e)))))
