/** The looks that the merchant chose, set on a host element as properties that its style sheet reads. */

import { accentFrom, readableOn, toHex } from "./colors.ts";

const LIGHT_SURFACE = [0xf4, 0xf6, 0xf3] as const;
const DARK_SURFACE = [0x24, 0x2b, 0x28] as const;

/** The accent and what can be read on it: all that the launcher needs. */
export function paint(host: HTMLElement, from: HTMLElement = host): void {
  const { base, on } = accentFrom(from.dataset["accent"]);
  host.style.setProperty("--laurel-accent", toHex(base));
  host.style.setProperty("--laurel-on-accent", toHex(on));
}

/** The accent as a text color on both surfaces, and which of them to show. */
export function dress(host: HTMLElement, from: HTMLElement = host): void {
  paint(host, from);
  const { base } = accentFrom(from.dataset["accent"]);
  host.style.setProperty("--laurel-ink-light", toHex(readableOn(base, LIGHT_SURFACE)));
  host.style.setProperty("--laurel-ink-dark", toHex(readableOn(base, DARK_SURFACE)));
  const scheme = from.dataset["scheme"] ?? "auto";
  host.style.setProperty("color-scheme", /^(light|dark)$/.test(scheme) ? `only ${scheme}` : "light dark");
}
