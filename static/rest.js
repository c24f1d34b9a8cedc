// Loads the rest of a program that was split in two, see xtask/src/split.
// In a release build this stands before boot.js and before the worker's loader.
"use strict";

/**
 * Makes `loadRest` known, which the program calls when it needs what is not there yet.
 * What this gives back fetches the rest while nobody waits for it; it takes the program's exports.
 */
function restAt(url) {
  const instantiate = (module, first) => new WebAssembly.Instance(module, { first });

  // The program stands still until this is done, so there is no other way than to wait for the answer.
  globalThis.loadRest = (first) => {
    const request = new XMLHttpRequest();
    request.open("GET", url, false);
    // A page may not ask for bytes like this, a worker may; this way both get them.
    request.overrideMimeType("text/plain; charset=x-user-defined");
    try {
      request.send();
    } catch (cause) {
      throw new Error("a part of the program could not be fetched: check the connection", { cause });
    }
    if (request.status !== 200) {
      throw new Error("a part of the program is missing: the server answered " + request.status + " for " + url);
    }
    const bytes = Uint8Array.from(request.responseText, (letter) => letter.charCodeAt(0) & 0xff);
    instantiate(new WebAssembly.Module(bytes), first);
  };

  return async (first) => {
    const response = await fetch(url, { priority: "low", credentials: "same-origin" });
    if (!response.ok) return;
    const module = await WebAssembly.compile(await response.arrayBuffer());
    if (first["~loaded"].value === 0) instantiate(module, first);
  };
}
