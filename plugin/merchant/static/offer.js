// The form for an offer of a partner, publishing and closing it, and taking claims back.
import { submit } from "./forms.js";
import { instantOf } from "./moments.js";
import { go } from "./navigate.js";
import { Refused, act, mutate, refresh, send } from "./send.js";

const page = () => document.getElementById("page");
const form = () => document.getElementById("offer");
let chosen = null;

function slug(text) {
  const made = text.toLowerCase().normalize("NFKD").replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-+|-+$/g, "").slice(0, 50);
  return made || `offer-${Date.now().toString(36)}`;
}

/** What was left at "none" is null; money is in the agreement's currency. */
function givesOf(gives, currencyCode) {
  const [[kind, given]] = Object.entries(gives);
  const made = { ...given };
  if (made.points && !made.points.points && !made.points.rates) made.points = null;
  if (made.points?.rates) made.points = { rates: made.points.rates.map((one) => ({ ...one, currencyCode: one.currencyCode?.toUpperCase() })) };
  if (made.payment && !made.payment.payer) made.payment = null;
  if (made.payment?.fixed) made.payment = { ...made.payment, fixed: { amount: made.payment.fixed, currencyCode } };
  for (const name of ["worth", "accountHint"]) if (name in made) made[name] ??= "";
  return { [kind]: made };
}

function budgetOf({ unit, amount }, currencyCode) {
  if (unit === "MONEY") return { money: { amount, currencyCode } };
  return { CLAIMS: { claims: Number(amount) }, POINTS: { points: Number(amount) } }[unit] ?? null;
}

function offerOf({ handle, memberLimit, ...object }) {
  const { zone, currency } = form().dataset;
  const limit = memberLimit?.count ? memberLimit : null;
  const offer = {
    ...object,
    gives: givesOf(object.gives, currency),
    budget: budgetOf(object.budget, currency),
    memberLimit: limit,
    withoutMemberLimit: memberLimit !== undefined && !limit,
  };
  for (const name of ["startsAt", "endsAt"]) offer[name] = instantOf(offer[name], zone);
  for (const name of ["description", "terms"]) offer[name] ??= "";
  return { handle, offer };
}

function conflict(shown) {
  const banner = form().querySelector("[data-conflict]");
  banner.hidden = !shown;
  if (shown) banner.scrollIntoView({ block: "nearest" });
}

async function save() {
  const { mutation, version, id, partner, saved, back } = form().dataset;
  const done = await submit(form(), async (object) => {
    const { handle, offer } = offerOf(object);
    const input = id ? { offerId: id, expectedVersion: Number(version), offer } : { partnerId: partner, handle: handle ?? slug(offer.title ?? ""), offer };
    try {
      await mutate(mutation, input);
    } catch (error) {
      if (error instanceof Refused && error.userErrors.some((one) => one.code === "VERSION_CONFLICT")) conflict(true);
      throw error;
    }
  }, { strip: 2, done: saved });
  if (!done) return;
  if (id) await refresh();
  else go(back);
}

async function voidClaim() {
  const voiding = document.getElementById("void");
  const done = await submit(voiding, (object) => mutate(page().dataset.void, { claimId: chosen, ...object }), { strip: 1, done: voiding.dataset.done });
  if (!done) return;
  document.getElementById("void-claim").hideOverlay();
  await refresh();
}

async function archive(button) {
  const { archive: mutation, version, id, archived, back } = form().dataset;
  const gone = await act(button, () => mutate(mutation, { offerId: id, expectedVersion: Number(version) }), archived, { redraw: false });
  if (gone) go(back);
}

document.addEventListener("submit", (event) => {
  event.preventDefault();
  if (event.target.id === "offer") save();
  else if (event.target.id === "void") voidClaim();
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("s-button");
  if (!button) return;
  const { change, done, voidClaim: claim, title, voidNow, archiveNow, overwrite } = button.dataset;
  if (change) act(button, () => mutate(change, { offerId: page().dataset.offer }), done);
  else if (claim) {
    chosen = claim;
    const modal = document.getElementById("void-claim");
    modal.querySelector("[data-about]").textContent = title;
    modal.showOverlay();
  } else if (voidNow !== undefined) voidClaim();
  else if (archiveNow !== undefined) archive(button);
  else if (overwrite !== undefined) {
    const fresh = new DOMParser().parseFromString(await (await send(location.pathname)).text(), "text/html");
    form().dataset.version = fresh.getElementById("offer").dataset.version;
    conflict(false);
    save();
  }
});
