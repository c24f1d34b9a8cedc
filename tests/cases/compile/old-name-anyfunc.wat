(module (table 1 anyfunc) (func (export "f")))
