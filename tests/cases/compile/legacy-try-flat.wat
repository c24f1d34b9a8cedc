(module (func (export "f")
  try
    nop
  catch_all
  end))
