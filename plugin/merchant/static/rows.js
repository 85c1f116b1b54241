// Lists in forms: a row is added from the list's own template and removed by its button; the focus stays where one works.
import { dirty, showParts } from "./forms.js";

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("s-button");
  if (button?.dataset.addRow !== undefined) add(button);
  else if (button?.dataset.removeRow !== undefined) remove(button);
});

/** The list that a button adds to: the one that it names, or, in lists within lists, the one that it stands with. */
function listOf(button) {
  const name = button.dataset.addRow;
  if (name) return [document.getElementById(name), document.getElementById(`${name}-row`)];
  const around = button.closest("[data-repeat]");
  return [around.querySelector(":scope > [data-list]"), around.querySelector(":scope > template")];
}

function add(button) {
  const [list, template] = listOf(button);
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
  const around = list.closest("[data-repeat]");
  const adder = around?.querySelector(":scope > p > [data-add-row]") ?? document.querySelector(`[data-add-row="${list.id}"]`);
  adder?.focus();
  full(list, adder);
  dirty();
}

function full(list, button) {
  button?.toggleAttribute("disabled", list.childElementCount >= Number(list.dataset.most ?? 100));
}
