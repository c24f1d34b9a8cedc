// Starts the engine in a Web Worker, as a classic worker or as a module.
// A failure reaches the page as an `error` event of the worker. The build fills in the names.
"use strict";

(function () {
  const here = (name) => new URL(name, self.location.href).href;
  const rest = "./worker_rest.wasm";
  // Late enough not to delay what the user waits for.
  const REST_AFTER_MS = 1000;
  const later = rest && restAt(here(rest), "A part of the interpreter");
  // A worker that replaces one which crashed because the rest was missing must not start the same way.
  if (later) later.failed = self.name !== "";

  import("./worker.js")
    .then((worker) => worker.default({ module_or_path: here("./worker_bg.wasm") }))
    .then((exports) => {
      if (!later) return;
      later.start(exports);
      setTimeout(() => later.fetch(), REST_AFTER_MS);
    })
    .catch((error) =>
      setTimeout(() => {
        throw error;
      }),
    );
})();
