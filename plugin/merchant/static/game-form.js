// The forms of the game: badges, challenges, streaks, levels, leaderboards and leagues are saved and archived alike.
import { submit } from "./forms.js";
import { handleOf, inputOf, placed } from "./game-input.js";
import { go } from "./navigate.js";
import { Refused, act, mutate, refresh, send } from "./send.js";

const form = () => document.getElementById("game");

function conflict(shown) {
  const banner = form().querySelector("[data-conflict]");
  banner.hidden = !shown;
  if (shown) banner.scrollIntoView({ block: "nearest" });
}

function envelope(object) {
  const { game: kind, id, version, zone } = form().dataset;
  const { handle, position, ...fields } = object;
  const place = position === null || position === undefined ? {} : { position };
  const shared = { ...place, [kind]: inputOf(kind, fields, zone) };
  return id ? { [`${kind}Id`]: id, expectedVersion: Number(version), ...shared }
    : { handle: handle ?? handleOf(fields.title, kind), ...shared };
}

async function save() {
  const { mutation, id, saved, back } = form().dataset;
  const done = await submit(form(), async (object) => {
    try {
      await mutate(mutation, envelope(object));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.userErrors.some((one) => one.code === "VERSION_CONFLICT")) conflict(true);
      throw new Refused(error.userErrors.map((one) => ({ ...one, field: placed(one.field, form().dataset.game) })));
    }
  }, { strip: 2, done: saved });
  if (!done) return;
  if (id) await refresh();
  else go(back);
}

async function archive(button) {
  const { game: kind, archive: mutation, version, id, archived, back } = form().dataset;
  const input = { [`${kind}Id`]: id, expectedVersion: Number(version) };
  if (await act(button, () => mutate(mutation, input), archived, { redraw: false })) go(back);
}

document.addEventListener("submit", (event) => {
  if (event.target.id !== "game") return;
  event.preventDefault();
  save();
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("s-button");
  if (button?.dataset.overwrite !== undefined) {
    const fresh = new DOMParser().parseFromString(await (await send(location.pathname)).text(), "text/html");
    form().dataset.version = fresh.getElementById("game").dataset.version;
    conflict(false);
    save();
  } else if (button?.dataset.archiveGame !== undefined) archive(button);
});
