// Until the rest of the page is loaded (see rest.js), holds back user actions that may need it, fetches the rest, and
// then performs them. In a release build this is prepended to boot.js.
"use strict";

function gateUntil(rest) {
  // What the first half can do by itself.
  const AT_ONCE = "[data-at-once], .cm-content";
  const TYPES = ["click", "dblclick", "contextmenu", "mousedown", "input", "change", "submit", "keydown", "drop"];
  // Only the last action: earlier ones are no longer expected. Dropped files and breakpoints are, whatever is done after
  // them.
  let held;
  let heldDrop;
  let heldBreakpoints = [];

  const bringsFiles = (event) => event.type === "drop" && Boolean(event.dataTransfer?.types.includes("Files"));

  // A click beside a line, or the key.
  const setsBreakpoint = ({ type, key, target }) =>
    (type === "keydown" && key === "F9") ||
    (type === "mousedown" && target instanceof Element && target.closest(".cm-gutters") !== null);

  const needsRest = (event) => {
    // The editor takes dropped text, and the page takes files.
    if (bringsFiles(event)) return true;
    const target = event.target instanceof Element ? event.target : document.documentElement;
    switch (event.type) {
      case "keydown": {
        const typing = target.closest("input, textarea, select, [contenteditable]");
        return /^F([1579]|1[01])$/.test(event.key) || (event.key === "?" && !typing);
      }
      case "mousedown":
        return setsBreakpoint(event);
      default:
        return target.closest(AT_ONCE) === null;
    }
  };

  /**
   * What of a drop the page reads. The browser empties the original after the event; the files and folders themselves
   * stay valid.
   */
  const keptTransfer = ({ types, items, files }) => ({
    types: [...types],
    items: [...items].map((item) => {
      const entry = item.kind === "file" ? item.webkitGetAsEntry() : null;
      return { kind: item.kind, webkitGetAsEntry: () => entry };
    }),
    files: [...files],
  });

  const replay = ({ target, event, transfer }) => {
    if (transfer !== undefined) {
      const again = new DragEvent("drop", event);
      Object.defineProperty(again, "dataTransfer", { value: transfer });
      // The element may have been drawn again; files can be dropped anywhere.
      (target.isConnected ? target : document.body).dispatchEvent(again);
      return;
    }
    if (!target.isConnected && target !== window) return;
    if (event.type === "click" && target instanceof HTMLElement) target.click();
    else target.dispatchEvent(new event.constructor(event.type, event));
  };

  const replayHeld = () => {
    const all = [heldDrop, ...heldBreakpoints, held];
    heldDrop = held = undefined;
    heldBreakpoints = [];
    all.filter((mine) => mine !== undefined).forEach(replay);
  };

  const hold = (event) => {
    if (rest.there) {
      TYPES.forEach((type) => removeEventListener(type, hold, true));
      return;
    }
    if (!needsRest(event)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const mine = { target: event.target, event };
    if (bringsFiles(event)) {
      mine.transfer = keptTransfer(event.dataTransfer);
      heldDrop = mine;
      // The drag is over: the page shows no longer where the files would go.
      event.target.dispatchEvent(new DragEvent("dragleave", { bubbles: true }));
    } else if (setsBreakpoint(event)) {
      heldBreakpoints.push(mine);
    } else {
      // Any other drop is of something in the page, and ends with its event.
      held = event.type === "drop" ? undefined : mine;
    }
    rest.asked = true;
    rest.fetch().then((there) => {
      if (there && [held, heldDrop, ...heldBreakpoints].includes(mine)) replayHeld();
    });
  };

  TYPES.forEach((type) => addEventListener(type, hold, true));

  const retry = rest.retry;
  rest.retry = () =>
    retry().then((there) => {
      if (there) replayHeld();
      else {
        held = undefined;
        heldBreakpoints = [];
      }
      return there;
    });
}
