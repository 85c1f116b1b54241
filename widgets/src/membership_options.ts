/** One of several things to choose from, as a card with a radio button. */

import { element } from "./elements.ts";

export function drawOption(value: string, chosen: boolean, words: HTMLElement, choose: () => void): HTMLElement {
  const radio = element("input", { type: "radio", name: "option", value, checked: chosen, "data-focus": `option:${value}` });
  radio.addEventListener("change", choose);
  return element("label", { class: "option" }, radio, words);
}
