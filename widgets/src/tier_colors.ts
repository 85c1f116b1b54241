/** A tier's or plan's own color, as the merchant chose it, on whatever carries it; seen as a line in light and in dark. */

import { contrast, parse, readableOn, toHex, VISIBLE } from "./colors.ts";
import { DARK_SURFACE, LIGHT_SURFACE } from "./panel_looks.ts";

const BLACK = [0, 0, 0];
const WHITE = [255, 255, 255];

/** Sets the properties that `.tinted` reads. A color that is none leaves the panel's accent in its place. */
export function tinted<Target extends HTMLElement>(target: Target, color: string): Target {
  if (!/^#[\da-f]{6}$/i.test(color)) return target;
  const own = parse(color);
  const dark = contrast(own, BLACK) > contrast(own, WHITE);
  const looks = {
    "--own": color,
    "--on-own": dark ? "#000" : "#fff",
    // Shading goes away from the ink's own color, so that words on it only gain in contrast.
    "--own-shade": dark ? "#fff" : "#000",
    "--own-light": toHex(readableOn(own, LIGHT_SURFACE, VISIBLE)),
    "--own-dark": toHex(readableOn(own, DARK_SURFACE, VISIBLE)),
  };
  for (const [name, value] of Object.entries(looks)) target.style.setProperty(name, value);
  target.classList.add("tinted");
  return target;
}
