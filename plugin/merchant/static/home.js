// The merchant's first page: publishing, trying deliveries again, privacy requests, and whether the app embed is on.
// The page itself comes complete from the server; after a change it is asked for again and put in place.
(() => {
  "use strict";
  const page = () => document.getElementById("page");
  const settleMilliseconds = 1500;

  async function send(path, options = {}) {
    const token = await window.shopify.idToken();
    const response = await fetch(path, { ...options, headers: { ...options.headers, Authorization: `Bearer ${token}` } });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return response;
  }

  async function mutate(documentId, input) {
    const body = JSON.stringify({ documentId, variables: { input } });
    const response = await send("/admin/graphql", { method: "POST", headers: { "Content-Type": "application/json" }, body });
    const answer = await response.json();
    const results = Object.values(answer.data ?? {});
    if (answer.errors || results.some((result) => result.userErrors.length)) throw new Error("refused");
  }

  async function refresh() {
    const response = await send(`/?${new URLSearchParams({ locale: document.documentElement.lang })}`);
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    page().replaceWith(document.adoptNode(fresh.getElementById("page")));
    showEmbed();
  }

  async function act(button, work, done) {
    button.setAttribute("disabled", "");
    try {
      await work();
      if (done) window.shopify.toast.show(done);
      await refresh();
    } catch {
      window.shopify.toast.show(page().dataset.failed);
      button.removeAttribute("disabled");
    }
  }

  async function download(id) {
    const response = await send(`/privacy/${id}`);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await response.blob());
    link.download = `laurel-privacy-request-${id}.json`;
    link.click();
    URL.revokeObjectURL(link.href);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("s-button");
    if (!button) return;
    const { publishRevision, replayId, download: downloadId, complete, done } = button.dataset;
    if (publishRevision) act(button, () => mutate(page().dataset.publish, { expectedRevision: Number(publishRevision) }), done);
    else if (replayId) act(button, async () => {
      await mutate(page().dataset.replay, { id: replayId });
      await new Promise((resolve) => setTimeout(resolve, settleMilliseconds));
    }, done);
    else if (downloadId) act(button, () => download(downloadId));
    else if (complete) act(button, () => send(`/privacy/${complete}`, { method: "POST" }), done);
  });

  async function embedState(handle) {
    try {
      const extensions = await window.shopify.app.extensions();
      const themes = extensions.filter((one) => one.type.startsWith("theme"));
      if (!themes.length) return "unknown";
      // An activation names its block; where it does not, the target tells embeds (body, head) from blocks (section).
      const embeds = themes.flatMap((one) => one.activations ?? [])
        .filter((one) => (one.handle ? one.handle === handle : one.target === "body" || one.target === "head"));
      return embeds.some((one) => one.status === "active") ? "on" : "off";
    } catch {
      return "unknown";
    }
  }

  async function showEmbed() {
    const place = document.getElementById("embed");
    const themeChanged = document.getElementById("theme-changed");
    const state = await embedState(place.dataset.handle);
    const key = state[0].toUpperCase() + state.slice(1);
    const badge = document.getElementById("embed-badge");
    badge.setAttribute("tone", { on: "success", off: "warning", unknown: "neutral" }[state]);
    badge.textContent = place.dataset[`badge${key}`];
    if (themeChanged) themeChanged.hidden = state === "on";
    document.getElementById("embed-text").textContent = place.dataset[`text${key}`];
    document.getElementById("embed-link").textContent = state === "off" ? place.dataset.switchOn : place.dataset.open;
  }

  showEmbed();
})();
