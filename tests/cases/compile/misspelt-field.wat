(module
  (fnc (export "main")))
