/** What the theme extension's Liquid tells the script, all of it on the element's own `data-*` attributes. */

import { Texts, type Values } from "./texts.ts";

/** A product block asks for the panel with this event on the document. */
export const OPEN = "laurel:open";

/** The translated texts that Liquid wrote for the element. */
export function textsOf(host: HTMLElement): Texts {
  return new Texts(parsed(host.dataset["texts"] ?? ""), host.dataset["locale"]);
}

function parsed(source: string): Values {
  try {
    return JSON.parse(source) as Values;
  } catch {
    return {};
  }
}
