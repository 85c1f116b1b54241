// The merchant's first page: publishing, trying deliveries again, privacy requests, and whether the app embed is on.
import { act, download, mutate, send } from "./send.js";

const page = () => document.getElementById("page");
const settleMilliseconds = 1500;

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("s-button");
  if (!button) return;
  const { publishRevision, replayId, download: downloadId, complete, done } = button.dataset;
  if (publishRevision) act(button, () => mutate(page().dataset.publish, { expectedRevision: Number(publishRevision) }), done);
  else if (replayId) act(button, async () => {
    await mutate(page().dataset.replay, { id: replayId });
    await new Promise((resolve) => setTimeout(resolve, settleMilliseconds));
  }, done);
  else if (downloadId) act(button, () => download(`/privacy/${downloadId}`, `laurel-privacy-request-${downloadId}.json`));
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

document.addEventListener("laurel:drawn", showEmbed);
showEmbed();
