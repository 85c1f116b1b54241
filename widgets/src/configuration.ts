/** What the theme extension's Liquid tells the script, all of it on the element's own `data-*` attributes. */

import { Texts, type Values } from "./texts.ts";

/** A product block asks for the panel with this event on the document. */
export const OPEN = "laurel:open";

/** The translated texts that Liquid put into the element as JSON. */
export function textsOf(host: HTMLElement): Texts {
  const source = host.querySelector('script[type="application/json"]')?.textContent ?? "{}";
  return new Texts(parsed(source), host.dataset["locale"]);
}

function parsed(source: string): Values {
  try {
    return JSON.parse(source) as Values;
  } catch {
    return {};
  }
}
