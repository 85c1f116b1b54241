// A member's tier and memberships by hand: a tier given and withdrawn, days given, a membership ended, paused, resumed.
import { check, collect, showErrors, showParts, submit } from "./forms.js";
import { instantOf } from "./moments.js";
import { Refused, act, mutate, newKey, refresh, toast } from "./send.js";

const page = () => document.getElementById("page");
const modal = (action) => document.getElementById(`membership-${action}`);
const member = () => page().dataset.member;
// One key for one attempt: pressing again after an answer that was lost does nothing twice.
let key = newKey();
let planId = null;

async function sent(form, documentId, change = (object) => object) {
  const done = await submit(form, (object) => mutate(documentId, {
    memberId: member(), idempotencyKey: key, ...change(object),
  }), { strip: 1, done: form.dataset.done });
  if (!done) return;
  key = newKey();
  await refresh();
}

function open(button) {
  const { membershipAction: action, plan, title, refund, refunds, atEnd } = button.dataset;
  const form = document.querySelector(`[data-membership-form="${action}"]`);
  planId = plan;
  key = newKey();
  form.querySelector("[data-about]").textContent = title;
  if (action === "cancel") {
    form.querySelector("[data-refund]").textContent = refund;
    form.querySelector("[data-refund-yours]").hidden = !refunds;
    const when = form.querySelector('[data-field="when"]');
    when.value = atEnd ? "AT_END" : "NOW";
    when.toggleAttribute("disabled", !atEnd);
  }
  showParts(form);
  modal(action).showOverlay();
}

async function settle(action, button) {
  const form = document.querySelector(`[data-membership-form="${action}"]`);
  if (!check(form)) return;
  const { until, ...object } = collect(form);
  const input = { memberId: member(), planId, idempotencyKey: key, ...object };
  if (action === "cancel") input.when ??= "NOW";
  if (action === "pause") input.until = instantOf(until, form.dataset.zone);
  button.setAttribute("loading", "");
  try {
    await mutate(page().dataset[action], input);
    modal(action).hideOverlay();
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
  const { membershipForm } = form.dataset;
  event.preventDefault();
  if (form.id === "override") {
    sent(form, page().dataset.override, (object) => ({ ...object, endsAt: instantOf(object.endsAt, form.dataset.zone) }));
  } else if (form.id === "grant") sent(form, page().dataset.grant);
  else if (membershipForm) settle(membershipForm, modal(membershipForm).querySelector("[data-membership-now]"));
});

document.addEventListener("change", (event) => {
  const form = event.target.closest?.("[data-membership-form]");
  if (form) showParts(form);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("s-button");
  if (!button) return;
  const { membershipAction, membershipNow, withdraw, done } = button.dataset;
  if (membershipAction) open(button);
  else if (membershipNow) settle(membershipNow, button);
  else if (withdraw) act(button, () => mutate(page().dataset.withdraw, { overrideId: withdraw }), done);
});
