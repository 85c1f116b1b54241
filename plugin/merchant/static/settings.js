// The settings that hold for all rules of the draft.
import { submit } from "./forms.js";
import { Refused, mutate, refresh, send } from "./send.js";

const form = () => document.getElementById("settings");

async function save() {
  const { mutation, revision, saved } = form().dataset;
  const done = await submit(form(), async (program) => {
    if (program.multiplierCeiling === null) program.removeMultiplierCeiling = true;
    try {
      await mutate(mutation, { expectedRevision: Number(revision), program });
    } catch (error) {
      const changed = error instanceof Refused && error.userErrors.some((one) => one.code === "DRAFT_CHANGED");
      if (changed) form().querySelector("[data-conflict]").hidden = false;
      throw error;
    }
  }, { strip: 2, done: saved });
  if (done) await refresh();
}

document.addEventListener("submit", (event) => {
  event.preventDefault();
  save();
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("s-button");
  if (button?.dataset.overwrite === undefined) return;
  const fresh = new DOMParser().parseFromString(await (await send(location.pathname)).text(), "text/html");
  form().dataset.revision = fresh.getElementById("settings").dataset.revision;
  form().querySelector("[data-conflict]").hidden = true;
  save();
});
