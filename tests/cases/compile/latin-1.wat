(module
  ;; grün
)