// The search for members; on a member's page: why points came, adjusting them, merging and taking a merge back.
import { check, collect, showErrors, submit } from "./forms.js";
import { go } from "./navigate.js";
import { Refused, act, fill, mutate, newKey, refresh, send, toast } from "./send.js";

const page = () => document.getElementById("page");
// One key for one attempt: pressing again after an answer that was lost gives nothing twice.
let adjustKey = newKey();

async function adjust(form) {
  const done = await submit(form, (object) => mutate(page().dataset.adjust, {
    memberId: page().dataset.member, idempotencyKey: adjustKey, ...object,
  }), { strip: 1, done: form.dataset.done });
  if (!done) return;
  adjustKey = newKey();
  await refresh();
}

function askToMerge(form) {
  if (check(form)) document.getElementById("merge-confirm").showOverlay();
}

/** The member whose customer has a number. Throws Refused where there is none. */
async function memberOf(form) {
  const number = collect(form).other.replace(/^.*\//, "");
  const found = await (await send(`/members/of-customer/${/^\d{1,19}$/.test(number) ? number : 0}`)).json();
  if (!found.id) throw new Refused([{ message: form.dataset.unknown }]);
  return found.id;
}

async function merge(button) {
  const form = document.getElementById("merge");
  button.setAttribute("loading", "");
  try {
    await mutate(page().dataset.merge, { intoMemberId: page().dataset.member, fromMemberId: await memberOf(form) });
    document.getElementById("merge-confirm").hideOverlay();
    toast(form.dataset.done);
    await refresh();
  } catch (error) {
    document.getElementById("merge-confirm").hideOverlay();
    if (error instanceof Refused) showErrors(form, error.userErrors.map((one) => ({ ...one, field: ["other"] })), 0);
    else toast(page().dataset.failed);
  } finally {
    button.removeAttribute("loading");
  }
}

async function explain(button) {
  const place = document.getElementById(`why-${button.dataset.why}`);
  if (place.hidden && !place.childElementCount) {
    const shown = await act(button, () => fill(place, `${location.pathname}/why/${button.dataset.why}`), null, { redraw: false });
    if (!shown) return;
  }
  place.hidden = !place.hidden;
  button.textContent = place.hidden ? button.dataset.show : button.dataset.hide;
}

async function explainOrder(form) {
  const query = new URLSearchParams({ order: collect(form).order ?? "" });
  const place = document.getElementById("order-why-result");
  await act(form.querySelector("s-button"), () => fill(place, `/members/order-why?${query}`), null, { redraw: false });
}

document.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  if (form.id === "search") {
    const query = collect(form).query;
    go(query ? `/members?${new URLSearchParams({ query })}` : "/members");
  } else if (form.id === "order-why") explainOrder(form);
  else if (form.id === "adjust") adjust(form);
  else if (form.id === "merge") askToMerge(form);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("s-button");
  if (!button) return;
  if (button.dataset.why) explain(button);
  else if (button.dataset.mergeNow !== undefined) merge(button);
  else if (button.dataset.unmerge) act(button, () => mutate(page().dataset.unmerge, { mergeId: button.dataset.unmerge }), button.dataset.done);
});
