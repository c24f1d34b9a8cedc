(module
  (func $f) (func $main (call f)))
