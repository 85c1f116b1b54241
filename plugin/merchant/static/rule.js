// The form for one rule: sends it to the draft, and tells kindly when the draft has changed meanwhile.
import "./moments.js";
import { showParts, submit } from "./forms.js";
import { go } from "./navigate.js";
import { Refused, act, mutate, refresh, send } from "./send.js";

const form = () => document.getElementById("rule");

function slug(text) {
  return text.toLowerCase().normalize("NFKD").replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-+|-+$/g, "").slice(0, 50);
}

/** A handle for what has none yet: from its name, or, where that has no Latin letters, from the time. */
function handleOf(text) {
  return slug(text) || `rule-${Date.now().toString(36)}`;
}

function ruleOf(object) {
  const rule = { ...object };
  rule.handle ??= form().dataset.handle || handleOf(rule.title ?? "");
  rule.caps = (rule.caps ?? []).map((cap) => ({
    ...cap, handle: cap.handle ?? `${rule.handle.slice(0, 40)}-${cap.per}-${cap.period}`.toLowerCase(),
  }));
  for (const name of ["priority", "group", "eventName", "window", "hold"]) if (rule[name] === null) delete rule[name];
  return rule;
}

async function newestRevision() {
  const fresh = new DOMParser().parseFromString(await (await send(location.pathname)).text(), "text/html");
  return fresh.getElementById("rule").dataset.revision;
}

async function save() {
  const { mutation, revision, handle, saved } = form().dataset;
  const done = await submit(form(), async (object) => {
    const input = { expectedRevision: Number(revision), rule: ruleOf(object) };
    try {
      await mutate(mutation, input);
    } catch (error) {
      if (error instanceof Refused && error.userErrors.some((one) => one.code === "DRAFT_CHANGED")) conflict(true);
      throw error;
    }
  }, { strip: 2, done: saved });
  if (!done) return;
  if (handle) await refresh();
  else go("/program");
}

function conflict(shown) {
  const banner = form().querySelector("[data-conflict]");
  banner.hidden = !shown;
  if (shown) banner.scrollIntoView({ block: "nearest" });
}

/** Only orders have money and items: a rule for anything else gives a fixed number of points. */
document.addEventListener("change", (event) => {
  if (event.target.dataset?.switch !== "trigger" || event.target.value.startsWith("ORDER_")) return;
  const formula = form().querySelector('[data-switch="formula"]');
  if (formula.value === "per_money" || formula.value === "per_unit") formula.value = "fixed";
  showParts(form());
});

document.addEventListener("submit", (event) => {
  if (event.target.id !== "rule") return;
  event.preventDefault();
  save();
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("s-button");
  if (button?.dataset.overwrite !== undefined) {
    form().dataset.revision = await newestRevision();
    conflict(false);
    save();
  } else if (button?.dataset.archiveRule !== undefined) {
    const { archive, revision, handle, archived } = form().dataset;
    const gone = await act(button, () => mutate(archive, { expectedRevision: Number(revision), handle }), archived, { redraw: false });
    if (gone) go("/program");
  }
});

document.addEventListener("laurel:drawn", () => window.shopify.saveBar?.hide("save-bar"));
