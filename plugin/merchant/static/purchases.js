// Purchases at a partner: approved, declined, taken back, appealed; and files of reports, checked, started and watched.
import { check, collect, showErrors } from "./forms.js";
import { Refused, act, fill, mutate, refresh, send, toast } from "./send.js";

const page = () => document.getElementById("page");
const modal = (kind) => document.getElementById(`settle-${kind}`);
const decisions = { accept: { decision: "APPROVED" }, uphold: { decision: "UPHELD" } };
const refusals = JSON.parse(document.getElementById("refusals").textContent);
const pollMilliseconds = 1500;
let chosen = null;
let watching = false;

async function settle(kind, button) {
  const form = document.querySelector(`[data-settle-form="${kind}"]`);
  if (!check(form)) return;
  button.setAttribute("loading", "");
  try {
    const given = Object.fromEntries(Object.entries(collect(form)).map(([name, value]) => [name, value ?? ""]));
    await mutate(page().dataset[kind], { conversionId: chosen, ...given, ...decisions[kind] });
    modal(kind).hideOverlay();
    toast(form.dataset.done);
    await refresh();
    watch();
  } catch (error) {
    if (error instanceof Refused) showErrors(form, error.userErrors, 1);
    else toast(page().dataset.failed);
  } finally {
    button.removeAttribute("loading");
  }
}

async function upload(form) {
  const zone = document.getElementById("file");
  const file = zone.files?.[0];
  zone.removeAttribute("error");
  if (!file) zone.setAttribute("error", form.dataset.missing);
  else if (file.size > Number(form.dataset.most)) zone.setAttribute("error", form.dataset.tooLarge);
  if (zone.getAttribute("error")) return;
  const button = form.querySelector('s-button[type="submit"]');
  button.setAttribute("loading", "");
  try {
    const query = new URLSearchParams({ partner: page().dataset.partner, name: file.name });
    await send(`/admin/report-files?${query}`, { method: "POST", body: file, headers: { "Content-Type": "application/octet-stream" } });
    toast(form.dataset.done);
    zone.value = "";
    await redraw();
  } catch (error) {
    const answer = await error.response?.json().catch(() => null);
    const [refusal] = answer?.errors ?? [];
    zone.setAttribute("error", refusals[refusal?.extensions.code] ?? refusal?.message ?? page().dataset.failed);
  } finally {
    button.removeAttribute("loading");
  }
}

async function redraw() {
  await fill(document.getElementById("report-files"), page().dataset.files);
  watch();
}

/** While a file is being worked through, its progress is asked for again and again; then the list has its purchases. */
function watch() {
  if (watching || !document.querySelector('#report-files [data-state="running"]')) return;
  watching = true;
  setTimeout(async () => {
    watching = false;
    try {
      await redraw();
      if (!watching) await refresh();
    } catch {
      toast(page().dataset.failed);
    }
  }, pollMilliseconds);
}

async function change(button, id, what) {
  const done = await act(button, () => send(`/admin/report-files/${id}/${what}`, { method: "POST" }), button.dataset.done, { redraw: false });
  if (done) await redraw();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("s-button");
  if (!button) return;
  const { settle: kind, id, title, settleNow, fileStart, fileCancel } = button.dataset;
  if (kind) {
    chosen = id;
    modal(kind).querySelector("[data-about]").textContent = title;
    modal(kind).showOverlay();
  } else if (settleNow) settle(settleNow, button);
  else if (fileStart) change(button, fileStart, "start");
  else if (fileCancel) change(button, fileCancel, "cancel");
});

document.addEventListener("submit", (event) => {
  event.preventDefault();
  const kind = event.target.dataset.settleForm;
  if (kind) settle(kind, modal(kind).querySelector("[data-settle-now]"));
  else if (event.target.id === "upload") upload(event.target);
});

watch();
