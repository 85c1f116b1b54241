// The form for one plan of membership.
import { submit } from "./forms.js";
import { go } from "./navigate.js";
import { perksOf } from "./perks.js";
import { Refused, act, mutate, refresh, send } from "./send.js";

const form = () => document.getElementById("plan");

function slug(text) {
  const made = text.toLowerCase().normalize("NFKD").replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-+|-+$/g, "").slice(0, 50);
  return made || `plan-${Date.now().toString(36)}`;
}

function planOf(object) {
  const plan = { ...object, benefits: perksOf(object.benefits, form().dataset.zone) };
  plan.prices = plan.prices.map((price) => ({ ...price, currencyCode: price.currencyCode?.toUpperCase() }));
  plan.sellingPlanId = plan.sellingPlanId && `gid://shopify/SellingPlan/${plan.sellingPlanId.replace(/^.*\//, "")}`;
  for (const name of ["description", "terms"]) plan[name] ??= "";
  if (!plan.fixedDay?.day) plan.fixedDay = null;
  for (const name of ["minimumCycles", "maximumCycles"]) if (plan[name] === null) delete plan[name];
  return plan;
}

function conflict(shown) {
  const banner = form().querySelector("[data-conflict]");
  banner.hidden = !shown;
  if (shown) banner.scrollIntoView({ block: "nearest" });
}

async function save() {
  const { mutation, version, id, saved } = form().dataset;
  const done = await submit(form(), async (object) => {
    const { handle, ...plan } = planOf(object);
    const input = id ? { planId: id, expectedVersion: Number(version), plan } : { handle: handle ?? slug(plan.title ?? ""), plan };
    try {
      await mutate(mutation, input);
    } catch (error) {
      if (error instanceof Refused && error.userErrors.some((one) => one.code === "VERSION_CONFLICT")) conflict(true);
      throw error;
    }
  }, { strip: 2, done: saved });
  if (!done) return;
  if (id) await refresh();
  else go("/plans");
}

document.addEventListener("submit", (event) => {
  if (event.target.id !== "plan") return;
  event.preventDefault();
  save();
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("s-button");
  if (button?.dataset.overwrite !== undefined) {
    const fresh = new DOMParser().parseFromString(await (await send(location.pathname)).text(), "text/html");
    form().dataset.version = fresh.getElementById("plan").dataset.version;
    conflict(false);
    save();
  } else if (button?.dataset.archivePlan !== undefined) {
    const { archive, version, id, archived } = form().dataset;
    const gone = await act(button, () => mutate(archive, { planId: id, expectedVersion: Number(version) }), archived, { redraw: false });
    if (gone) go("/plans");
  }
});
