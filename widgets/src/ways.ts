/** How points are earned, as tiles in the program's own words. */

import { element } from "./elements.ts";
import type { Program } from "./model.ts";
import { wayPicture } from "./symbols.ts";

export function drawWays(program: Program | null | undefined): HTMLElement {
  const tiles = (program?.waysToEarn ?? []).map(({ kind, title, description, limits }) =>
    element(
      "li",
      { class: "way" },
      wayPicture(kind),
      element("strong", {}, title),
      element("span", {}, description),
      limits.length > 0 && element("small", {}, limits.join(" ")),
    ),
  );
  return element("ul", { class: "ways" }, ...tiles);
}

/** What joining alone earns, if the program says so. */
export function joiningPoints(program: Program | null | undefined): number {
  return program?.waysToEarn.find(({ kind }) => kind === "SIGN_UP")?.points ?? 0;
}
