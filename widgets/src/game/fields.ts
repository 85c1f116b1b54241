/** Text fields that outlive a redrawing of their page: the same element comes back, with its cursor and what was typed. */

import { element } from "../elements.ts";

type Field = HTMLInputElement | HTMLTextAreaElement;

export interface Wanted {
  readonly name: string;
  readonly label: string;
  readonly most: number;
  /** What stands in it at first. */
  readonly value?: string;
  readonly long?: boolean;
}

export function textField(fields: Map<string, Field>, { name, label, most, value = "", long = false }: Wanted): HTMLElement {
  const known = fields.get(name);
  const field = known ?? make(name, most, value, long);
  fields.set(name, field);
  return element("label", { class: "field" }, element("span", {}, label), field);
}

function make(name: string, most: number, value: string, long: boolean): Field {
  const attributes = { maxlength: String(most), "data-focus": name, autocomplete: "off", autocapitalize: "off", spellcheck: "false" };
  const field = long ? element("textarea", { ...attributes, rows: "3" }) : element("input", { ...attributes, type: "text", enterkeyhint: "done" });
  field.value = value;
  // A page that is drawn anew would tear a word apart that is still being composed, as Chinese ones are.
  field.addEventListener("compositionstart", () => field.classList.add("composing"));
  field.addEventListener("compositionend", () => {
    field.classList.remove("composing");
    field.dispatchEvent(new Event("change"));
  });
  return field;
}
