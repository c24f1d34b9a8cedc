(module (func (export "main") block $a nop end $b))
