// The program's page: preview, publishing with a confirmation, and rolling back.
import { check, collect, showErrors, showParts } from "./forms.js";
import { instantOf } from "./moments.js";
import { Refused, act, fill, mutate, refresh, toast } from "./send.js";

const page = () => document.getElementById("page");
const modal = (id) => document.getElementById(id);
let rollbackTo = null;

async function publish(button) {
  const form = document.getElementById("publish-form");
  if (!check(form)) return;
  const { effectiveFrom = null } = collect(form);
  button.setAttribute("loading", "");
  try {
    const input = { expectedRevision: Number(page().dataset.revision), effectiveFrom: instantOf(effectiveFrom, page().dataset.zone) };
    await mutate(page().dataset.publish, input);
    modal("publish").hideOverlay();
    toast(form.dataset.done);
    await refresh();
  } catch (error) {
    if (error instanceof Refused) showErrors(form, error.userErrors, 1);
    else toast(page().dataset.failed);
  } finally {
    button.removeAttribute("loading");
  }
}

async function rollback(button) {
  const { version, done } = rollbackTo;
  const worked = await act(button, () => mutate(page().dataset.rollback, { version, expectedLatest: Number(page().dataset.latest) }), done, { redraw: false });
  modal("rollback").hideOverlay();
  if (worked) await refresh();
}

async function preview(form) {
  const button = form.querySelector("s-button");
  const place = document.getElementById("preview-result");
  const { amount, months } = collect(form);
  const query = new URLSearchParams({ amount: amount ?? "", months });
  await act(button, () => fill(place, `/program/preview?${query}`), null, { redraw: false });
}

document.addEventListener("submit", (event) => {
  event.preventDefault();
  if (event.target.id === "preview") preview(event.target);
});

document.addEventListener("change", (event) => {
  const form = event.target.closest?.("#publish-form");
  if (form) showParts(form);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("s-button");
  if (!button) return;
  if (button.dataset.publishNow !== undefined) publish(button);
  else if (button.dataset.rollbackNow !== undefined) rollback(button);
  else if (button.dataset.rollbackTo) {
    rollbackTo = { version: Number(button.dataset.rollbackTo), done: button.dataset.done };
    modal("rollback").querySelector("[data-about]").textContent = button.dataset.heading;
    modal("rollback").showOverlay();
  }
});

function drawn() {
  showParts(document.getElementById("publish-form"));
}
document.addEventListener("laurel:drawn", drawn);
drawn();
