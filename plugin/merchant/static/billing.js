// Billing that is held after a return of the app is resumed by a person; so are purchases that need one settled.
import { check, collect, showErrors } from "./forms.js";
import { Refused, act, mutate, refresh, toast } from "./send.js";

const page = () => document.getElementById("page");
const modal = () => document.getElementById("settle-repair");
let chosen = null;

async function settle(button) {
  const form = document.getElementById("repair-form");
  if (!check(form)) return;
  button.setAttribute("loading", "");
  try {
    await mutate(page().dataset.settle, { repairId: chosen, ...collect(form) });
    modal().hideOverlay();
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
  const { resumeBilling, settleRepair, settleNow, title, done } = button.dataset;
  if (resumeBilling) act(button, () => mutate(resumeBilling, { confirm: true }), done);
  else if (settleNow !== undefined) settle(button);
  else if (settleRepair) {
    chosen = settleRepair;
    modal().querySelector("[data-about]").textContent = title;
    modal().showOverlay();
  }
});

document.addEventListener("submit", (event) => {
  if (event.target.id !== "repair-form") return;
  event.preventDefault();
  settle(modal().querySelector("[data-settle-now]"));
});
