// Files: uploading one to be checked, starting it, watching it, and exports.
import { check, collect, showParts } from "./forms.js";
import { act, download, fill, mutate, send, toast } from "./send.js";

const page = () => document.getElementById("page");
const list = () => document.getElementById("operations");
const pollMilliseconds = 1500;
let starting = null;
let watching = false;

const refusals = JSON.parse(document.getElementById("refusals").textContent);

async function problemOf(error) {
  const answer = await error.response?.json().catch(() => null);
  const [refusal] = answer?.errors ?? [];
  return refusals[refusal?.extensions.code] ?? refusal?.message ?? page().dataset.failed;
}

async function upload(form) {
  const zone = document.getElementById("file");
  const file = zone.files?.[0];
  zone.removeAttribute("error");
  const whole = check(form);
  if (!file) zone.setAttribute("error", form.dataset.missing);
  else if (file.size > Number(form.dataset.most)) zone.setAttribute("error", form.dataset.tooLarge);
  if (!whole || zone.getAttribute("error")) return;
  const { kind, reason } = collect(form);
  const button = form.querySelector('s-button[type="submit"]');
  button.setAttribute("loading", "");
  try {
    const query = new URLSearchParams({ kind, reason, name: file.name });
    await send(`/admin/files?${query}`, { method: "POST", body: file, headers: { "Content-Type": "application/octet-stream" } });
    toast(form.dataset.done);
    zone.value = "";
    await redraw();
  } catch (error) {
    zone.setAttribute("error", await problemOf(error));
  } finally {
    button.removeAttribute("loading");
  }
}

async function redraw() {
  await fill(list(), "/import-export/files");
  watch();
}

/** While a file is being worked through, its progress is asked for again and again. */
function watch() {
  if (watching || !list()?.querySelector('[data-state="running"]')) return;
  watching = true;
  setTimeout(async () => {
    watching = false;
    await redraw().catch(() => toast(page().dataset.failed));
  }, pollMilliseconds);
}

async function cancel(button, operationId) {
  const worked = await act(button, () => mutate(page().dataset.cancel, { operationId }), button.dataset.done, { redraw: false });
  if (worked) await redraw();
}

async function start(button) {
  const modal = document.getElementById("start-file");
  const { id, done } = starting;
  const worked = await act(button, () => mutate(page().dataset.start, { operationId: id }), done, { redraw: false });
  modal.hideOverlay();
  if (worked) await redraw();
}

async function exported(form) {
  if (!check(form)) return;
  const { what, format, from, to } = collect(form);
  if (from && to && from > to) {
    form.querySelector('[data-field="to"]').setAttribute("error", form.dataset.order);
    return;
  }
  const query = new URLSearchParams({ ...(from && { from }), ...(to && { to }) });
  const button = form.querySelector("s-button");
  await act(button, () => download(`/admin/exports/${what}.${format}?${query}`, `laurel-${what}.${format}`), form.dataset.done, { redraw: false });
}

document.addEventListener("submit", (event) => {
  event.preventDefault();
  if (event.target.id === "upload") upload(event.target);
  else if (event.target.id === "export") exported(event.target);
});

document.addEventListener("change", (event) => {
  const form = event.target.closest?.("#export");
  if (form) showParts(form);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("s-button");
  if (!button) return;
  const { fileStart, fileCancel, heading, done, startNow } = button.dataset;
  if (fileStart) {
    starting = { id: fileStart, done };
    const modal = document.getElementById("start-file");
    modal.querySelector("[data-about]").textContent = heading;
    modal.showOverlay();
  } else if (startNow !== undefined) start(button);
  else if (fileCancel) cancel(button, fileCancel);
});

showParts(document.getElementById("export"));
watch();
