/** The way to the next tier as a ring around the mark of this one. It only repeats what stands beside it in words. */

import { element, fill, icon } from "./elements.ts";
import { laurel } from "./icons.ts";
import type { Match, Measure } from "./standing_model.ts";

const SPACE = "http://www.w3.org/2000/svg";

/** How far each ring went when it was last drawn: it goes on from there. */
const drawn = new Map<string, number>();

/** `name` tells rings apart; `percent` is null where there is nothing to reach: then the mark stands alone. */
export function drawRing(name: string, percent: number | null): HTMLElement {
  if (percent === null) return element("span", { class: "ring" }, medal());
  const from = drawn.get(name) ?? 0;
  drawn.set(name, percent);
  const arc = circle("arc", { "stroke-dasharray": `${percent} 100`, pathLength: "100" });
  arc.style.setProperty("--from", String(from));
  const picture = icon();
  picture.setAttribute("viewBox", "0 0 100 100");
  picture.append(circle("track"), arc);
  return element("span", { class: "ring" }, picture, medal());
}

/** A round mark in a tier's color. */
export function medal(kind = "medal"): HTMLElement {
  return element("span", { class: kind }, laurel());
}

/** How far somebody has come in all: as far as in what is furthest away where all is asked for, else in what is nearest. */
export function percentOf(progress: readonly Measure[], match: Match): number {
  const percents = progress.map(({ percent }) => Math.min(Math.max(percent, 0), 100));
  if (percents.length === 0) return 0;
  return match === "ANY" ? Math.max(...percents) : Math.min(...percents);
}

function circle(kind: string, attributes: Readonly<Record<string, string>> = {}): SVGCircleElement {
  const made = document.createElementNS(SPACE, "circle");
  return fill(made, { class: kind, cx: "50", cy: "50", r: "45", ...attributes }, []);
}
