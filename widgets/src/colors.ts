/** Makes any accent that a merchant picks readable as text on a surface (WCAG AA). */

/** Red, green and blue, 0 to 255. */
export type Color = readonly number[];

const WHITE: Color = [255, 255, 255];
const BLACK: Color = [0, 0, 0];
const READABLE = 4.5;
/** Enough for lines and shapes. */
export const VISIBLE = 3;

/** The channels of `#rrggbb`. */
export function parse(hex: string): Color {
  return [1, 3, 5].map((start) => parseInt(hex.slice(start, start + 2), 16));
}

/** The color in the lightness nearest to its own that has the least contrast to the surface; its hue stays. */
export function readableOn(color: Color, surface: Color, least = READABLE): Color {
  const lighter = luminance(surface) < 0.2;
  const { hue, saturation, lightness } = toHsl(color);
  for (let step = 0; step <= 100; step += 2) {
    const tried = fromHsl(hue, saturation, lighter ? lightness + (1 - lightness) * (step / 100) : lightness * (1 - step / 100));
    if (contrast(tried, surface) >= least) return tried;
  }
  return lighter ? WHITE : BLACK;
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

function toHsl(color: Color): { hue: number; saturation: number; lightness: number } {
  const [red = 0, green = 0, blue = 0] = color.map((channel) => channel / 255);
  const [most, least] = [Math.max(red, green, blue), Math.min(red, green, blue)];
  const [lightness, range] = [(most + least) / 2, most - least];
  if (range === 0) return { hue: 0, saturation: 0, lightness };
  const saturation = range / (1 - Math.abs(2 * lightness - 1));
  const sector = most === red ? (green - blue) / range : most === green ? (blue - red) / range + 2 : (red - green) / range + 4;
  return { hue: (sector * 60 + 360) % 360, saturation, lightness };
}

function fromHsl(hue: number, saturation: number, lightness: number): Color {
  const reach = saturation * Math.min(lightness, 1 - lightness);
  return [0, 8, 4].map((offset) => {
    const sector = (offset + hue / 30) % 12;
    return Math.round(255 * (lightness - reach * Math.max(-1, Math.min(sector - 3, 9 - sector, 1))));
  });
}
