// The save bar of a page with one form: it appears with the first change; Save submits the form, Discard draws it anew.
import { clean, dirty, showParts } from "./forms.js";
import { refresh } from "./send.js";

document.addEventListener("input", (event) => {
  if (event.target.closest?.("form[data-form]")) dirty();
});
document.addEventListener("change", (event) => {
  const form = event.target.closest?.("form[data-form]");
  if (!form) return;
  showParts(form);
  dirty();
});
document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("ui-save-bar button");
  if (button?.dataset.save !== undefined) document.querySelector("form[data-form]").requestSubmit();
  else if (button?.dataset.discard !== undefined) {
    clean();
    await refresh();
  }
});

function drawn() {
  for (const form of document.querySelectorAll("form[data-form]")) showParts(form);
}
document.addEventListener("laurel:drawn", drawn);
drawn();
