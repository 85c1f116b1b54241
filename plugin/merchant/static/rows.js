// Lists in forms: a row is added from the list's own template and removed by its button; the focus stays where one works.
import { dirty, showParts } from "./forms.js";

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("s-button");
  if (button?.dataset.addRow) add(button);
  else if (button?.dataset.removeRow !== undefined) remove(button);
});

function add(button) {
  const list = document.getElementById(button.dataset.addRow);
  const template = document.getElementById(`${button.dataset.addRow}-row`);
  const row = template.content.firstElementChild.cloneNode(true);
  list.append(row);
  const form = list.closest("form");
  showParts(form);
  row.querySelector("[data-field]")?.focus();
  full(list, button);
  dirty();
}

function remove(button) {
  const row = button.closest("[data-row]");
  const list = row.parentElement;
  row.remove();
  const adder = document.querySelector(`[data-add-row="${list.id}"]`);
  adder?.focus();
  full(list, adder);
  dirty();
}

function full(list, button) {
  button?.toggleAttribute("disabled", list.childElementCount >= Number(list.dataset.most ?? 100));
}
