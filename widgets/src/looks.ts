/** The looks that the merchant chose, set on a host element as properties that its style sheet reads. */

const FALLBACK = "#1d4a3c";

/** The accent and the color of text on it: all that the launcher needs. Liquid measured the contrast. */
export function paint(host: HTMLElement, { accent, onAccent }: DOMStringMap = host.dataset): string {
  const known = accent && /^#[\da-f]{6}$/i.test(accent) ? accent : FALLBACK;
  host.style.setProperty("--accent", known);
  host.style.setProperty("--on-accent", onAccent === "dark" && known === accent ? "#000" : "#fff");
  return known;
}
