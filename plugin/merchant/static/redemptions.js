// Redemptions that wait for a person: hand over, or refuse with a reason.
import { check, collect, showErrors } from "./forms.js";
import { Refused, mutate, refresh, toast } from "./send.js";

const page = () => document.getElementById("page");
const modal = (kind) => document.getElementById(`settle-${kind}`);
let chosen = null;

async function settle(kind, button) {
  const form = document.querySelector(`[data-settle-form="${kind}"]`);
  if (!check(form)) return;
  button.setAttribute("loading", "");
  try {
    await mutate(page().dataset[kind], { redemptionId: chosen, ...collect(form) });
    modal(kind).hideOverlay();
    toast(form.dataset.done);
    await refresh();
  } catch (error) {
    if (error instanceof Refused) showErrors(form, error.userErrors, 1);
    else toast(page().dataset.failed);
  } finally {
    button.removeAttribute("loading");
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("s-button");
  if (!button) return;
  const { settle: kind, id, title, settleNow } = button.dataset;
  if (kind) {
    chosen = id;
    modal(kind).querySelector("[data-about]").textContent = title;
    modal(kind).showOverlay();
  } else if (settleNow) settle(settleNow, button);
});

document.addEventListener("submit", (event) => {
  event.preventDefault();
  const kind = event.target.dataset.settleForm;
  if (kind) settle(kind, modal(kind).querySelector("[data-settle-now]"));
});
