// Starts the engine in a Web Worker, as a classic worker or as a module.
// A failure reaches the page as an `error` event of the worker. The build fills in the names.
"use strict";

(function () {
  const here = (name) => new URL(name, self.location.href).href;
  const rest = "./worker_rest.wasm";
  // Late enough to be behind what the person waits for.
  const REST_AFTER_MS = 1000;
  const fetchRest = rest && restAt(here(rest));

  import("./worker.js")
    .then((worker) => worker.default({ module_or_path: here("./worker_bg.wasm") }))
    .then((exports) => {
      // When it fails it is fetched again as soon as it is needed, and then the failure is told.
      if (rest) setTimeout(() => fetchRest(exports).catch(() => {}), REST_AFTER_MS);
    })
    .catch((error) =>
      setTimeout(() => {
        throw error;
      }),
    );
})();
