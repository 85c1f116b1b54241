/** How points are earned, as tiles in the program's own words. */

import { element } from "./elements.ts";
import { laurel } from "./icons.ts";
import type { Program } from "./model.ts";
import { bag } from "./symbols.ts";

export function drawWays(program: Program | null | undefined): HTMLElement {
  const tiles = (program?.waysToEarn ?? []).map(({ kind, title, description }) =>
    element(
      "li",
      { class: "way" },
      kind === "PURCHASE" ? bag() : laurel(),
      element("strong", {}, title),
      element("span", {}, description),
    ),
  );
  return element("ul", { class: "ways" }, ...tiles);
}

/** What joining alone earns, if the program says so. */
export function joiningPoints(program: Program | null | undefined): number {
  return program?.waysToEarn.find(({ kind }) => kind === "SIGN_UP")?.points ?? 0;
}
