// Answers the app in its frame as App Bridge's host does: fresh ID tokens, what is switched on in the theme, toasts.
// Only messages from the app's own origin and from that very frame are answered, and only to it. It listens before the
// frame is there, so that nothing that the app asks is lost.
(() => {
  "use strict";
  const toastMilliseconds = 4000;

  async function read(path, method) {
    const response = await fetch(path, { method, cache: "no-store" });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return response.json();
  }

  function toast(text) {
    const place = document.querySelector(".toasts");
    const shown = document.createElement("p");
    shown.textContent = String(text).slice(0, 200);
    place.replaceChildren(shown);
    setTimeout(() => shown.remove(), toastMilliseconds);
  }

  const answers = {
    "laurel:id-token": async () => ({ token: (await read("/admin/id-token", "POST")).token }),
    "laurel:extensions": async () => ({ extensions: (await read("/admin/extensions", "GET")).extensions }),
  };

  window.addEventListener("message", async (event) => {
    const frame = document.getElementById("app");
    if (event.source !== frame?.contentWindow) return;
    const appOrigin = new URL(frame.dataset.origin).origin;
    if (event.origin !== appOrigin) return;
    const type = event.data?.type;
    if (type === "laurel:toast") toast(event.data.text);
    if (!Object.hasOwn(answers, type)) return;
    event.source.postMessage({ type, ...(await answers[type]()) }, appOrigin);
  });
})();
