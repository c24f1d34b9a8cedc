// Until the rest of the page is loaded (see rest.js), holds back user actions that may need it, fetches the rest, and
// then performs them. In a release build this is prepended to boot.js.
"use strict";

function gateUntil(rest) {
  // What the first half can do by itself.
  const AT_ONCE = "[data-at-once], .cm-content";
  const TYPES = ["click", "dblclick", "contextmenu", "mousedown", "input", "change", "submit", "keydown", "drop"];
  let held;

  const needsRest = (event) => {
    const target = event.target instanceof Element ? event.target : document.documentElement;
    switch (event.type) {
      case "keydown": {
        const typing = target.closest("input, textarea, select, [contenteditable]");
        return /^F([1579]|1[01])$/.test(event.key) || (event.key === "?" && !typing);
      }
      case "mousedown":
        // A click beside a line makes a breakpoint.
        return target.closest(".cm-gutters") !== null;
      default:
        return target.closest(AT_ONCE) === null;
    }
  };

  const replay = ({ target, event }) => {
    if (!target.isConnected && target !== window) return;
    if (event.type === "click" && target instanceof HTMLElement) target.click();
    else target.dispatchEvent(new event.constructor(event.type, event));
  };

  const hold = (event) => {
    if (rest.there) {
      TYPES.forEach((type) => removeEventListener(type, hold, true));
      return;
    }
    if (!needsRest(event)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    // Only the last action: earlier ones are no longer expected. A drop cannot be repeated.
    held = event.type === "drop" ? undefined : { target: event.target, event };
    const mine = held;
    rest.asked = true;
    rest.fetch().then((there) => {
      if (there && mine !== undefined && held === mine) {
        held = undefined;
        replay(mine);
      }
    });
  };

  TYPES.forEach((type) => addEventListener(type, hold, true));

  const retry = rest.retry;
  rest.retry = () =>
    retry().then((there) => {
      const mine = held;
      held = undefined;
      if (there && mine !== undefined) replay(mine);
      return there;
    });
}
