// A partner's page: pausing, ending, and keys, each of which is shown once.
import { submit } from "./forms.js";
import { act, mutate, newKey, refresh, toast } from "./send.js";

const page = () => document.getElementById("page");
let revoking = null;
// One key for one attempt: pressing again after an answer that was lost books nothing twice.
let key = newKey();

async function make(form) {
  let secret = null;
  const done = await submit(form, async (object) => {
    ({ secret } = await mutate(form.dataset.mutation, { partnerId: page().dataset.partner, ...object }));
  }, { strip: 1 });
  if (!done) return;
  const dialog = document.getElementById("new-key");
  dialog.querySelector("[data-new-key]").textContent = secret;
  dialog.showOverlay();
}

async function adjust(form) {
  const done = await submit(form, (object) => mutate(form.dataset.mutation, {
    partnerId: page().dataset.partner, idempotencyKey: key, ...object,
  }), { strip: 1, done: form.dataset.done });
  if (!done) return;
  key = newKey();
  await refresh();
}

async function change(button) {
  const input = { partnerId: page().dataset.partner, expectedVersion: Number(page().dataset.version) };
  const modal = button.closest("s-modal");
  if (await act(button, () => mutate(button.dataset.change, input), button.dataset.done, { redraw: false })) {
    modal?.hideOverlay();
    await refresh();
  }
}

async function revoke(button) {
  const input = { partnerId: page().dataset.partner, keyId: revoking };
  if (await act(button, () => mutate(button.dataset.mutation, input), button.dataset.done, { redraw: false })) {
    document.getElementById("revoke-key").hideOverlay();
    await refresh();
  }
}

document.addEventListener("submit", (event) => {
  const work = { "make-key": make, adjust }[event.target.id];
  if (!work) return;
  event.preventDefault();
  work(event.target);
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("s-button");
  if (!button) return;
  const { dataset } = button;
  if (dataset.change !== undefined) change(button);
  else if (dataset.revoke !== undefined) {
    revoking = dataset.revoke;
    document.querySelector("[data-key-label]").textContent = dataset.label;
  } else if (dataset.revokeNow !== undefined) revoke(button);
  else if (dataset.copyKey !== undefined) {
    await navigator.clipboard.writeText(document.querySelector("[data-new-key]").textContent).then(() => toast(dataset.done), () => undefined);
  } else if (dataset.keyKept !== undefined) document.getElementById("new-key").hideOverlay();
});

// However the new key's dialog is closed, the key is gone then, and the list has it.
document.addEventListener("hide", async (event) => {
  if (event.target.id !== "new-key") return;
  event.target.querySelector("[data-new-key]").textContent = "";
  await refresh();
}, true);
