(module
  (; a comment (; within ;) goes on
  (func))
