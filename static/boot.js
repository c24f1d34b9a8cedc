// Starts the page: fetches its wasm while showing the progress, and shows the reason if it fails. A plain script, so
// that even a browser that is too old for the page can show the reason.
"use strict";

(function () {
  const assets = document.documentElement.dataset;
  const boot = document.getElementById("boot");
  const message = document.getElementById("boot-message");
  const progress = document.getElementById("boot-progress");
  const detail = document.getElementById("boot-detail");

  let blockedByPolicy = "";
  document.addEventListener("securitypolicyviolation", (event) => {
    blockedByPolicy = event.violatedDirective + " blocks " + (event.blockedURI || "a script");
  });

  /** A failure whose reason is known: what happened, and what the user can do. */
  class LoadError extends Error {
    constructor(reason, advice, cause) {
      super(reason);
      this.advice = advice;
      this.cause = cause;
    }
  }

  const RELOAD = "Check the connection and reload the page.";
  const BROWSER = "Use a current version of Firefox, Chrome, Edge or Safari, and allow WebAssembly for this page.";
  const DEPLOY = "If you run this site, upload the whole dist folder again.";

  function fail(error) {
    const advice = error instanceof LoadError ? error.advice : "Reload the page; if that does not help, report the text below.";
    boot.hidden = false;
    boot.setAttribute("role", "alert");
    progress.hidden = true;
    message.textContent = "Wasmoscope could not start: " + error.message + ".";
    const lines = [advice];
    if (error.cause) lines.push(String(error.cause));
    detail.textContent = lines.join("\n");
    console.error(error, error.cause || "");
  }

  async function fetchWasm(url) {
    let response;
    try {
      response = await fetch(url, { credentials: "same-origin" });
    } catch (cause) {
      throw new LoadError("its program could not be fetched", RELOAD, cause);
    }
    if (!response.ok) {
      throw new LoadError("the server answered " + response.status + " for " + url, DEPLOY);
    }
    return response;
  }

  /** The response's bytes again, moving the progress bar as they pass. */
  function counted(response, total) {
    if (!response.body || typeof TransformStream !== "function") return response.body;
    let loaded = 0;
    return response.body.pipeThrough(
      new TransformStream({
        transform(chunk, controller) {
          loaded += chunk.byteLength;
          if (total > 0) progress.value = Math.min(1, loaded / total);
          controller.enqueue(chunk);
        },
      }),
    );
  }

  async function compile(url, total) {
    const response = await fetchWasm(url);
    const type = response.headers.get("Content-Type") || "";
    if (type.includes("text/html")) {
      throw new LoadError("the server sent a web page instead of " + url, DEPLOY);
    }
    // Given the right type here: some static hosts do not know it, and a stream is only compiled with it.
    const wasm = new Response(counted(response, total), { headers: { "Content-Type": "application/wasm" } });
    try {
      return await WebAssembly.compileStreaming(wasm);
    } catch (cause) {
      if (blockedByPolicy || /content security policy|unsafe-eval/i.test(String(cause))) {
        const policy = blockedByPolicy || "the Content-Security-Policy forbids WebAssembly";
        throw new LoadError(policy, "The site's Content-Security-Policy needs script-src 'wasm-unsafe-eval'.", cause);
      }
      if (cause instanceof WebAssembly.CompileError) {
        throw new LoadError("its program is damaged, or this browser is too old for it", BROWSER, cause);
      }
      throw new LoadError("the download of its program was incomplete", RELOAD, cause);
    }
  }

  async function importApp(url) {
    try {
      return await import(new URL(url, document.baseURI).href);
    } catch (cause) {
      const reason = blockedByPolicy || "its script could not be loaded";
      throw new LoadError(reason, blockedByPolicy ? DEPLOY : RELOAD, cause);
    }
  }

  async function start() {
    if (location.protocol === "file:") {
      throw new LoadError(
        "it was opened as a file",
        "A browser runs WebAssembly only from a web server: run `cargo xtask serve`, or serve the dist folder.",
      );
    }
    if (typeof WebAssembly !== "object" || typeof WebAssembly.compileStreaming !== "function") {
      throw new LoadError("this browser does not support WebAssembly, or it is turned off", BROWSER);
    }
    if (typeof Worker !== "function") {
      throw new LoadError("this browser does not support Web Workers", BROWSER);
    }
    const [app, module] = await Promise.all([
      importApp(assets.app),
      compile(assets.appWasm, Number(assets.appWasmSize)),
    ]);
    // The interpreter starts on its way now, behind the page and before the page asks for it.
    const interpreter = fetch(assets.workerWasm, { priority: "low", credentials: "same-origin" })
      .then((response) => response.arrayBuffer())
      .catch(() => {});
    const rest = assets.appRest && restAt(new URL(assets.appRest, document.baseURI).href, "A part of Wasmoscope");
    if (rest) gateUntil(rest);
    const exports = await app.default({ module_or_path: module });
    boot.remove();
    if (rest) {
      rest.start(exports);
      // Last, the part that the first run does not need.
      interpreter.then(() => rest.fetch());
    }
  }

  start().catch(fail);
})();
