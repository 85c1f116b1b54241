// Badges by hand on a member's page: given with a reason, taken away with one.
import { check, collect, showErrors, submit } from "./forms.js";
import { Refused, mutate, newKey, refresh, toast } from "./send.js";

const page = () => document.getElementById("page");
const giving = () => document.getElementById("give-badge");
// One key for one attempt: pressing again after an answer that was lost does nothing twice.
let key = newKey();
let taking = null;

/** Only badges with several levels ask for which one. */
function levels() {
  const form = giving();
  if (!form) return;
  const names = JSON.parse(document.getElementById("badge-levels").textContent)[form.querySelector('[data-field="badgeId"]').value] ?? [];
  const field = form.querySelector('[data-field="level"]');
  field.replaceChildren(...names.map((name, place) => {
    const option = document.createElement("s-option");
    option.setAttribute("value", String(place + 1));
    option.textContent = name;
    return option;
  }));
  field.value = "1";
  form.querySelector("[data-levels]").hidden = names.length < 2;
}

async function give(form) {
  const done = await submit(form, (object) => mutate(form.dataset.mutation, {
    memberId: page().dataset.member, idempotencyKey: key, ...object,
  }), { strip: 1, done: form.dataset.done });
  if (!done) return;
  key = newKey();
  await refresh();
}

async function take(button) {
  const form = document.getElementById("take-form");
  if (!check(form)) return;
  button.setAttribute("loading", "");
  try {
    await mutate(form.dataset.mutation, { badgeId: taking, memberId: page().dataset.member, idempotencyKey: key, ...collect(form) });
    document.getElementById("take-badge").hideOverlay();
    key = newKey();
    toast(form.dataset.done);
    await refresh();
  } catch (error) {
    if (error instanceof Refused) showErrors(form, error.userErrors, 1);
    else toast(page().dataset.failed);
  } finally {
    button.removeAttribute("loading");
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  event.preventDefault();
  if (form.id === "give-badge") give(form);
  else if (form.id === "take-form") take(document.querySelector("[data-take-now]"));
});

document.addEventListener("change", (event) => {
  if (event.target.closest?.('#give-badge [data-field="badgeId"]')) levels();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("s-button");
  if (!button) return;
  if (button.dataset.takeNow !== undefined) take(button);
  else if (button.dataset.take) {
    taking = button.dataset.take;
    key = newKey();
    const modal = document.getElementById("take-badge");
    modal.querySelector("[data-about]").textContent = button.dataset.title;
    modal.showOverlay();
  }
});

document.addEventListener("laurel:drawn", levels);
setTimeout(levels);
