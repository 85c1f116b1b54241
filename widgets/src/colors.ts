/** Makes any accent that a merchant picks readable (WCAG AA), on itself and on a surface. */

/** Red, green and blue, 0 to 255. */
export type Color = readonly number[];

const FALLBACK: Color = [0x1d, 0x4a, 0x3c];
const WHITE: Color = [255, 255, 255];
const BLACK: Color = [0, 0, 0];
const READABLE = 4.5;

/** The accent, ours when the text is no `#rrggbb`, and the color of text on it. */
export function accentFrom(text: string | undefined): { readonly base: Color; readonly on: Color } {
  const base = parse(text) ?? FALLBACK;
  return { base, on: contrast(base, WHITE) >= READABLE ? WHITE : BLACK };
}

/** A color from `#rgb` or `#rrggbb`; nothing else is ever let into a style. */
export function parse(text: string | undefined): Color | null {
  const digits = /^#([\da-f]{3}|[\da-f]{6})$/i.exec(text ?? "")?.[1];
  if (!digits) return null;
  const pairs = digits.length === 3 ? digits.replace(/./g, "$&$&") : digits;
  return [0, 2, 4].map((start) => parseInt(pairs.slice(start, start + 2), 16));
}

/** The color, moved away from the surface in small steps until it can be read on it. */
export function readableOn(color: Color, surface: Color): Color {
  const pole = luminance(surface) > 0.2 ? BLACK : WHITE;
  for (let share = 0; share < 1; share += 0.05) {
    const mixed = color.map((channel, i) => Math.round(channel + ((pole[i] ?? 0) - channel) * share));
    if (contrast(mixed, surface) >= READABLE) return mixed;
  }
  return pole;
}

/** The contrast ratio of two colors, 1 to 21, as WCAG 2 defines it. */
export function contrast(one: Color, other: Color): number {
  const [a, b] = [luminance(one) + 0.05, luminance(other) + 0.05];
  return a > b ? a / b : b / a;
}

export function toHex(color: Color): string {
  return `#${color.map((channel) => channel.toString(16).padStart(2, "0")).join("")}`;
}

function luminance(color: Color): number {
  const weights = [0.2126, 0.7152, 0.0722];
  return color.reduce((sum, channel, i) => {
    const value = channel / 255;
    return sum + (weights[i] ?? 0) * (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  }, 0);
}
