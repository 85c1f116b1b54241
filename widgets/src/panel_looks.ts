/** The panel's further looks: the accent as a text color, and whether to be light or dark. */

import { parse, readableOn, toHex } from "./colors.ts";
import { paint } from "./looks.ts";

export const LIGHT_SURFACE = [0xea, 0xee, 0xec];
export const DARK_SURFACE = [0x24, 0x2b, 0x28];

export function dress(host: HTMLElement, launcher: HTMLElement): void {
  const accent = parse(paint(host, launcher.dataset));
  host.style.setProperty("--ink-light", toHex(readableOn(accent, LIGHT_SURFACE)));
  host.style.setProperty("--ink-dark", toHex(readableOn(accent, DARK_SURFACE)));
  const dark = host.style.getPropertyValue("--on-accent") === "#000";
  host.style.setProperty("--shade", dark ? "#fff" : "#000");
  const scheme = launcher.dataset["scheme"] ?? "";
  host.style.setProperty("color-scheme", /^(light|dark)$/.test(scheme) ? `only ${scheme}` : "light dark");
}
