// The form for a partner and what is agreed with it.
import { submit } from "./forms.js";
import { instantOf } from "./moments.js";
import { go } from "./navigate.js";
import { Refused, mutate, send } from "./send.js";

const form = () => document.getElementById("partner");

function slug(text) {
  const made = text.toLowerCase().normalize("NFKD").replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-+|-+$/g, "").slice(0, 50);
  return made || `partner-${Date.now().toString(36)}`;
}

function inputOf({ handle, effectiveFrom, profile, agreement }) {
  const { id, version, zone } = form().dataset;
  const shared = {
    profile: { ...profile, about: profile.about ?? "" },
    agreement: { ...agreement, currency: agreement.currency.toUpperCase() },
    ...(effectiveFrom ? { effectiveFrom: instantOf(effectiveFrom, zone) } : {}),
  };
  return id ? { partnerId: id, expectedVersion: Number(version), ...shared } : { handle: handle ?? slug(profile.name), ...shared };
}

function conflict(shown) {
  const banner = form().querySelector("[data-conflict]");
  banner.hidden = !shown;
  if (shown) banner.scrollIntoView({ block: "nearest" });
}

async function save() {
  const { mutation, saved, back } = form().dataset;
  const done = await submit(form(), async (object) => {
    try {
      await mutate(mutation, inputOf(object));
    } catch (error) {
      if (error instanceof Refused && error.userErrors.some((one) => one.code === "VERSION_CONFLICT")) conflict(true);
      throw error;
    }
  }, { strip: 1, done: saved });
  if (done) go(back);
}

document.addEventListener("submit", (event) => {
  if (event.target.id !== "partner") return;
  event.preventDefault();
  save();
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("s-button");
  if (button?.dataset.overwrite === undefined) return;
  const fresh = new DOMParser().parseFromString(await (await send(location.pathname)).text(), "text/html");
  form().dataset.version = fresh.getElementById("partner").dataset.version;
  conflict(false);
  save();
});
