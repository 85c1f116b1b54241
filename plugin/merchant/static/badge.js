// The form for a badge: how it looks to shoppers, who would have it at once, and giving it by hand.
import { check, collect, showErrors, submit } from "./forms.js";
import { inputOf, placed } from "./game-input.js";
import { Refused, fill, mutate, newKey, send, toast } from "./send.js";

const form = () => document.getElementById("game");
const place = () => document.getElementById("badge-preview");
const pollMilliseconds = 1000;
// One key for one attempt: pressing again after an answer that was lost gives nothing twice.
let key = newKey();
let counting = 0;

function line(tag, text, className) {
  const element = document.createElement(tag);
  element.textContent = text;
  if (className) element.className = className;
  return element;
}

function card() {
  const shown = document.getElementById("badge-card");
  const { title, description, levels } = collect(form());
  const image = Object.assign(document.createElement("img"), { src: form().querySelector("laurel-artwork").address, alt: "", width: 96, height: 96 });
  const chips = line("ul", "", "laurel-chips");
  chips.append(...levels.filter((level) => level.name).map((level) => line("li", level.name)));
  shown.replaceChildren(image, line("h3", title || shown.dataset.untitled), ...(description ? [line("p", description)] : []), chips);
}

/** While members are counted, the preview is asked for again and again; a newer one takes the place of an older one. */
async function watch(number) {
  counting = number;
  do {
    await fill(place(), `/game/badges/previews/${number}`);
    if (place().querySelector("[data-state]")?.dataset.state !== "COUNTING") return;
    await new Promise((resolve) => setTimeout(resolve, pollMilliseconds));
  } while (counting === number && place());
}

async function preview(button) {
  if (!check(form())) return;
  const { position, handle, ...fields } = collect(form());
  const { id, zone } = form().dataset;
  button.setAttribute("loading", "");
  try {
    const input = { ...(id && { badgeId: id }), badge: inputOf("badge", fields, zone) };
    const { preview: started } = await mutate(button.dataset.preview, input);
    await watch(started.id.replace(/^.*\//, ""));
  } catch (error) {
    if (error instanceof Refused) showErrors(form(), error.userErrors.map((one) => ({ ...one, field: placed(one.field, "badge") })), 2);
    else toast(document.getElementById("page").dataset.failed);
  } finally {
    button.removeAttribute("loading");
  }
}

async function give(given) {
  const { mutation, badge, done, unknown } = given.dataset;
  const worked = await submit(given, async ({ customer, ...object }) => {
    const number = customer.replace(/^.*\//, "");
    const { id } = await (await send(`/members/of-customer/${/^\d{1,19}$/.test(number) ? number : 0}`)).json();
    if (!id) throw new Refused([{ field: ["input", "customer"], message: unknown }]);
    await mutate(mutation, { badgeId: badge, memberId: id, idempotencyKey: key, ...object });
  }, { strip: 1, done });
  if (!worked) return;
  key = newKey();
  for (const field of given.querySelectorAll("s-text-field")) field.value = "";
}

document.addEventListener("submit", (event) => {
  if (event.target.id !== "badge-give") return;
  event.preventDefault();
  give(event.target);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("s-button");
  if (button?.dataset.preview) preview(button);
  else if (button) setTimeout(card);
});
for (const name of ["input", "change"]) document.addEventListener(name, () => setTimeout(card));
document.addEventListener("laurel:drawn", card);
setTimeout(card);
