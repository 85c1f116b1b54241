// What is done on a page before its scripts have come is done once they are there: a press that nobody heard would be lost,
// and a form would be sent as if it had no script.
(() => {
  "use strict";
  const kept = [];
  const stopped = ["click", "submit"];
  const types = [...stopped, "change", "input", "keydown"];

  function keep(event) {
    if (event.type === "keydown" && event.key !== "Enter") return;
    if (stopped.includes(event.type)) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
    kept.push([event, event.composedPath()[0]]);
  }

  function again([event, target]) {
    if (!target.isConnected) return;
    if (event.type === "click" && target instanceof HTMLElement) target.click(); // a picture has no such method
    else if (event.type === "submit") target.requestSubmit();
    else target.dispatchEvent(new event.constructor(event.type, { bubbles: true, composed: true, cancelable: event.cancelable, key: event.key }));
  }

  for (const type of types) document.addEventListener(type, keep, true);
  // Modules have run when this comes.
  document.addEventListener("DOMContentLoaded", () => {
    for (const type of types) document.removeEventListener(type, keep, true);
    kept.forEach(again);
  });
})();
