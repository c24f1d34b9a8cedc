// Loads the rest of a program that was split in two, see xtask/module-split.
// In a release build this stands before boot.js and before the worker's loader.
"use strict";

/**
 * Makes known `loadRest`, which the program calls when it needs at this very moment what is not there yet, and
 * `wasmoscopeRest`, which it asks when it can wait. Gives back the latter.
 */
function restAt(url, part) {
  const FIRST_PAUSE_MS = 2000;
  const LONGEST_PAUSE_MS = 60000;
  const inPage = typeof document !== "undefined";
  const instantiate = (module, first) => new WebAssembly.Instance(module, { first });

  let first;
  let start;
  const started = new Promise((resolve) => (start = resolve));
  let arrive;
  const arrived = new Promise((resolve) => (arrive = resolve));
  let underway;
  let timer;
  let pause = FIRST_PAUSE_MS;

  const tell = () => globalThis.dispatchEvent(new Event("rest"));

  const attempt = async () => {
    let response;
    try {
      // A host may let the browser keep that the file is missing.
      const cache = rest.failed ? "reload" : "default";
      response = await fetch(url, { priority: rest.asked ? "high" : "low", credentials: "same-origin", cache });
    } catch {
      throw "the server cannot be reached";
    }
    if (!response.ok) throw "the server answered " + response.status;
    let module;
    try {
      module = await WebAssembly.compile(await response.arrayBuffer());
    } catch {
      throw "the download was incomplete";
    }
    const exports = await started;
    if (!rest.there) instantiate(module, exports);
  };

  const rest = {
    /** Whether a user action waits for it. */
    asked: false,
    /** Why the last attempt failed; empty while there was none, and during the next. */
    reason: "",
    /** Whether any attempt has failed. */
    failed: false,
    get there() {
      return first !== undefined && first["~loaded"].value !== 0;
    },
    /** Takes the program's exports, once, and fetches the rest while nobody waits for it. */
    start(exports) {
      first = exports;
      start(exports);
    },
    /** Fetches the rest, and tells whether it is there. After a failure it is tried again, and again, less and less often. */
    fetch() {
      if (rest.there) return Promise.resolve(true);
      clearTimeout(timer);
      if (underway === undefined) {
        rest.reason = "";
        underway = attempt()
          .catch((reason) => {
            rest.failed = true;
            rest.reason = typeof reason === "string" ? reason : String(reason);
            timer = setTimeout(rest.fetch, pause);
            pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
          })
          .then(() => {
            underway = undefined;
            if (rest.there) {
              rest.asked = false;
              arrive();
            }
            tell();
            return rest.there;
          });
      }
      tell();
      return underway;
    },
    /** Resolves when the rest is loaded. */
    needed() {
      if (rest.there) return Promise.resolve();
      rest.asked = true;
      // After a failure, the next attempt is already scheduled.
      if (rest.reason === "") rest.fetch();
      else tell();
      return arrived;
    },
    dismiss() {
      rest.asked = false;
      tell();
    },
    retry() {
      pause = FIRST_PAUSE_MS;
      return rest.fetch();
    },
  };
  addEventListener("online", () => {
    if (rest.reason === "") return;
    pause = FIRST_PAUSE_MS;
    rest.fetch();
  });

  // The last resort: the program is in the middle of a call, so the only option is to block until the response arrives.
  globalThis.loadRest = (exports) => {
    for (;;) {
      const reason = fetchNow(exports);
      if (reason === "") {
        arrive();
        return;
      }
      rest.failed = true;
      const message = part + " could not be fetched: " + reason;
      if (!inPage) throw new Error(message);
      if (!confirm(message + ".\n\nOK tries again. Cancel reloads the page; your text and files are safe.")) {
        location.reload();
        throw new Error(message);
      }
    }
  };

  const fetchNow = (exports) => {
    const request = new XMLHttpRequest();
    request.open("GET", url, false);
    if (rest.failed) request.setRequestHeader("Cache-Control", "no-cache");
    // A page may not ask for bytes like this, a worker may; this way both get them.
    request.overrideMimeType("text/plain; charset=x-user-defined");
    try {
      request.send();
    } catch {
      return "the server cannot be reached";
    }
    if (request.status !== 200) return "the server answered " + request.status;
    const bytes = Uint8Array.from(request.responseText, (letter) => letter.charCodeAt(0) & 0xff);
    try {
      instantiate(new WebAssembly.Module(bytes), exports);
    } catch {
      return "the download was incomplete";
    }
    return "";
  };

  return (globalThis.wasmoscopeRest = rest);
}
