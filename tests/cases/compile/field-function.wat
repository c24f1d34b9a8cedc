(module (function (export "f")))
