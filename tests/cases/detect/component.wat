(component (core module (func (export "run"))))
