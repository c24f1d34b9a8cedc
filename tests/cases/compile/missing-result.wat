(module
  (func $nothing (result i32)
    nop
  ))
