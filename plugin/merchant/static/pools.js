// Pools of a partner's codes: made, closed, and filled by files whose progress is shown while they arrive.
import { submit } from "./forms.js";
import { instantOf } from "./moments.js";
import { act, fill, mutate, send, toast } from "./send.js";

const page = () => document.getElementById("page");
const modal = (name) => document.getElementById(name);
const refusals = JSON.parse(document.getElementById("refusals").textContent);
const pollMilliseconds = 1000;
let chosen = null;
let sending = 0;
let watching = false;

async function redraw() {
  await fill(document.getElementById("pool-list"), page().dataset.list);
  watch();
}

/** While codes are coming in, here or from elsewhere, the list is asked for again and again. */
function watch() {
  if (watching || !(sending || document.querySelector('[data-running="true"]'))) return;
  watching = true;
  setTimeout(async () => {
    watching = false;
    await redraw().catch(() => toast(page().dataset.failed));
  }, pollMilliseconds);
}

async function make(form) {
  const done = await submit(form, ({ expiresAt, ...pool }) => mutate(form.dataset.mutation, {
    partnerId: page().dataset.partner, ...pool, ...(expiresAt ? { expiresAt: instantOf(expiresAt, form.dataset.zone) } : {}),
  }), { strip: 1, done: form.dataset.done });
  if (!done) return;
  form.querySelector('[data-field="name"]').value = "";
  await redraw();
}

async function upload() {
  const form = document.getElementById("upload");
  const zone = document.getElementById("file");
  const file = zone.files?.[0];
  zone.removeAttribute("error");
  if (!file) zone.setAttribute("error", form.dataset.missing);
  else if (file.size > Number(form.dataset.most)) zone.setAttribute("error", form.dataset.tooLarge);
  if (zone.getAttribute("error")) return;
  const query = new URLSearchParams({ pool: chosen, name: file.name });
  modal("fill-pool").hideOverlay();
  zone.value = "";
  sending += 1;
  watch();
  try {
    await send(`/admin/codes?${query}`, { method: "POST", body: file, headers: { "Content-Type": "application/octet-stream" } });
    toast(form.dataset.done);
  } catch (error) {
    const answer = await error.response?.json().catch(() => null);
    const [refusal] = answer?.errors ?? [];
    toast(refusals[refusal?.extensions.code] ?? refusal?.message ?? page().dataset.failed);
  } finally {
    sending -= 1;
    await redraw().catch(() => undefined);
  }
}

async function close(button) {
  const done = await act(button, () => mutate(page().dataset.closeMutation, { codePoolId: chosen }), button.dataset.done, { redraw: false });
  if (!done) return;
  modal("close-pool").hideOverlay();
  await redraw();
}

document.addEventListener("submit", (event) => {
  event.preventDefault();
  if (event.target.id === "make-pool") make(event.target);
  else if (event.target.id === "upload") upload();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("s-button");
  if (!button) return;
  const { fillPool, closePool, title, uploadNow, closeNow } = button.dataset;
  const opened = fillPool ? modal("fill-pool") : closePool ? modal("close-pool") : null;
  if (opened) {
    chosen = fillPool ?? closePool;
    opened.querySelector("[data-about]").textContent = title;
    opened.showOverlay();
  } else if (uploadNow !== undefined) upload();
  else if (closeNow !== undefined) close(button);
});

watch();
