// The form for the tiers: saving it plans a change; what that would do is shown on the page of tiers.
import { dirty, submit } from "./forms.js";
import { go } from "./navigate.js";
import { perksOf } from "./perks.js";
import { mutate } from "./send.js";

const form = () => document.getElementById("tiers");
const rows = () => [...document.getElementById("tier-rows").children];

function slug(text) {
  return text.toLowerCase().normalize("NFKD").replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-+|-+$/g, "").slice(0, 50);
}

/** A handle that no other tier has; a tier keeps its own for as long as it is the same tier. */
function handleOf(name, place, taken) {
  const base = slug(name ?? "") || `tier-${place + 1}`;
  let handle = base;
  for (let number = 2; taken.has(handle); number += 1) handle = `${base}-${number}`;
  taken.add(handle);
  return handle;
}

function definitionOf(object) {
  const taken = new Set(object.tiers.map((tier) => tier.handle).filter(Boolean));
  const { zone } = form().dataset;
  const tiers = object.tiers.map((tier, place) => ({
    ...tier,
    handle: tier.handle ?? handleOf(tier.name, place, taken),
    description: tier.description ?? "",
    perks: perksOf(tier.perks, zone),
    entryNeverExpires: tier.entryDays === null,
  }));
  return { ...object, currency: object.currency?.toUpperCase(), tiers };
}

async function save() {
  const { mutation, saved } = form().dataset;
  const done = await submit(form(), (object) => mutate(mutation, { definition: definitionOf(object) }), { strip: 2, done: saved });
  if (done) go("/tiers");
}

/** Where each tier stands: the first one asks for nothing, the ends of the ladder cannot be passed. */
function place() {
  const all = rows();
  for (const [number, row] of all.entries()) {
    const name = row.querySelector('[data-field="name"]').value?.trim() || form().dataset.new;
    row.querySelector("[data-name]").textContent = name;
    row.querySelector("[data-asks]").hidden = number === 0;
    row.querySelector("[data-first]").hidden = number !== 0;
    row.querySelector('[data-move="-1"]').toggleAttribute("disabled", number === 0);
    row.querySelector('[data-move="1"]').toggleAttribute("disabled", number === all.length - 1);
    for (const button of row.querySelectorAll("s-button[data-label]")) {
      button.setAttribute("accessibilityLabel", button.dataset.label.replace("{0}", name));
    }
    row.querySelector(":scope > div > .laurel-end [data-remove-row]").toggleAttribute("disabled", all.length === 1);
  }
}

function move(button) {
  const row = button.closest("details[data-row]");
  const other = button.dataset.move === "1" ? row.nextElementSibling : row.previousElementSibling;
  if (!other) return;
  if (button.dataset.move === "1") other.after(row);
  else other.before(row);
  place();
  dirty();
  const again = button.hasAttribute("disabled") ? row.querySelector(`[data-move="${-Number(button.dataset.move)}"]`) : button;
  again.focus();
}

document.addEventListener("submit", (event) => {
  if (event.target.id !== "tiers") return;
  event.preventDefault();
  save();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("s-button");
  if (button?.dataset.move) move(button);
  else if (button) setTimeout(place);
});
for (const name of ["input", "change"]) document.addEventListener(name, (event) => {
  // What a tier asked for before is not said of what it asks for now.
  event.target.closest?.("laurel-requirement")?.closest("details[data-row]").querySelector("[data-said]").replaceChildren();
  setTimeout(place);
});
document.addEventListener("laurel:color", (event) => {
  const dot = event.target.closest("details[data-row]")?.querySelector("[data-dot]");
  if (dot) dot.style.background = event.detail;
  dirty();
});
document.addEventListener("laurel:drawn", place);
setTimeout(place);
