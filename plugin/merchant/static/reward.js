// The form for one reward, and the card beside it as shoppers will see it.
import { collect, submit } from "./forms.js";
import { instantOf } from "./moments.js";
import { go } from "./navigate.js";
import { Refused, act, mutate, refresh, send } from "./send.js";

const form = () => document.getElementById("reward");
const texts = JSON.parse(document.getElementById("preview-texts").textContent);
const locale = document.documentElement.lang;

function slug(text) {
  const made = text.toLowerCase().normalize("NFKD").replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-+|-+$/g, "").slice(0, 50);
  return made || `reward-${Date.now().toString(36)}`;
}

/** Empty lists of amounts mean that there is no such bound. */
function filled(amounts) {
  return amounts?.length ? amounts : null;
}

function rewardOf(object) {
  const reward = { ...object };
  const zone = form().dataset.zone;
  for (const name of ["startsAt", "endsAt"]) reward[name] = instantOf(reward[name], zone);
  if (!reward.limit?.count) reward.limit = null;
  if (reward.minimumSubtotal) reward.minimumSubtotal = filled(reward.minimumSubtotal);
  const { slider } = reward.cost;
  if (slider) for (const name of ["maximumMoney", "minimumPayable"]) slider[name] = filled(slider[name]);
  const { freeShipping, manual } = reward.value;
  if (freeShipping) freeShipping.maximumPrice = filled(freeShipping.maximumPrice);
  if (manual) manual.instructions ??= "";
  for (const name of ["description", "terms"]) reward[name] ??= "";
  return reward;
}

function conflict(shown) {
  const banner = form().querySelector("[data-conflict]");
  banner.hidden = !shown;
  if (shown) banner.scrollIntoView({ block: "nearest" });
}

async function save() {
  const { mutation, version, id, saved } = form().dataset;
  const done = await submit(form(), async (object) => {
    const { handle, ...reward } = rewardOf(object);
    const input = id ? { rewardId: id, expectedVersion: Number(version), reward } : { handle: handle ?? slug(reward.title ?? ""), reward };
    try {
      await mutate(mutation, input);
    } catch (error) {
      if (error instanceof Refused && error.userErrors.some((one) => one.code === "VERSION_CONFLICT")) conflict(true);
      throw error;
    }
  }, { strip: 2, done: saved });
  if (!done) return;
  if (id) await refresh();
  else go("/rewards");
}

function line(tag, text, className) {
  const element = document.createElement(tag);
  element.textContent = text;
  if (className) element.className = className;
  return element;
}

function put(text, places) {
  return Object.entries(places).reduce((made, [name, value]) => made.replace(`{${name}}`, value), text);
}

function money({ amount, currencyCode }) {
  try {
    return new Intl.NumberFormat(locale, { style: "currency", currency: currencyCode }).format(Number(amount));
  } catch {
    return `${amount} ${currencyCode}`;
  }
}

function preview() {
  const place = document.getElementById("reward-preview");
  const reward = collect(form());
  const number = new Intl.NumberFormat(locale);
  const { points, slider } = reward.cost ?? {};
  const price = slider ? put(texts.slider, { points: number.format(slider.minimumPoints ?? 0) })
    : put(texts.points, { points: number.format(points ?? 0) });
  const notes = [
    ...(reward.minimumSubtotal ?? []).slice(0, 1).map((one) => put(texts.minimum, { amount: money(one) })),
    ...(reward.stock ? [put(texts.left, { count: number.format(reward.stock) })] : []),
    ...(reward.codeDays ? [put(texts.days, { days: number.format(reward.codeDays) })] : []),
    ...(reward.combinesWith && !Object.values(reward.combinesWith).some(Boolean) ? [texts.alone] : []),
  ];
  const row = line("div", "", "laurel-reward-price");
  row.append(line("span", price), line("span", texts.redeem));
  place.replaceChildren(line("h3", reward.title || texts.untitled),
    ...(reward.description ? [line("p", reward.description)] : []), ...notes.map((note) => line("p", note, "laurel-quiet laurel-note")), row);
}

document.addEventListener("submit", (event) => {
  event.preventDefault();
  if (event.target.id === "reward") save();
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("s-button");
  if (button?.dataset.overwrite !== undefined) {
    const fresh = new DOMParser().parseFromString(await (await send(location.pathname)).text(), "text/html");
    form().dataset.version = fresh.getElementById("reward").dataset.version;
    conflict(false);
    save();
  } else if (button?.dataset.archiveReward !== undefined) {
    const { archive, version, id, archived } = form().dataset;
    const gone = await act(button, () => mutate(archive, { rewardId: id, expectedVersion: Number(version) }), archived, { redraw: false });
    if (gone) go("/rewards");
  } else if (button) setTimeout(preview);
});

for (const name of ["input", "change"]) document.addEventListener(name, () => setTimeout(preview));
document.addEventListener("laurel:drawn", preview);
setTimeout(preview);
