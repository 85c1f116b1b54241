// Programs elsewhere whose partner this shop is: connected with the key that they gave, their keys, and ended.
import { submit } from "./forms.js";
import { act, mutate, refresh } from "./send.js";

function slug(text) {
  const made = text.toLowerCase().normalize("NFKD").replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-+|-+$/g, "").slice(0, 50);
  return made || `shop-${Date.now().toString(36)}`;
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.id !== "connect") return;
  event.preventDefault();
  const done = await submit(form, ({ handle, codePrefixes, ...input }) => mutate(form.dataset.mutation, {
    ...input, handle: handle ?? slug(input.name), codePrefixes: (codePrefixes ?? "").split(/[\s,，、]+/).filter(Boolean),
  }), { strip: 1, done: form.dataset.done });
  if (done) await refresh();
});

/** What a button asks for, by the document that it names. */
function wanted({ dataset }) {
  const hostId = document.getElementById("page").dataset.host;
  if (dataset.endHost) return [dataset.endHost, { hostId }];
  if (dataset.renewKeys) return [dataset.renewKeys, { hostId, fingerprints: dataset.fingerprints.split(",") }];
  if (dataset.replaceKey) return [dataset.replaceKey, { name: dataset.name }];
  return null;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("s-button");
  const [mutation, input] = (button && wanted(button)) ?? [];
  if (!mutation) return;
  if (await act(button, () => mutate(mutation, input), button.dataset.done, { redraw: false })) {
    button.closest("s-modal").hideOverlay();
    await refresh();
  }
});
